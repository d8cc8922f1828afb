"""What can be wrong with a PostgreSQL database: each is said in one clear line with what to do, and nothing is lost by it."""

import pathlib
import shutil
from urllib.parse import urlsplit

import pytest

from databases import Cluster, PostgreSQL, connect
from disks import Sender, small_disk
from holdfast import Holdfast, installed, replace_config
from load import folded
from polling import eventually, settles

pytestmark = pytest.mark.postgres_only


def said(done):
    """What a command said in going wrong: short, for people, without the program's inside."""
    text = done.stderr
    assert done.stdout == "" and 0 < len(text) < 700, text
    assert "SELECT" not in text and "INSERT" not in text and "Swift" not in text
    return text


def test_a_host_that_nobody_knows_is_said_plainly(installation):
    done = installation.run("customers", database="postgres://holdfast@nowhere.invalid:5432/holdfast", exits=1, timeout=60)
    assert "nowhere.invalid" in said(done) and "host" in done.stderr


def test_a_database_or_user_that_is_not_there_is_said_with_what_to_make(installation):
    there = urlsplit(installation.database)
    missing = there._replace(path="/no_such_database").geturl()
    assert "no_such_database" in said(installation.run("customers", database=missing, exits=1))
    assert "docs/postgres.md" in installation.run("customers", database=missing, exits=1).stderr


def test_a_user_who_may_not_make_tables_is_said_with_what_to_grant(installation):
    with connect(installation.database) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, pg_database_owner")
        connection.execute("ALTER DATABASE " + urlsplit(installation.database).path[1:] + " SET search_path = public")
    done = installation.run("key", "list", exits=None)
    if done.returncode == 0:
        pytest.skip("this role owns the schema")
    assert "42501" in said(done) and "grant" in done.stderr


def test_a_database_that_only_reads_is_said_plainly(installation):
    name = urlsplit(installation.database).path[1:]
    with connect(installation.database) as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    done = installation.run("key", "add", "--scope", "write", exits=1)
    assert "read-only" in said(done)


VIEW = "SELECT count(*) FROM pg_matviews WHERE matviewname = 'customer_health_scores'"


def view_is_there(holdfast):
    with connect(holdfast.database) as connection:
        settles(lambda: connection.execute(VIEW).fetchone(), (1,), "the view is made soon after the start", 20)


def test_the_doctor_changes_nothing_and_says_whose_tables_there_are(installation):
    there = lambda: connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0]
    with connect(installation.database) as connection:
        assert "no tables yet" in installation.run("doctor", exits=1).stdout and there() == 0
        installation.run("key", "list")
        assert "no server is running" in installation.run("doctor", exits=None).stdout
        ((newest,),) = connection.execute("SELECT max(version) FROM schema_version").fetchall()
        connection.execute("DELETE FROM schema_version WHERE version = %s", (newest,))
        assert "older program" in installation.run("doctor", exits=1).stdout
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (newest - 1,)
        connection.execute("INSERT INTO schema_version VALUES (%s), (%s)", (newest, newest + 1))
        assert "newer program" in installation.run("doctor", exits=1).stdout


def test_a_view_made_from_the_scores_keeps_no_server_from_starting_under_another_model(own_server, tmp_path_factory):
    view_is_there(own_server)
    with connect(own_server.database) as connection:
        connection.execute("CREATE VIEW mine AS SELECT customer_id FROM customer_health_scores")
        own_server.stop()
        replace_config(own_server, Holdfast(tmp_path_factory.mktemp("full"), starter="full"))
        own_server.start()
        assert "drop mine" in own_server.run("doctor", exits=1).stdout
        own_server.stop()
        # Neither does whoever holds the log, which is to be divided ahead.
        connection.execute("DROP VIEW mine")
        parts = connection.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass ORDER BY 1").fetchall()
        connection.execute(f"DROP TABLE {next(part for (part,) in reversed(parts) if part != 'event_rest')}")
        with connect(own_server.database) as other, other.transaction():
            other.execute("LOCK TABLE event IN ACCESS SHARE MODE")
            own_server.start()
        own_server.track("x", "Signed In")
        settles(lambda: own_server.score("x") is not None, True, "it works")


def test_a_node_of_an_older_program_does_not_join_again_once_a_newer_one_has_been_there(own_server):
    with connect(own_server.database) as connection:
        connection.execute("INSERT INTO schema_version SELECT max(version) + 1 FROM schema_version")
        connection.execute("DELETE FROM node")
    eventually(lambda: "start the newer program" in own_server.log_text(), "it says why it does not join", 30)
    settles(lambda: own_server.session.get(f"{own_server.url}/readyz", timeout=10).status_code, 503, "it is not ready")
    assert own_server.process.poll() is None
    with connect(own_server.database) as connection:
        assert connection.execute("SELECT count(*) FROM node").fetchone() == (0,)


def test_without_pg_cron_holdfast_refreshes_the_view_itself_and_says_so(own_server):
    view_is_there(own_server)
    own_server.track("x", "Signed In")
    settles(lambda: own_server.score("x"), 70, "the customer has its score")
    told = own_server.run("doctor").stdout
    assert "own scheduler" in told and "pg_cron" in told
    with connect(own_server.database) as connection:
        assert connection.execute("SELECT count(*) FROM customer_health_scores").fetchone() == (0,), "made before anyone came"
        # Its time has come: the last refresh was two days ago.
        connection.execute("UPDATE schedule SET last_run_at = last_run_at - 172800000000 WHERE name = 'refresh-health-scores'")
        eventually(
            lambda: connection.execute("SELECT count(*) FROM customer_health_scores").fetchone() == (1,), "the view is refreshed", 60)


@pytest.fixture
def small_cluster():
    """A cluster whose tables are on a file system of their own that has little room."""
    with small_disk(96) as disk:
        cluster = Cluster()
        try:
            place = disk.folder / "tables"
            place.mkdir()
            place.chmod(0o777)
            disk.folder.chmod(0o755)
            with connect(cluster.superuser) as connection:
                owner = connection.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'").fetchone()[0]
                shutil.chown(place, pathlib.Path(owner).owner())
                connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
                connection.execute("GRANT CREATE ON TABLESPACE small TO PUBLIC")
                connection.execute(f"ALTER ROLE {urlsplit(cluster.url).username} SET default_tablespace = small")
            yield disk, cluster.url
        finally:
            cluster.remove()


def test_rule_1_a_full_disk_is_answered_503_and_loses_nothing_and_ends_without_a_restart(small_cluster, tmp_path):
    disk, url = small_cluster
    with installed(tmp_path, PostgreSQL(url)) as server:
        sender = Sender(server.start())
        assert sender.send() == 200
        disk.fill()
        # Bigger things need room at once.
        eventually(lambda: sender.send(20_000) == 503, "it says 503", 90)
        assert server.process.poll() is None
        disk.free()
        eventually(lambda: sender.send() == 200, "it takes events again", 90)
        folded(server)
        sender.check()
        server.stop()
