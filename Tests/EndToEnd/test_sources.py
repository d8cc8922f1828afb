"""Records out of the user's own database: by command, by the running server, with changes and deletions."""

import contextlib
import json
import os
import sqlite3

import pytest

from databases import PostgreSQL, connect
from holdfast import customers_in, free_port
from polling import eventually, settles

SOURCES = """
sources:
  accounts:
    kind: customers
    database: ${{APP_DATABASE}}
    query: SELECT id, name, plan, seats, vip, updated_at FROM accounts
    watermark: updated_at
    every: {every}
    unchecked: true
  cases:
    kind: tickets
    database: ${{APP_DATABASE}}
    query: |
      -- spam is none of our business
      SELECT id, account AS customer, state AS status, opened, changed
      FROM cases WHERE state <> 'spam'
    watermark: changed
    map: {{opened_at: opened, updated_at: changed}}
    every: {every}
    unchecked: true
"""


ROWS = """
INSERT INTO accounts VALUES ('acme', 'Acme', 'pro', 12, true, '2025-03-01 10:00:00');
INSERT INTO accounts VALUES ('globex', 'Globex', 'free', 3, false, '2025-03-01 10:00:00');
INSERT INTO cases VALUES
  (1, 'acme', 'open', '2025-03-02 09:00:00', '2025-03-02 09:00:00'),
  (2, 'acme', 'open', '2025-03-02 09:00:00', '2025-03-02 09:00:00'),
  (3, 'acme', 'open', '2025-03-02 09:00:00', '2025-03-02 09:00:00');
"""


class SQLiteApp:
    """An application with its SQLite file."""

    schema = """
        CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT, plan TEXT, seats INTEGER, vip BOOLEAN, updated_at TEXT);
        CREATE TABLE cases (id INTEGER PRIMARY KEY, account TEXT, state TEXT, opened TEXT, changed TEXT);
        """
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"

    def __init__(self, folder):
        self.url = f"sqlite:{folder}/app.db"
        self.connection = sqlite3.connect(folder / "app.db", isolation_level=None)

    def run(self, sql):
        self.connection.executescript(sql)


class PostgresApp:
    """An application with its PostgreSQL database, whose times have a time zone of their own."""

    schema = """
        CREATE TABLE accounts (id text PRIMARY KEY, name text, plan text, seats int, vip boolean, updated_at timestamptz);
        CREATE TABLE cases (id bigint PRIMARY KEY, account text, state text, opened timestamptz, changed timestamp);
        SET TimeZone = 'UTC';
        """
    numbers = "SELECT i FROM generate_series(1, {count}) AS n (i)"

    def __init__(self, url):
        self.url = url
        self.connection = connect(url)

    def run(self, sql):
        self.connection.execute(sql)


@pytest.fixture(params=["sqlite", "postgres"])
def app(request, tmp_path, database):
    """The user's application, on the same kind of database as Holdfast or on the other one."""
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            app = SQLiteApp(tmp_path)
        else:
            if not os.environ.get("HOLDFAST_POSTGRES"):
                pytest.skip("no PostgreSQL")
            app = PostgresApp(stack.enter_context(PostgreSQL(os.environ["HOLDFAST_POSTGRES"]).fresh(tmp_path)))
        stack.callback(app.connection.close)
        app.run(app.schema)
        app.run(ROWS)
        yield app


def configure(installation, app, every="1h", sources=SOURCES):
    installation.environment["APP_DATABASE"] = app if isinstance(app, str) else app.url
    (installation.config / "sources.yaml").write_text(sources.format(every=every))


def add_cases(app, count):
    """Open tickets of globex, all written in one moment."""
    app.run(f"""
        INSERT INTO cases SELECT 100 + i, 'globex', 'open', '2025-03-02 09:00:00', '2025-03-04 09:00:00'
        FROM ({app.numbers.format(count=count)}) AS numbers
        """)


def listed(installation):
    return {customer["id"]: customer for customer in customers_in(installation.run("customers", "--format", "json").stdout)}


def support(installation, id):
    explained = json.loads(installation.run("explain", id, "--format", "json").stdout)
    return {pillar["name"]: pillar["points"] for pillar in explained["pillars"]}["support"]


def state(installation, name):
    return {source["name"]: source for source in json.loads(installation.run("sources", "--format", "json").stdout)}[name]


def test_sync_reads_sources_and_later_what_has_changed(installation, app):
    configure(installation, app)
    installation.run("check")
    done = installation.run("sync")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("accounts (customers, full): 2 read, 2 new, 0 unchanged, 0 set aside, 0 deleted, watermark 2025-03-01 10:00:00")
    assert lines[1].startswith("cases (tickets, full): 3 read, 3 new")
    assert {id: customer["name"] for id, customer in listed(installation).items()} == {"acme": "Acme", "globex": "Globex"}
    assert support(installation, "acme") == 0
    app.run("UPDATE cases SET state = 'closed', changed = '2025-03-03 09:00:00' WHERE id = 2")
    done = installation.run("sync", "cases")
    # The other two lie within the overlap.
    assert done.stdout.startswith("cases (tickets, incremental): 3 read, 1 new, 2 unchanged")
    assert support(installation, "acme") == 10
    seen = state(installation, "cases")
    assert seen["watermark"] == "2025-03-03 09:00:00" and seen["error_rate_24h"] == 0 and seen["last_error"] is None
    table = installation.run("sources").stdout
    assert "accounts" in table and "2025-03-03 09:00:00" in table


def test_deleted_rows_are_told_by_a_full_run_and_many_of_them_only_when_allowed(installation, app):
    configure(installation, app)
    installation.run("sync")
    app.run("DELETE FROM cases WHERE id = 1")
    assert "1 deleted" in installation.run("sync", "cases", "--full").stdout
    assert support(installation, "acme") == 10
    add_cases(app, 40)
    installation.run("sync", "cases")
    app.run("DELETE FROM cases WHERE account = 'globex'")
    done = installation.run("sync", "cases", "--full", exits=1)
    assert "40 of 42 rows are not there any more" in done.stderr
    assert "holdfast sync cases --full --allow-deletions" in done.stderr
    assert support(installation, "globex") == 0
    assert "40 deleted" in installation.run("sync", "cases", "--full", "--allow-deletions").stdout
    assert support(installation, "globex") == 30


def test_a_bad_row_is_set_aside_and_shown(installation, app):
    configure(installation, app)
    app.run("UPDATE cases SET state = 'asleep' WHERE id = 2")
    done = installation.run("sync", "cases")
    assert "3 read, 2 new, 0 unchanged, 1 set aside" in done.stdout
    assert "id 2: unknown ticket status 'asleep'" in done.stderr
    rejected = installation.run("rejected").stdout
    assert "source cases" in rejected and "id 2" in rejected


def test_a_dry_run_shows_what_would_come_and_takes_nothing(installation, app):
    configure(installation, app)
    app.run("UPDATE cases SET state = 'asleep' WHERE id = 2")
    shown = installation.run("sync", "--dry-run").stdout
    assert '"vip":true' in shown and "→ customer of customer acme:" in shown
    assert "→ set aside: unknown ticket status 'asleep'" in shown
    assert not list(installation.folder.glob("holdfast.db*"))


@pytest.mark.parametrize("change, said", [
    (("FROM cases", "FROM nowhere"), ("no such table: nowhere", "relation \"nowhere\" does not exist")),
    (("watermark: changed", "watermark: modified"), ("the query gives no column modified, which is its watermark; it gives id, customer, status",)),
    (("{{opened_at: opened,", "{{opened_at: begun,"), ("the query gives no column begun",)),
])
def test_what_is_wrong_is_said_and_the_other_sources_are_read(installation, app, change, said):
    configure(installation, app, sources=SOURCES.replace(*change))
    done = installation.run("sync", exits=1)
    assert "cases: " in done.stderr and any(words in done.stderr for words in said)
    assert "accounts (customers, full): 2 read, 2 new" in done.stdout
    failed = state(installation, "cases")
    assert any(words in failed["last_error"] for words in said) and failed["error_rate_24h"] == 1


def test_a_database_that_is_not_there_is_not_made(installation, tmp_path):
    configure(installation, f"sqlite:{tmp_path}/missing.db")
    done = installation.run("sync", exits=1)
    assert "missing.db cannot be opened" in done.stderr
    assert not (tmp_path / "missing.db").exists()


def test_a_database_that_cannot_be_reached_is_said_without_its_password(installation):
    configure(installation, f"postgres://reader:geheim@127.0.0.1:{free_port()}/app")
    done = installation.run("sync", exits=1)
    assert "postgres://reader@127.0.0.1" in done.stderr and "cannot be reached" in done.stderr
    assert "geheim" not in done.stderr + done.stdout + json.dumps(state(installation, "cases"))


@pytest.mark.parametrize("app", ["postgres"], indirect=True)
def test_what_a_query_calls_cannot_write_either(installation, app):
    app.run("""
        CREATE FUNCTION purge() RETURNS SETOF cases LANGUAGE sql AS 'DELETE FROM cases RETURNING *';
        """)
    query = "SELECT id, account AS customer, state AS status, opened, changed\n      FROM cases WHERE state <> 'spam'"
    for written in ("SELECT *\n      FROM purge()", "WITH gone AS (DELETE FROM cases RETURNING *)\n      SELECT * FROM gone"):
        configure(installation, app, sources=SOURCES.replace(query, written))
        installation.run("sync", "cases", exits=1)
        assert app.connection.execute("SELECT COUNT(*) FROM cases").fetchone() == (3,)
    assert "DELETE" in state(installation, "cases")["last_error"] or "data-modifying" in state(installation, "cases")["last_error"]


@pytest.mark.parametrize("app", ["postgres"], indirect=True)
def test_values_of_postgresql_keep_their_kind(installation, app):
    app.run("""
        CREATE TABLE orgs (id uuid PRIMARY KEY, name varchar(40), vip boolean, share numeric(5, 2), tags jsonb, mark char(4), since date, at timestamptz(6));
        INSERT INTO orgs SELECT gen_random_uuid(), 'Org ' || i, i < 0, i / 8.0, '["a", {"b": 1}]', 'x' || i, '2024-02-29', '2025-03-01 10:00:00.123456+02'
        FROM generate_series(1, 45) AS n (i);
        """)
    (installation.config / "sources.yaml").write_text("""
sources:
  orgs: {kind: customers, database: "${APP_DATABASE}", query: SELECT * FROM orgs, watermark: at, page: 10}
""")
    installation.environment["APP_DATABASE"] = app.url
    shown = installation.run("sync", "--dry-run").stdout
    assert '"share":' in shown and '"tags":["a",{"b":1}]' in shown and '"since":"2024-02-29"' in shown and '"vip":false' in shown
    assert "45 read, 45 new" in installation.run("sync").stdout
    assert state(installation, "orgs")["watermark"] == "2025-03-01 08:00:00.123456+00"
    app.run("UPDATE orgs SET at = '2025-03-01 10:00:00.123457+02'")
    # The watermark's column is an attribute here too, so that each row says something new.
    assert "incremental): 45 read, 45 new" in installation.run("sync").stdout
    for column in ("id", "mark"):
        (installation.config / "sources.yaml").write_text(f"""
sources:
  orgs_by_{column}: {{kind: customers, database: "${{APP_DATABASE}}", query: SELECT * FROM orgs, map: {{id: {column}}}, page: 10}}
""")
        assert "45 read" in installation.run("sync").stdout


def test_a_writing_query_is_refused_before_it_runs(installation, app):
    configure(installation, app, sources=SOURCES.replace("SELECT id, name, plan, seats, vip, updated_at FROM accounts", "DELETE FROM accounts"))
    done = installation.run("check", exits=1)
    assert "sources.yaml:6:12: error: \"query\" is a SELECT" in done.stderr + done.stdout


def test_the_running_server_reads_sources_as_they_change(installation, app):
    configure(installation, app, every="1s")
    installation.start()
    settles(lambda: installation.score("acme"), 0, "the first run has brought the tickets", within=20)
    app.run("UPDATE cases SET state = 'solved', changed = '2025-03-03 09:00:00' WHERE id = 2")
    settles(lambda: installation.score("acme"), 10, "an edit in the application has moved the score", within=20)
    app.run("INSERT INTO accounts VALUES ('initech', 'Initech', 'pro', 5, false, '2025-03-05 10:00:00')")
    eventually(lambda: installation.customer("initech"), "a new account is a customer", within=20)
    app.run("DELETE FROM cases WHERE id = 3")
    # The command line beside the server: whoever comes second waits for the next time.
    eventually(
        lambda: installation.run("sync", "cases", "--full", exits=None).returncode == 0, "the full run has its turn", within=30)
    settles(lambda: installation.score("acme"), 20, "the deleted ticket is closed", within=20)


def test_a_reload_begins_and_ends_sources(installation, app):
    installation.environment["APP_DATABASE"] = app.url
    installation.start()
    configure(installation, app, every="1s")
    installation.reload()
    eventually(lambda: installation.customer("acme"), "the new source is read", within=20)
    (installation.config / "sources.yaml").unlink()
    installation.reload()
    eventually(lambda: installation.log_text().count("the configuration is reloaded") == 2, "the sources are gone")
    before = installation.customer("acme")
    app.run("UPDATE accounts SET name = 'Acme 2', updated_at = '2025-04-01 10:00:00' WHERE id = 'acme'")
    installation.run("sources")
    assert installation.customer("acme")["name"] == before["name"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_rule_1_a_server_killed_while_it_reads_neither_loses_nor_doubles_rows(installation, app):
    add_cases(app, 20_000)
    configure(installation, app, every="1s")
    installation.start()
    eventually(lambda: installation.stats()["accepted"] > 3_000, "some pages are in", within=30, every=0.01)
    installation.kill()

    def synced():
        # The dead server's claim runs out after a minute.
        return installation.run("sync", "cases", "--full", exits=None, timeout=300).returncode == 0

    eventually(synced, "the claim of the dead has run out", within=100, every=2)
    installation.start()
    settles(lambda: installation.stats()["accepted"], 20_000 + 3 + 2, "every row is there once", within=60)
