"""`holdfast move`: an installation leaves its file for PostgreSQL and nothing is lost on the way."""

import re
import signal
import subprocess
import uuid

import pytest

from databases import SQLite, connect
from holdfast import BINARY, fresh, installed
from load import folded
from polling import eventually, settles
from records import tickets_csv

pytestmark = pytest.mark.postgres_only


@pytest.fixture
def home(tmp_path):
    """An installation on a file; not started."""
    with installed(tmp_path, SQLite()) as holdfast:
        yield holdfast


@pytest.fixture
def new(database, tmp_path):
    """The URL of an empty PostgreSQL database."""
    with database.fresh(tmp_path) as url:
        yield url


def play(home, customers=30):
    """Some history; returns the messages sent."""
    messages = []
    home.start()
    for number in range(customers):
        for event in ("Signed In", "Report Created", "Export Used")[: number % 3 + 1]:
            message = {"userId": f"u-{number}", "event": event, "messageId": str(uuid.uuid4()), "context": {"groupId": f"c-{number}"}}
            assert home.write("/v1/track", message).status_code == 200
            messages.append(message)
    home.import_records("customers", "id,name\n" + "".join(f"c-{n},Ünï {n}\n" for n in range(customers)))
    for number in range(0, customers, 4):
        home.import_records("tickets", tickets_csv(f"c-{number}", number % 3 + 1))
    folded(home)
    home.stop()
    return messages


def told(home, database):
    """What the named database says of all customers, whenever it is asked."""
    said = [home.run(*arguments, database=database).stdout for arguments in (["customers", "--format", "json"], ["score"])]
    return [said[0], re.sub(r" at \S+Z", "", said[1])]


def rows(output):
    """The table of the proof: name to (rows here, rows there, same)."""
    return {
        match[1]: (int(match[2]), int(match[3]), match[4])
        for match in re.finditer(r"^(\w+) +(\d+) +(\d+) +(yes|NO)$", output, re.MULTILINE)}


def test_a_company_moves_and_goes_on_where_it_was(home, new):
    messages = play(home)
    keys = {scope: home.key(scope) for scope in ("write", "api")}
    before = told(home, home.database)
    done = home.run("move", "--to", new)
    proof = rows(done.stdout)
    assert proof["event"][0] == proof["event"][1] >= len(messages) + 30
    assert all(here == there and same == "yes" for here, there, same in proof.values())
    assert len(proof) > 20 and "done:" in done.stdout and "HOLDFAST_DATABASE=" in done.stdout
    assert "Copying" in done.stderr
    assert new.split("@")[0].split(":")[-1] not in done.stdout + done.stderr, "the password is not repeated"

    home.database = new
    assert told(home, new) == before
    home.start()
    # Keys, scores and the memory of messages came along.
    assert home._keys == keys
    for message in messages[:10]:
        assert home.write("/v1/track", message).status_code == 200
    accepted = home.stats()["accepted"]
    newcomer = fresh()
    home.track(newcomer, "Signed In")
    settles(lambda: home.score(newcomer), 70, "events go on")
    stats = home.stats()
    assert stats["accepted"] == accepted + 1, "what was sent before the move is known as sent"
    home.track("u-1", "Signed In", context={"groupId": "c-1"})
    assert len(list(home.pages("/api/v1/customers/c-2/events", "events"))) >= 3
    home.stop()
    assert home.run("rebuild").stdout.endswith("nothing changed\n")


def test_the_old_database_is_left_as_it_was(home, new):
    play(home, 6)
    before = told(home, home.database)
    home.run("move", "--to", new)
    assert told(home, home.database) == before
    again = home.run("move", "--to", new, exits=1)
    assert "holds data already" in again.stderr and "done" not in again.stdout


def test_a_database_with_data_is_refused_and_left_alone(home, new):
    play(home, 3)
    home.run("key", "add", "--scope", "api", database=new)
    refused = home.run("move", "--to", new, exits=1)
    assert "api_key" in refused.stderr and "done" not in refused.stdout
    assert len(home.run("key", "list", database=new).stdout.splitlines()) == 2


def hinder(new, table, action):
    """Lets the server do something else first whenever rows come to a table."""
    with connect(new) as target:
        target.execute(f"CREATE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {action}; RETURN NULL; END$$")
        target.execute(f"CREATE TRIGGER hinder AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION hinder()")


def unhinder(new):
    with connect(new) as target:
        target.execute("DROP FUNCTION hinder CASCADE")


def refused_by_all(home, new):
    """Nothing uses the database: not a server, not a command that reads, not one that writes."""
    for arguments in (["serve"], ["customers"], ["import", "customers", home.folder / "some.csv"], ["key", "list"], ["rebuild"]):
        assert "unfinished move from" in home.run(*arguments, database=new, exits=1).stderr


def test_a_move_that_was_killed_is_served_by_nothing_and_begun_anew(home, new):
    play(home, 40)
    home.run("score", database=new)
    hinder(new, "ticket", "PERFORM pg_sleep(600)")
    move = subprocess.Popen(
        [str(BINARY), "move", "--to", new], env=home._environment(), cwd=home.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sleeping = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    with connect(new) as target:
        eventually(lambda: target.execute(sleeping).fetchall(), "the move is at the tickets", 60)
        move.send_signal(signal.SIGKILL)
        move.communicate()
        assert target.execute("SELECT count(*) FROM event").fetchone()[0] > 0, "it was in the middle"
        for (pid,) in target.execute(sleeping).fetchall():
            target.execute("SELECT pg_terminate_backend(%s)", [pid])
        eventually(lambda: not target.execute(sleeping).fetchall(), "the server has given it up")
    unhinder(new)
    refused_by_all(home, new)
    assert "done:" in home.run("move", "--to", new).stdout
    assert told(home, new) == told(home, home.database)


def test_a_full_disk_ends_a_move_in_plain_words(home, new):
    play(home, 6)
    home.run("score", database=new)
    hinder(new, "health", "RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'")
    done = home.run("move", "--to", new, exits=1)
    assert "no space is left" in done.stderr and "begins anew" in done.stderr and "done" not in done.stdout
    refused_by_all(home, new)
    unhinder(new)
    assert "done:" in home.run("move", "--to", new).stdout


def test_a_row_that_arrives_otherwise_than_it_was_sent_is_found(home, new):
    play(home, 6)
    home.run("score", database=new)
    hinder(new, "health", "UPDATE health SET score = score - 1 WHERE customer = 'c-1'")
    done = home.run("move", "--to", new, exits=1)
    proof = rows(done.stdout)
    assert [table for table in proof if proof[table][2] == "NO"] == ["health"]
    assert "score of c-1: stored" in done.stdout and "done" not in done.stdout and "differ" in done.stderr
    refused_by_all(home, new)


def test_a_target_that_takes_no_writes_is_told(home, new):
    play(home, 2)
    done = home.run("move", "--to", f"{new}?options=-c%20default_transaction_read_only%3Don", exits=1)
    assert "read-only" in done.stderr and "done" not in done.stdout


def test_a_running_server_keeps_a_move_from_beginning_on_either_side(home, new, tmp_path):
    home.start()
    refused = home.run("move", "--to", new, exits=1)
    assert "stop it first" in refused.stderr
    home.stop()
    old, home.database = home.database, new
    home.start()
    refused = home.run("move", "--to", new, database=old, exits=1)
    assert "a server works on the database to move to" in refused.stderr and "stop it first" in refused.stderr
    home.stop()
    assert "done:" in home.run("move", "--to", new, database=old).stdout


@pytest.mark.parametrize(
    "target, words",
    [
        ("postgres://holdfast:very-secret@127.0.0.1:9/holdfast", "cannot be reached"),
        ("sqlite:other.db", "--to takes the address of a PostgreSQL database"),
        ("postgres://holdfast:very-secret@[/holdfast", "not of the form"),
    ])
def test_a_target_that_cannot_be_is_told_in_plain_words(home, database, target, words):
    play(home, 2)
    before = told(home, home.database)
    done = home.run("move", "--to", target, exits=None)
    assert done.returncode in (1, 2) and words in done.stderr and "very-secret" not in done.stdout + done.stderr
    assert "done" not in done.stdout and told(home, home.database) == before


def test_a_source_that_is_not_there_is_not_made(home, new):
    refused = home.run("move", "--to", new, exits=1)
    assert "there is no database at" in refused.stderr and not (home.folder / "holdfast.db").exists()


def test_a_wrong_password_is_told(home, new):
    play(home, 2)
    user, rest = new.split("@", 1)
    wrong = user.rsplit(":", 1)[0] + ":very-secret@" + rest
    done = home.run("move", "--to", wrong, exits=1)
    assert "password" in done.stderr and "very-secret" not in done.stderr
