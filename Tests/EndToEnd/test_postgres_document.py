"""What docs/postgres.md shows, run as it stands there: a statement shown is a statement that works."""

import os
import re
import subprocess
from urllib.parse import urlsplit

import psycopg
import pytest

from databases import Cluster, connect, programs
from holdfast import REPOSITORY, Holdfast, customers_in
from polling import settles

DOCUMENT = (REPOSITORY / "docs/postgres.md").read_text()

pytestmark = pytest.mark.postgres_only


def blocks(title, language):
    section = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", DOCUMENT, re.M | re.S).group(1)
    found = re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
    assert found, f"no {language} in the section {title}"
    return found


@pytest.fixture(scope="module")
def cluster():
    """A cluster in which nobody has made anything for Holdfast yet, except that pg_cron's settings are those of the document."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


def execute(url, *statements):
    for statement in statements:
        done = subprocess.run(
            [f"{programs()}/psql", "-X", "-v", "ON_ERROR_STOP=1", url], input=statement, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{statement}\n{done.stderr}"


@pytest.fixture(scope="module")
def operated(cluster, tmp_path_factory):
    """An installation in the role and database of the document, with a customer."""
    make, read = blocks("Role and database", "sql")
    # The names are taken in this cluster: pg_cron's database has to be there before.
    execute(cluster.superuser, make.replace("holdfast", "documented"))
    there = urlsplit(cluster.superuser)
    url = there._replace(netloc=f"documented:a%20long%20random%20one@{there.hostname}:{there.port}", path="/documented").geturl()
    holdfast = Holdfast(tmp_path_factory.mktemp("documented"), database=url).start()
    holdfast.track("acme", "Signed In")
    settles(lambda: holdfast.score("acme"), 70, "the customer has its score")
    execute(there._replace(path="/documented").geturl(), read.replace("holdfast", "documented"))
    yield holdfast
    holdfast.stop()


def test_the_role_of_the_document_suffices_and_analysts_may_read_and_no_more(operated, cluster):
    there = urlsplit(cluster.superuser)
    analyst = there._replace(netloc=f"documented_analyst:another%20long%20random%20one@{there.hostname}:{there.port}", path="/documented").geturl()
    with connect(analyst) as connection:
        views = connection.execute("SELECT matviewname FROM pg_matviews WHERE schemaname = 'analytics'").fetchall()
        assert ("customer_health_scores",) in views
        connection.execute("SELECT * FROM analytics.customer_health_scores LIMIT 1")
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            connection.execute("CREATE TABLE analytics.mine (id integer)")


def test_the_statements_about_pg_cron_and_monitoring_work(operated, cluster):
    execute(cluster.superuser, *blocks("pg_cron", "sql"))
    execute(urlsplit(cluster.superuser)._replace(path="/documented").geturl(), *(
        statement for statement in blocks("Monitoring", "sql") if "cron." not in statement))
    # pg_cron's journal is in pg_cron's database.
    execute(cluster.superuser, *(statement for statement in blocks("Monitoring", "sql") if "cron." in statement))


def test_a_dump_can_be_restored_as_the_document_says(operated, cluster, tmp_path):
    dump, restore = blocks("Backup and restore", "sh")
    there = urlsplit(cluster.superuser)
    commands = (dump + restore).replace("postgres://holdfast@db.example.com/holdfast", operated.database)
    commands = commands.replace("--owner holdfast", "--owner documented").replace("--role holdfast", "--role documented")
    environment = {
        **os.environ, "PATH": f"{programs()}:{os.environ['PATH']}", "PGHOST": there.hostname, "PGPORT": str(there.port),
        "PGUSER": there.username, "PGPASSWORD": there.password}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{commands}"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    copy = urlsplit(operated.database)._replace(path="/holdfast_restored").geturl()
    kept, there = (
        [(c["id"], c["health"]["score"]) for c in customers_in(operated.run("customers", "--format", "json", database=url).stdout)]
        for url in (copy, operated.database))
    assert kept == there == [("acme", 70)]
