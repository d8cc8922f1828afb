"""The materialized view of scores is refreshed by pg_cron itself, with Holdfast stopped: a schedule that only stands there would not do."""

import sys
import types

import psycopg
import pytest

from databases import Cluster, connect
from holdfast import Holdfast
from polling import eventually, settles

JOB = "refresh-health-scores"

pytestmark = [
    pytest.mark.postgres_only,
    pytest.mark.skipif(sys.platform == "darwin", reason="pg_cron has no package there"),
]


def one(url, statement, *values):
    """The first row of an answer, or `None`."""
    with connect(url, row_factory=psycopg.rows.namedtuple_row) as connection:
        found = connection.execute(statement, values)
        return found.fetchone() if found.description else None


def refreshed(url):
    """When what the view says was calculated, and of how many customers."""
    view = one(url, "SELECT schemaname FROM pg_matviews WHERE matviewname = 'customer_health_scores'")
    assert view, "there is no materialized view customer_health_scores"
    whole = psycopg.sql.SQL("SELECT max(calculated_at) AS at, count(*) AS customers FROM {}.customer_health_scores")
    return one(url, whole.format(psycopg.sql.Identifier(view.schemaname)))


@pytest.fixture(scope="session")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def scheduled(cluster, tmp_path_factory):
    """What Holdfast leaves in a database when it stops, and the command of its job scheduled for every minute beside it."""
    # pg_cron works in one database of a cluster: here it is the one of the URL.
    holdfast = Holdfast(tmp_path_factory.mktemp("cron"), database=cluster.url).start()
    try:
        job = eventually(lambda: one(cluster.url, "SELECT * FROM cron.job WHERE jobname = %s", JOB), "pg_cron has the job", 30)
        holdfast.track("acme", "Signed In")
        settles(lambda: holdfast.score("acme"), 70, "the customer has its score")
        holdfast.stop()
        one(cluster.url, job.command)
        before = refreshed(cluster.url)
        every_minute = one(cluster.url, "SELECT cron.schedule('every-minute', '* * * * *', %s) AS jobid", job.command)
        yield types.SimpleNamespace(job=job, before=before, jobid=every_minute.jobid)
    finally:
        holdfast.kill()


@pytest.mark.early
def test_the_refresh_is_scheduled_for_two_at_night(scheduled):
    job = scheduled.job
    assert (job.schedule, job.active, job.database, job.username) == ("0 2 * * *", True, "holdfast", "holdfast")
    assert scheduled.before.customers == 1, "its command makes the view know the customer"


@pytest.mark.late
def test_pg_cron_carries_the_refresh_out(scheduled, cluster):
    def succeeded():
        runs = "SELECT status, return_message FROM cron.job_run_details WHERE jobid = %s ORDER BY runid DESC LIMIT 1"
        run = one(cluster.url, runs, scheduled.jobid)
        assert run is None or run.status != "failed", run.return_message
        return run and run.status == "succeeded"

    eventually(succeeded, "pg_cron has run the job", 130, every=0.5)
    after = refreshed(cluster.url)
    assert after.at > scheduled.before.at and after.customers == 1
