"""Tasks: an alert makes one for the account's owner; people and programs close it, with what came out of it."""

import datetime
from urllib.parse import quote

import pytest

from holdfast import fresh
from polling import eventually, settles
from records import DAY, iso, now, tickets_csv


@pytest.fixture
def alerting(installation, slack):
    """A running server whose Slack is ours, and which reads owners from the attribute `account_manager`."""
    for path in installation.files():
        path.write_text(path.read_text().replace("owner_attribute: owner", "owner_attribute: account_manager"))
    installation.environment[installation.slack_variable()] = slack.url
    return installation.start()


def at_sixty(server, owner, attribute="account_manager"):
    """A customer at 60 whom somebody looks after."""
    customer = fresh("acme")
    server.import_records("customers", f"id,name,{attribute}\n{customer},Acme & Söhne,{owner}\n")
    server.track(customer, "Signed In", timestamp=iso(now() - 2 * DAY))
    settles(lambda: server.score(customer), 60, "the customer is at-risk")
    return customer


def turns_critical(server, customer, **ticket):
    server.import_records("tickets", tickets_csv(customer, 3, **ticket))
    settles(lambda: server.score(customer), 30, "the customer is critical")


def recovers(server, customer):
    solved = now()
    server.import_records("tickets", tickets_csv(customer, 3, status="solved", solved=solved, updated=solved))
    settles(lambda: server.score(customer), 60, "the customer has recovered")


def tasks(server, customer, **query):
    return server.api("/api/v1/tasks", params={"customer": customer, **query})["tasks"]


def alert_of(server, customer):
    return next(alert for alert in server.pages("/api/v1/alerts", "alerts") if alert["customer"] == customer)


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def test_a_critical_customer_is_told_once_and_its_owner_has_a_task_that_the_api_closes(alerting, slack):
    customer = at_sixty(alerting, "Ann@Example.com")
    turns_critical(alerting, customer)
    eventually(lambda: slack.taken(customer), "Slack hears of it")
    (task,) = tasks(alerting, customer)
    alert = alert_of(alerting, customer)
    assert (task["title"], task["owner"], task["priority"]) == ("Call Acme & Söhne", "ann@example.com", "high")
    assert (task["alert"], task["created_by"], task["outcome"]) == (alert["id"], "Holdfast", None)
    assert seconds(task["due_at"]) - seconds(task["created_at"]) == 24 * 3600
    assert [found["id"] for found in tasks(alerting, customer, owner="ann@example.com")] == [task["id"]]

    path = f"/api/v1/tasks/{task['id']}"
    moved = alerting.api(path, "PATCH", json={"owner": "bob@example.com", "due_at": iso(now() - DAY)})
    assert moved["owner"] == "bob@example.com" and moved["overdue"]
    assert [found["id"] for found in tasks(alerting, customer, state="overdue", owner="bob@example.com")] == [task["id"]]
    closed = alerting.api(path, "PATCH", json={"outcome": "contacted", "note": "They pay again."})
    assert (closed["outcome"], closed["note"], closed["closed_by"]) == ("contacted", "They pay again.", "key: test")
    assert alerting.api(path, "PATCH", status=409, json={"outcome": "done"})["status"] == 409
    assert tasks(alerting, customer) == [] and tasks(alerting, customer, state="closed") == [closed]

    timeline = [entry["title"] for entry in alerting.api(f"/api/v1/customers/{customer}/timeline")["entries"]]
    assert any("Call Acme" in title and "closed" in title and "contacted" in title for title in timeline)
    audit = alerting.sql("SELECT actor, action FROM audit WHERE customer = %s ORDER BY at, id", customer)
    assert [tuple(row) for row in audit] == [("Holdfast", "task.made"), ("key: test", "task.edited"), ("key: test", "task.closed")]
    assert len(slack.taken(customer)) == 1


def test_a_task_outlasts_a_recovery_a_restart_and_a_rebuild(alerting, slack):
    customer = at_sixty(alerting, "")
    turns_critical(alerting, customer)
    (task,) = eventually(lambda: tasks(alerting, customer), "there is a task")
    assert task["owner"] is None
    recovers(alerting, customer)
    assert alert_of(alerting, customer)["state"] == "closed"
    alerting.stop()
    alerting.rebuild()
    alerting.start()
    assert tasks(alerting, customer) == [task]
    assert [found["id"] for found in tasks(alerting, customer, owner="nobody")] == [task["id"]]


def test_a_snoozed_alert_stays_silent_and_wakes_at_its_time(alerting, slack):
    customer = at_sixty(alerting, "ann@example.com")
    turns_critical(alerting, customer)
    eventually(lambda: slack.taken(customer), "Slack hears of it")
    path = f"/api/v1/alerts/{quote(alert_of(alerting, customer)['id'], safe='')}/snooze"
    until = now() + datetime.timedelta(seconds=6)
    snoozed = alerting.api(path, "POST", json={"until": iso(until), "reason": "They are on holiday."})
    assert snoozed["snooze_reason"] == "They are on holiday."
    recovers(alerting, customer)
    turns_critical(alerting, customer, prefix="second")
    second = alert_of(alerting, customer)
    assert second["held_back"].startswith("snoozed until ") and second["held_back"].endswith(": They are on holiday.")
    eventually(lambda: len(slack.taken(customer)) == 2, "Slack hears of it when the snooze is over", 20)
    assert now() >= until
    assert alert_of(alerting, customer)["held_back"] is None


def test_a_program_makes_a_task_and_writes_a_note(own_server):
    customer = at_sixty(own_server, "ann@example.com")
    wanted = {"customer": customer, "title": "Send the offer", "owner": "ann@example.com", "due_at": iso(now() + DAY)}
    task = own_server.api("/api/v1/tasks", "POST", status=201, json=wanted)
    assert tasks(own_server, customer) == [task]
    note = own_server.api(f"/api/v1/customers/{customer}/notes", "POST", status=201, json={"text": "Renewal in March."})
    assert own_server.api(f"/api/v1/customers/{customer}/notes")["notes"] == [note]
    kinds = {entry["kind"] for entry in own_server.api(f"/api/v1/customers/{customer}/timeline")["entries"]}
    assert {"task", "note"} <= kinds
    wrong = own_server.api("/api/v1/tasks", "POST", status=400, json={**wanted, "due_at": "2099-01-01"})
    assert wrong["errors"][0]["field"] == "due_at" and "two years" in wrong["detail"]
