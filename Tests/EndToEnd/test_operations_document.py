"""What docs/operations.md shows, run as it stands there under load: a backup that was restored is a backup."""

import os
import random
import re
import sqlite3
import subprocess
from urllib.parse import urlsplit

import pytest

from databases import Cluster, programs
from documents import Document, run_commands
from holdfast import BINARY, Holdfast
from load import CLIENTS, Load, folded, stored
from polling import eventually

DOCUMENT = Document("docs/operations.md")
CUSTOMERS = [f"customer-{number}" for number in range(25)]
BEFORE, AFTER = 4_000, 2_000


class Pressure:
    """Clients at full speed, from before the backup until after it."""

    def __init__(self, server):
        seed = int(os.environ.get("HOLDFAST_SEED", random.SystemRandom().randrange(2**31)))
        print(f"HOLDFAST_SEED={seed}")
        self.server = server
        self.clients = [Load(server.url, server.key("write"), CUSTOMERS, f"{seed}/{number}") for number in range(CLIENTS)]
        for client in self.clients:
            client.start()
        self.reach(BEFORE)

    def reach(self, count):
        eventually(lambda: len(self.answered()) >= count, f"{count} events are answered", 120)

    def answered(self):
        """The message ids answered 200 by now."""
        return set().union(*(set(client.answered.copy()) for client in self.clients))

    def finish(self):
        """Goes on for a while, then ends. Returns all that was sent, by message id."""
        self.reach(len(self.answered()) + AFTER)
        for client in self.clients:
            client.finish()
        return {message: event for client in self.clients for message, event in client.sent.items()}


def proves_itself(restored, before, sent):
    """The restored installation holds what was answered before its backup, says that all is well, and takes everything once more."""
    counts = stored(restored, CUSTOMERS)
    assert before <= counts.keys() <= sent.keys() and set(counts.values()) == {1}
    assert len(counts) < len(sent), "the backup was taken in the middle"
    messages = list(sent.values())
    for start in range(0, len(messages), 500):
        assert restored.write("/v1/batch", {"batch": messages[start : start + 500]}).status_code == 200
    folded(restored)
    counts = stored(restored, CUSTOMERS)
    assert counts.keys() == sent.keys() and set(counts.values()) == {1}
    restored.stop()
    assert "nothing changed" in restored.run("rebuild").stdout


def twin(server, folder, database):
    """The same configuration and keys on another database."""
    other = Holdfast(folder, config=server.config, database=database)
    other._keys = server._keys
    return other


@pytest.mark.sqlite_only
def test_a_backup_under_full_load_is_restored_as_the_document_says_and_holds_what_was_answered(own_server, tmp_path):
    places = {"/var/backups/holdfast": f"{tmp_path}/backups", "/var/lib/holdfast": f"{tmp_path}/lib"}

    def here(commands):
        for shown, place in places.items():
            commands = commands.replace(shown, place)
        return commands

    (tmp_path / "backups").mkdir()
    (tmp_path / "lib").mkdir()
    backup = here(DOCUMENT.blocks("Backup", "sh")[0])
    restore = here(DOCUMENT.blocks("Restore", "sh")[0])
    own_server.key("api")
    pressure = Pressure(own_server)
    before = pressure.answered()
    run_commands(backup, tmp_path, own_server._environment())
    sent = pressure.finish()
    copy = tmp_path / "backups/now.db"
    assert copy.stat().st_mode & 0o077 == 0, "customers are in it"
    assert [path.name for path in copy.parent.iterdir()] == ["now.db"]

    restored = twin(own_server, tmp_path / "lib", f"sqlite:{tmp_path}/lib/restored/holdfast.db")
    assert restore.rstrip().endswith("holdfast serve")
    said = run_commands(restore.rstrip().removesuffix("holdfast serve"), tmp_path, restored._environment())
    assert "nothing changed" in said
    try:
        restored.start()
        proves_itself(restored, before, sent)
    finally:
        restored.kill()


@pytest.mark.sqlite_only
def test_the_line_for_cron_makes_todays_backup_and_removes_only_old_ones(own_server, tmp_path):
    (line,) = DOCUMENT.blocks("Backup", "cron")
    minute, hour, day, month, weekday, command = line.strip().split(" ", 5)
    assert int(minute) < 60 and int(hour) < 24 and (day, month, weekday) == ("*", "*", "*")
    backups = tmp_path / "backups"
    backups.mkdir()
    old, recent = backups / "2020-01-01.db", backups / "2020-02-02.db"
    for file in (old, recent):
        file.write_text("an older backup")
    os.utime(old, (0, 0))
    # cron takes % for the end of a line, unless a backslash is before it.
    assert not re.search(r"(?<!\\)%", command)
    command = command.replace("\\%", "%").replace("/var/backups/holdfast", str(backups))
    command = command.replace("sqlite:/var/lib/holdfast/holdfast.db", own_server.database)
    own_server.track("acme", "Signed In")
    run_commands(command, tmp_path, own_server._environment())
    assert not old.exists() and recent.exists()
    (made,) = [path for path in backups.iterdir() if path != recent]
    with sqlite3.connect(made) as database:
        assert database.execute("SELECT customer FROM health").fetchall() == [("acme",)]
    # On the same day a second time: it refuses, and removes nothing.
    os.utime(recent, (0, 0))
    again = subprocess.run(
        ["sh", "-c", command], env={**own_server._environment(), "PATH": f"{BINARY.parent}:{os.environ['PATH']}"}, capture_output=True,
        text=True, timeout=60)
    assert again.returncode != 0 and "is there already" in again.stderr and recent.exists()


@pytest.mark.sqlite_only
def test_a_backup_that_is_cut_off_leaves_nothing_under_its_name_and_the_next_one_succeeds(own_server, tmp_path):
    with sqlite3.connect(own_server.database.removeprefix("sqlite:"), timeout=30) as database:
        # Large enough to be met in the middle.
        database.execute("CREATE TABLE ballast (bytes BLOB)")
        for _ in range(40):
            database.execute("INSERT INTO ballast VALUES (randomblob(4000000))")
            database.commit()
    target, partial = tmp_path / "copy.db", tmp_path / "copy.db.partial"
    command = [str(BINARY), "backup", str(target)]
    cut = subprocess.Popen(command, env=own_server._environment(), stderr=subprocess.DEVNULL)
    eventually(lambda: partial.exists() and partial.stat().st_size > 0, "the copy has begun", 30, every=0.001)
    cut.kill()
    assert cut.wait(10) != 0
    assert not target.exists() and partial.exists()
    own_server.run("backup", target)
    assert target.exists() and not partial.exists()
    with sqlite3.connect(target) as database:
        assert database.execute("SELECT COUNT(*) FROM ballast").fetchone() == (40,)


@pytest.mark.sqlite_only
def test_a_backup_refuses_what_would_be_none(own_server, tmp_path):
    stranger, target = tmp_path / "stranger.db", tmp_path / "copy.db"
    with sqlite3.connect(stranger) as database:
        database.execute("CREATE TABLE something (id INTEGER)")
    for database, said in (
        (f"sqlite:{stranger}", "no tables of Holdfast"), (f"sqlite:{tmp_path}/nowhere.db", "no database at"),
    ):
        assert said in own_server.run("backup", target, database=database, exits=1).stderr
    assert "cannot be written" in own_server.run("backup", tmp_path / "no/such/folder/copy.db", exits=1).stderr
    assert [path.name for path in tmp_path.glob("copy*")] == []


@pytest.mark.sqlite_only
def test_a_damaged_database_is_no_backup(installation, tmp_path):
    installation.key("api")
    path = tmp_path / "holdfast.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE ballast (bytes BLOB)")
        for _ in range(200):
            database.execute("INSERT INTO ballast VALUES (randomblob(2000))")
        database.execute("CREATE INDEX of_ballast ON ballast (bytes)")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        root, size = (database.execute(query).fetchone()[0] for query in (
            "SELECT rootpage FROM sqlite_master WHERE name = 'ballast'", "PRAGMA page_size"))
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    assert "is damaged" in installation.run("backup", tmp_path / "copy.db", exits=1).stderr
    assert [file.name for file in tmp_path.glob("copy*")] == []


@pytest.fixture(scope="module")
def cluster():
    """A cluster of its own, whose superuser restores."""
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.mark.postgres_only
def test_a_dump_under_full_load_is_restored_as_the_document_says_and_holds_what_was_answered(cluster, tmp_path):
    (dump,) = [block for block in DOCUMENT.blocks("Backup", "sh") if "pg_dump" in block]
    restore, then = DOCUMENT.blocks("Restore", "sh")[1:]
    there = urlsplit(cluster.superuser)
    environment = {
        "PATH": f"{programs()}:{os.environ['PATH']}", "PGHOST": there.hostname, "PGPORT": str(there.port), "PGUSER": there.username,
        "PGPASSWORD": there.password}
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    server = Holdfast(tmp_path / "first", database=cluster.url)
    restored = None
    try:
        server.start()
        server.key("api")
        pressure = Pressure(server)
        before = pressure.answered()
        shown = "postgres://holdfast@db.example.com/holdfast"
        run_commands(dump.replace(shown, cluster.url), tmp_path, environment)
        sent = pressure.finish()
        server.stop()
        run_commands(restore, tmp_path, environment)

        url = urlsplit(cluster.url)._replace(path="/holdfast_restored").geturl()
        restored = twin(server, tmp_path / "second", url)
        assert then.rstrip().endswith("holdfast serve") and f"{shown}_restored" in then
        said = run_commands(
            then.rstrip().removesuffix("holdfast serve").replace(f"{shown}_restored", url), tmp_path, restored._environment())
        assert "up to date with every event" in said or "entries behind" in said
        restored.start(within=60)
        proves_itself(restored, before, sent)
    finally:
        for installation in filter(None, (server, restored)):
            installation.kill()


@pytest.mark.postgres_only
def test_on_postgresql_the_command_says_what_to_run_and_writes_nothing(own_server, tmp_path):
    refused = own_server.run("backup", tmp_path / "it's a copy.dump", exits=1)
    assert "password" in refused.stderr and urlsplit(own_server.database).password not in refused.stderr
    assert list(tmp_path.glob("*copy*")) == []
    (command,) = [line for line in refused.stderr.splitlines() if line.strip().startswith("pg_dump ")]
    environment = {"PATH": f"{programs()}:{os.environ['PATH']}", "PGPASSWORD": urlsplit(own_server.database).password}
    run_commands(command, tmp_path, environment)
    assert (tmp_path / "it's a copy.dump").read_bytes().startswith(b"PGDMP")
