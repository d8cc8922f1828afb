"""Records out of the user's own database: by command, by the running server, with changes and deletions."""

import json
import sqlite3

import pytest

from holdfast import customers_in
from polling import eventually, settles

SCHEMA = """
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT, plan TEXT, seats INTEGER, vip BOOLEAN, updated_at TEXT);
CREATE TABLE cases (id INTEGER PRIMARY KEY, account TEXT, state TEXT, opened TEXT, changed TEXT);
"""

SOURCES = """
sources:
  accounts:
    kind: customers
    database: {database}
    query: SELECT id, name, plan, seats, vip, updated_at FROM accounts
    watermark: updated_at
    every: {every}
    unchecked: true
  cases:
    kind: tickets
    database: {database}
    query: |
      -- spam is none of our business
      SELECT id, account AS customer, state AS status, opened, changed
      FROM cases WHERE state <> 'spam'
    watermark: changed
    map: {{opened_at: opened, updated_at: changed}}
    every: {every}
    unchecked: true
"""


class SQLiteApp:
    """An application with its SQLite file."""

    def __init__(self, folder):
        self.path = folder / "app.db"
        self.url = f"sqlite:{self.path}"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.executescript(SCHEMA)

    def run(self, sql, *values):
        self.connection.execute(sql, values)

    def close(self):
        self.connection.close()


@pytest.fixture
def app(tmp_path):
    app = SQLiteApp(tmp_path)
    app.run("INSERT INTO accounts VALUES ('acme', 'Acme', 'pro', 12, 1, '2025-03-01 10:00:00')")
    app.run("INSERT INTO accounts VALUES ('globex', 'Globex', 'free', 3, 0, '2025-03-01 10:00:00')")
    for number in range(3):
        app.run("INSERT INTO cases VALUES (?, 'acme', 'open', '2025-03-02 09:00:00', '2025-03-02 09:00:00')", number + 1)
    yield app
    app.close()


def configure(installation, database, every="1h", sources=SOURCES):
    (installation.config / "sources.yaml").write_text(sources.format(database=database, every=every))


def listed(installation):
    return {customer["id"]: customer for customer in customers_in(installation.run("customers", "--format", "json").stdout)}


def support(installation, id):
    explained = json.loads(installation.run("explain", id, "--format", "json").stdout)
    return {pillar["name"]: pillar["points"] for pillar in explained["pillars"]}["support"]


def state(installation, name):
    return {source["name"]: source for source in json.loads(installation.run("sources", "--format", "json").stdout)}[name]


def test_sync_reads_sources_and_later_what_has_changed(installation, app):
    configure(installation, app.url)
    installation.run("check")
    done = installation.run("sync")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("accounts (customers, full): 2 read, 2 new, 0 unchanged, 0 set aside, 0 deleted, watermark 2025-03-01 10:00:00")
    assert lines[1].startswith("cases (tickets, full): 3 read, 3 new")
    assert {id: customer["name"] for id, customer in listed(installation).items()} == {"acme": "Acme", "globex": "Globex"}
    assert support(installation, "acme") == 0
    app.run("UPDATE cases SET state = 'closed', changed = '2025-03-03 09:00:00' WHERE id = 2")
    done = installation.run("sync", "cases")
    assert done.stdout.startswith("cases (tickets, incremental): 1 read, 1 new") or "incremental): 3 read, 1 new" in done.stdout
    assert support(installation, "acme") == 10
    seen = state(installation, "cases")
    assert seen["watermark"] == "2025-03-03 09:00:00" and seen["error_rate_24h"] == 0 and seen["last_error"] is None
    table = installation.run("sources").stdout
    assert "accounts" in table and "2025-03-03 09:00:00" in table


def test_deleted_rows_are_told_by_a_full_run_and_many_of_them_only_when_allowed(installation, app):
    configure(installation, app.url)
    installation.run("sync")
    app.run("DELETE FROM cases WHERE id = 1")
    assert "1 deleted" in installation.run("sync", "cases", "--full").stdout
    assert support(installation, "acme") == 10
    for number in range(40):
        app.run("INSERT INTO cases VALUES (?, 'globex', 'open', '2025-03-02 09:00:00', '2025-03-04 09:00:00')", 100 + number)
    installation.run("sync", "cases")
    app.run("DELETE FROM cases WHERE account = 'globex'")
    done = installation.run("sync", "cases", "--full", exits=1)
    assert "40 of 42 rows are not there any more" in done.stderr
    assert "holdfast sync cases --full --allow-deletions" in done.stderr
    assert support(installation, "globex") == 0
    assert "40 deleted" in installation.run("sync", "cases", "--full", "--allow-deletions").stdout
    assert support(installation, "globex") == 30


def test_a_bad_row_is_set_aside_and_shown(installation, app):
    configure(installation, app.url)
    app.run("UPDATE cases SET state = 'asleep' WHERE id = 2")
    done = installation.run("sync", "cases")
    assert "3 read, 2 new, 0 unchanged, 1 set aside" in done.stdout
    assert "id 2: unknown ticket status 'asleep'" in done.stderr
    rejected = installation.run("rejected").stdout
    assert "source cases" in rejected and "id 2" in rejected


def test_a_dry_run_shows_what_would_come_and_takes_nothing(installation, app):
    configure(installation, app.url)
    app.run("UPDATE cases SET state = 'asleep' WHERE id = 2")
    shown = installation.run("sync", "--dry-run").stdout
    assert '"vip":true' in shown and "→ customer of customer acme:" in shown
    assert "→ set aside: unknown ticket status 'asleep'" in shown
    assert not installation.database.exists()


@pytest.mark.parametrize("change, said", [
    (("FROM cases", "FROM nowhere"), "no such table: nowhere"),
    (("watermark: changed", "watermark: modified"), "the query gives no column modified, which is its watermark; it gives id, customer, status"),
    (("{{opened_at: opened,", "{{opened_at: begun,"), "the query gives no column begun"),
])
def test_what_is_wrong_is_said_and_the_other_sources_are_read(installation, app, change, said):
    configure(installation, app.url, sources=SOURCES.replace(*change))
    done = installation.run("sync", exits=1)
    assert f"cases: " in done.stderr and said in done.stderr
    assert "accounts (customers, full): 2 read, 2 new" in done.stdout
    assert said in state(installation, "cases")["last_error"] and state(installation, "cases")["error_rate_24h"] == 1


def test_a_database_that_is_not_there_is_not_made(installation, tmp_path):
    configure(installation, f"sqlite:{tmp_path}/missing.db")
    done = installation.run("sync", exits=1)
    assert "missing.db cannot be opened" in done.stderr
    assert not (tmp_path / "missing.db").exists()


def test_a_writing_query_is_refused_before_it_runs(installation, app):
    configure(installation, app.url, sources=SOURCES.replace("SELECT id, name, plan, seats, vip, updated_at FROM accounts", "DELETE FROM accounts"))
    done = installation.run("check", exits=1)
    assert "sources.yaml:6:12: error: \"query\" is a SELECT" in done.stderr + done.stdout


def test_the_running_server_reads_sources_as_they_change(installation, app):
    configure(installation, app.url, every="1s")
    installation.start()
    settles(lambda: installation.score("acme"), 0, "the first run has brought the tickets", within=20)
    app.run("UPDATE cases SET state = 'solved', changed = '2025-03-03 09:00:00' WHERE id = 2")
    settles(lambda: installation.score("acme"), 10, "an edit in the application has moved the score", within=20)
    app.run("INSERT INTO accounts VALUES ('initech', 'Initech', 'pro', 5, 0, '2025-03-05 10:00:00')")
    eventually(lambda: installation.customer("initech"), "a new account is a customer", within=20)
    app.run("DELETE FROM cases WHERE id = 3")
    # The command line beside the server: whoever comes second waits for the next time.
    eventually(
        lambda: installation.run("sync", "cases", "--full", exits=None).returncode == 0, "the full run has its turn", within=30)
    settles(lambda: installation.score("acme"), 20, "the deleted ticket is closed", within=20)


def test_a_reload_begins_and_ends_sources(installation, app):
    installation.start()
    configure(installation, app.url, every="1s")
    installation.reload()
    eventually(lambda: installation.customer("acme"), "the new source is read", within=20)
    (installation.config / "sources.yaml").unlink()
    installation.reload()
    eventually(lambda: installation.log_text().count("the configuration is reloaded") == 2, "the sources are gone")
    before = installation.customer("acme")
    app.run("UPDATE accounts SET name = 'Acme 2', updated_at = '2025-04-01 10:00:00' WHERE id = 'acme'")
    installation.run("sources")
    assert installation.customer("acme")["name"] == before["name"]


def test_rule_1_a_server_killed_while_it_reads_neither_loses_nor_doubles_rows(installation, app):
    app.connection.execute("BEGIN")
    for number in range(20_000):
        app.run("INSERT INTO cases VALUES (?, 'globex', 'open', '2025-03-02 09:00:00', '2025-03-04 09:00:00')", 100 + number)
    app.connection.execute("COMMIT")
    configure(installation, app.url, every="1s")
    installation.start()
    eventually(lambda: installation.stats()["accepted"] > 3_000, "some pages are in", within=30, every=0.01)
    installation.kill()

    def synced():
        # The dead server's claim runs out after a minute.
        return installation.run("sync", "cases", "--full", exits=None, timeout=300).returncode == 0

    eventually(synced, "the claim of the dead has run out", within=100, every=2)
    installation.start()
    settles(lambda: installation.stats()["accepted"], 20_000 + 3 + 2, "every row is there once", within=60)
