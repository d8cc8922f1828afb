"""The commands that read: customers, explain, score, outbox, backup; and what every command owes its caller."""

import csv
import io
import json
import re
import sqlite3

import pytest

from holdfast import customers_in, fresh
from polling import settles
from records import iso, now, tickets_csv


@pytest.fixture(scope="module")
def known(server):
    """Two customers with known scores on the shared server: 75 and 40."""
    well, badly = fresh("well"), fresh("badly")
    for customer, plan in ((well, "enterprise"), (badly, "starter")):
        server.write("/v1/group", {"userId": fresh("u"), "groupId": customer, "traits": {"name": f"Name {customer}", "plan": plan}})
        server.track(customer, "Signed In")
    server.track(well, "Report Created")
    server.import_records("tickets", tickets_csv(badly, 3))
    settles(lambda: (server.score(well), server.score(badly)), (75, 40), "both have their scores")
    return well, badly


def test_customers_as_json_are_those_of_the_api(server, known):
    listed = {customer["id"]: customer for customer in customers_in(server.run("customers", "--format", "json").stdout)}
    for id in known:
        served = server.customer(id)
        assert listed[id]["health"]["score"] == served["health"]["score"]
        assert listed[id]["name"] == served["name"] and listed[id]["journey"] == served["journey"] == "onboarding"
        assert listed[id]["attributes"] == served["attributes"]


def test_customers_as_csv_have_a_header_and_a_row_each(server, known):
    rows = list(csv.DictReader(io.StringIO(server.run("customers", "--format", "csv").stdout)))
    assert {"id", "name", "score", "band"} <= set(rows[0])
    scores = {row["id"]: (row["score"], row["band"]) for row in rows}
    assert [scores[id] for id in known] == [("75", "healthy"), ("40", "at-risk")]


def test_customers_as_a_table_show_names_and_scores(server, known):
    table = server.run("customers").stdout
    for id, score in zip(known, ("75", "40")):
        (line,) = [line for line in table.splitlines() if id in line]
        assert score in line.split()


def test_where_and_sort_choose_and_order(server, known):
    well, badly = known
    chosen = customers_in(server.run("customers", "--where", "open_tickets >= 3", "--format", "json").stdout)
    ids = [customer["id"] for customer in chosen]
    assert badly in ids and well not in ids
    by_score = customers_in(server.run("customers", "--sort", "score", "--format", "json").stdout)
    scores = [customer["health"]["score"] for customer in by_score]
    assert scores == sorted(scores) or scores == sorted(scores, reverse=True)


def test_a_wrong_condition_is_told_with_the_nearest_right_name(server):
    done = server.run("customers", "--where", "open_tikets >= 3", exits=None)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert "open_tickets" in done.stderr


def test_as_of_yesterday_nobody_was_there(server, known):
    yesterday = "2020-01-01T00:00:00Z"
    assert customers_in(server.run("customers", "--at", yesterday, "--format", "json").stdout) == []
    assert server.run("explain", known[0], "--at", yesterday, exits=1).stdout == ""


def test_explain_as_json_adds_up(server, known):
    for id, score in zip(known, (75, 40)):
        explained = json.loads(server.run("explain", id, "--format", "json").stdout)
        assert explained["score"] == score
        assert [pillar["name"] for pillar in explained["pillars"]] == ["engagement", "support", "value"]
        assert [pillar["max"] for pillar in explained["pillars"]] == [40, 30, 30]
        for pillar in explained["pillars"]:
            assert sum(measure["points"] for measure in pillar["measures"]) == pillar["points"]
        assert sum(pillar["points"] for pillar in explained["pillars"]) == score
        served = server.api(f"/api/v1/customers/{id}/explanation")
        assert [pillar["points"] for pillar in explained["pillars"]] == [pillar["points"] for pillar in served["pillars"]]


def test_explain_as_text_names_every_pillar_and_the_band(server, known):
    text = server.run("explain", known[1]).stdout
    for word in ("40", "at-risk", known[1], "engagement", "support", "value"):
        assert word.lower() in text.lower()


def test_an_unknown_customer_is_said_to_be_unknown(server):
    done = server.run("explain", "nobody-of-that-name", exits=1)
    assert done.stdout == "" and "nobody-of-that-name" in done.stderr


def test_score_prints_bands_and_the_average(server, known):
    text = server.run("score").stdout.lower()
    for word in ("healthy", "at-risk", "critical", "average"):
        assert word in text


def test_the_outbox_can_be_listed(server):
    server.run("outbox")


@pytest.mark.sqlite_only
def test_a_backup_taken_while_the_server_runs_opens_and_holds_everything(server, known, tmp_path):
    copy = tmp_path / "copy.db"
    server.run("backup", copy)
    with sqlite3.connect(copy) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    there = {c["id"]: c["health"]["score"] for c in customers_in(server.run("customers", "--format", "json").stdout)}
    copied = server.run("customers", "--format", "json", database=f"sqlite:{copy}").stdout
    kept = {c["id"]: c["health"]["score"] for c in customers_in(copied)}
    assert kept == there


@pytest.mark.sqlite_only
def test_a_backup_does_not_overwrite_a_file(server, tmp_path):
    taken = tmp_path / "precious.db"
    taken.write_text("precious")
    server.run("backup", taken, exits=1)
    assert taken.read_text() == "precious"


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["customers", "--no-such-flag"], ["customers", "--format", "xml"], ["customers", "--at", "yesterdayish"],
     ["explain"], ["import"], ["import", "planets", "x.csv"], ["key", "add", "--scope", "everything"], ["backup"],
     ["serve", "--listen", "nowhere"], ["customers", "--database", "mysql:x"]],
    ids=" ".join)
def test_wrong_usage_is_exit_status_2_on_standard_error(server, arguments):
    done = server.run(*arguments, exits=2)
    assert done.stdout == "" and done.stderr


@pytest.mark.parametrize(
    "command",
    ["init", "check", "serve", "import", "key", "customers", "explain", "score", "schema", "rebuild", "outbox", "backup", "demo", "user"])
def test_every_command_explains_itself(server, command):
    assert "USAGE" in server.run(command, "--help").stdout.upper()


def test_flags_stand_in_for_the_environment(server, known, tmp_path):
    server.environment, kept = {"HOLDFAST_DATABASE": "sqlite:/nonexistent/x.db"}, server.environment
    try:
        done = server.run("explain", known[0], "--format", "json", "--database", server.database, "--config", server.config)
    finally:
        server.environment = kept
    assert json.loads(done.stdout)["score"] == 75


def test_a_score_as_of_an_instant_is_the_one_held_then(server):
    customer = fresh()
    server.track(customer, "Signed In")
    settles(lambda: server.score(customer), 70, "the customer has its score")
    then = iso(now())
    server.track(customer, "Report Created")
    settles(lambda: server.score(customer), 75, "a feature gives 5")
    assert json.loads(server.run("explain", customer, "--at", then, "--format", "json").stdout)["score"] == 70
    assert server.api(f"/api/v1/customers/{customer}/explanation", params={"at": then})["score"] == 70


def test_the_doctor_tells_how_long_events_are_kept(installation):
    installation.start()
    assert "every event is kept" in installation.run("doctor").stdout
    path = installation.files()[0]
    path.write_text(path.read_text() + "\nretention: {events: 400d}\n")
    assert "events are kept for 400d" in installation.run("doctor").stdout
    installation.stop()


def test_the_doctor_tells_which_channels_cannot_send(installation):
    installation.start()
    assert re.search(r"^! +channel success_team +cannot send", installation.run("doctor").stdout, re.M)
    installation.environment[installation.slack_variable()] = "http://127.0.0.1:9/hook"
    assert re.search(r"^ok +channel success_team +has all it needs", installation.run("doctor").stdout, re.M)
    installation.stop()


def test_a_slip_in_how_to_log_is_refused_with_the_words_there_are(installation):
    for name, word in (("HOLDFAST_LOG", "verbose"), ("HOLDFAST_LOG_FORMAT", "JSON")):
        installation.environment[name] = word
        said = installation.run("key", "list", exits=1).stderr
        assert f"{name} takes " in said and f"not “{word}”" in said
        del installation.environment[name]
