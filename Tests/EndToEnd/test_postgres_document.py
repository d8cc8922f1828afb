"""What docs/postgres.md shows, run as it stands there: a statement shown is a statement that works."""

import subprocess
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from databases import Cluster, connect, programs
from documents import Document, run_commands
from holdfast import Holdfast, customers_in
from polling import settles

DOCUMENT = Document("docs/postgres.md")

pytestmark = pytest.mark.postgres_only


@pytest.fixture(scope="module")
def cluster():
    """A cluster in which nobody has made anything for Holdfast yet, except that pg_cron's settings are those of the document."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


def documented(url):
    """The same server and role, in the database that the document makes."""
    return urlsplit(url)._replace(path="/documented").geturl()


def as_role(cluster, role, password):
    there = urlsplit(cluster.superuser)
    return documented(there._replace(netloc=f"{role}:{quote(password)}@{there.hostname}:{there.port}").geturl())


def execute(url, *statements):
    for statement in statements:
        done = subprocess.run(
            [f"{programs()}/psql", "-X", "-v", "ON_ERROR_STOP=1", url], input=statement, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{statement}\n{done.stderr}"


@pytest.fixture(scope="module")
def operated(cluster, tmp_path_factory):
    """An installation in the role and database of the document, with a customer."""
    make, read = DOCUMENT.blocks("Role and database", "sql")
    # The names are taken in this cluster: pg_cron's database has to be there before.
    execute(cluster.superuser, make.replace("holdfast", "documented"))
    holdfast = Holdfast(tmp_path_factory.mktemp("documented"), database=as_role(cluster, "documented", "a long random one"))
    try:
        holdfast.start()
        holdfast.track("acme", "Signed In")
        settles(lambda: holdfast.score("acme"), 70, "the customer has its score")
        execute(documented(cluster.superuser), read.replace("holdfast", "documented"))
        yield holdfast
    finally:
        holdfast.kill()


def test_the_role_of_the_document_suffices_and_analysts_may_read_and_no_more(operated, cluster):
    with connect(as_role(cluster, "documented_analyst", "another long random one")) as connection:
        assert connection.execute("SELECT customer_id, health_score FROM analytics.customers").fetchall() == [("acme", 70)]
        connection.execute("SELECT * FROM customer_health_scores")
        # The role reads only; and turning this off gives it no more rights.
        connection.execute("SET default_transaction_read_only = off")
        for refused in ("SELECT * FROM health", "CREATE TABLE analytics.mine (id integer)", "CREATE TABLE mine (id integer)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


def test_the_statements_about_pg_cron_and_monitoring_work(operated, cluster):
    execute(cluster.superuser, *DOCUMENT.blocks("pg_cron", "sql"))
    for statement in DOCUMENT.blocks("Monitoring", "sql"):
        # pg_cron's journal is in pg_cron's database.
        execute(cluster.superuser if "cron." in statement else documented(cluster.superuser), statement)


def test_an_embedded_database_moves_as_the_document_says(operated, cluster, tmp_path):
    (commands,) = DOCUMENT.blocks("Moving house", "sh")
    home = Holdfast(tmp_path, database=f"sqlite:{tmp_path}/success.sqlite")
    rows = tmp_path / "customers.csv"
    rows.write_text("id,name\nacme,Acme\nbolt,Bolt\n")
    home.run("import", "customers", rows)
    execute(documented(cluster.superuser), "CREATE DATABASE moved OWNER documented")
    url = urlsplit(as_role(cluster, "documented", "a long random one"))._replace(path="/moved")
    bare = url._replace(netloc=f"documented@{url.hostname}:{url.port}").geturl()
    said = run_commands(commands.replace("postgres://holdfast@db.example.com/holdfast", bare), tmp_path, home._environment())
    assert "are the same in both" in said
    assert [c["id"] for c in customers_in(home.run("customers", "--format", "json", database=url.geturl()).stdout)] == ["acme", "bolt"]
