"""How to call each route of the OpenAPI document as it is meant to be called."""

import base64
import json
import uuid
from urllib.parse import quote

import requests

from holdfast import fresh
from polling import eventually, settles
from records import DAY, iso, now, tickets_csv

IMPORTS = {
    "customers": "id,name\n{0},Documented\n",
    "contacts": "id,customer,email\nu-{0},{0},a@example.com\n",
    "events": "customer,name,at\n{0},Report Created,2025-06-01T10:00:00Z\n",
    "tickets": "id,customer,status,opened_at\ntd-{0},{0},solved,2025-06-01T10:00:00Z\n",
    "subscriptions": "id,customer,plan,mrr,started_at\nsd-{0},{0},team,100,2025-06-01\n",
}
SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch", "import": "batch"}
POSTHOG = {"/capture", "/e", "/i/v0/e", "/track", "/engage"}
DROPPED = {"/v1/m", "/v1/merge", "/s", "/flags", "/decide"}


def segment_message(kind):
    common = {"userId": fresh("u"), "messageId": str(uuid.uuid4())}
    more = {
        "batch": {"batch": [{"type": "identify", **common}]}, "track": {"event": "Signed In"}, "group": {"groupId": fresh("g")},
        "alias": {"previousId": fresh("u")}, "page": {"name": "Home"}, "screen": {"name": "Home"}, "identify": {},
    }[kind]
    return more if kind == "batch" else {**common, **more}


def posthog_event(key):
    return {"api_key": key, "event": "Signed In", "distinct_id": fresh("u"), "uuid": str(uuid.uuid4())}


def tracking(server, method, path):
    key = server.key("write")
    address = server.url + path.replace("{writeKey}", key).replace("{type}", "track")
    if method == "GET" and path.startswith("/pixel/"):
        return requests.get(address, params={"writeKey": key, "userId": fresh("u"), "event": "Signed In", "name": "Home"}, timeout=10)
    if method == "GET" and path in POSTHOG:
        data = base64.b64encode(json.dumps(posthog_event(key)).encode()).decode()
        return requests.get(address, params={"data": data, "compression": "base64"}, timeout=10)
    if method == "GET":
        return requests.get(address, timeout=10)
    if path in POSTHOG:
        return requests.post(address, json=posthog_event(key), timeout=10)
    if path == "/batch":
        return requests.post(address, json={"api_key": key, "batch": [posthog_event(key)]}, timeout=10)
    if path == "/i/v1/analytics/events":
        return requests.post(
            address, json={"batch": [posthog_event(key)]}, headers={"Authorization": f"Bearer {key}"}, timeout=10)
    if path in DROPPED:
        return requests.post(address, json={"api_key": key, "writeKey": key}, auth=(key, ""), timeout=10)
    if path.startswith("/beacon/"):
        return requests.post(address, params={"writeKey": key}, json=segment_message("batch"), timeout=10)
    if path.startswith("/api/s/"):
        return requests.post(address, json={"type": "track", **segment_message("track")}, auth=(key, ""), timeout=10)
    kind = path.removeprefix("/v1/")
    assert path.startswith("/v1/") and SHORT.get(kind, kind) in set(SHORT.values()), f"no test exercises {method} {path}"
    return server.write(path, segment_message(SHORT.get(kind, kind)))


def made_task(server, customer):
    body = {"customer": customer, "title": "Call", "owner": "ann@example.com", "due_at": iso(now() + DAY)}
    return server.api_answer("/api/v1/tasks", "POST", json=body)


def open_alert(server):
    """The id of an alert about a customer that has just become critical, as it stands in an address."""
    customer = fresh("alerted")
    server.track(customer, "Signed In", timestamp=iso(now() - 2 * DAY))
    settles(lambda: server.score(customer), 60, "the customer is at-risk")
    server.import_records("tickets", tickets_csv(customer, 3))
    alert = eventually(
        lambda: next((found for found in server.pages("/api/v1/alerts", "alerts") if found["customer"] == customer), None),
        "the alert opens")
    return quote(alert["id"], safe="")


def work(server, method, path, customer):
    """Tasks, notes and snoozes; `None` for all other routes."""
    if (method, path) == ("POST", "/api/v1/tasks"):
        return [made_task(server, customer)]
    if path == "/api/v1/tasks/{id}":
        filled = f"/api/v1/tasks/{made_task(server, customer).json()['id']}"
        if method == "GET":
            return [server.api_answer(filled)]
        return [server.api_answer(filled, method, json=body) for body in ({"owner": None, "note": "n"}, {"outcome": "done"})]
    if (method, path) == ("POST", "/api/v1/customers/{id}/notes"):
        return [server.api_answer(path.replace("{id}", customer), method, json={"text": "A note."})]
    if path == "/api/v1/alerts/{id}/snooze":
        filled = path.replace("{id}", open_alert(server))
        snoozed = server.api_answer(filled, "POST", json={"until": iso(now() + DAY), "reason": "later"})
        return [snoozed] if method == "POST" else [server.api_answer(filled, method)]
    return None


def exercise(server, method, path, customer):
    """The answers to calling a documented route, one for each way to call it."""
    if not path.startswith("/api/v1/"):
        return [tracking(server, method, path)]
    filled = path.replace("{id}", customer)
    if method == "POST" and path == "/api/v1/import/{kind}":
        return [
            server.api_answer(f"/api/v1/import/{kind}", "POST", data=text.format(customer), headers={"Content-Type": "text/csv"})
            for kind, text in IMPORTS.items()
        ]
    if (answers := work(server, method, path, customer)) is not None:
        return answers
    assert method == "GET" and "{" not in filled, f"no test exercises {method} {path}"
    return [server.api_answer(filled)]
