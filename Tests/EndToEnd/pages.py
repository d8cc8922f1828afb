"""A company to look at: a server with people who sign in, customers in every band, a task, an alert, notes."""

import contextlib
import json
import re

import requests

from holdfast import fresh, installed
from polling import eventually
from records import DAY, iso, now

ROOMS = ["/", "/health", "/customers", "/alerts", "/outbox", "/system", "/people", "/audit", "/account"]
HOSTILE = "<script>alert('x')</script>\"'&<img src=x onerror=alert(1)>"


def add_user(server, email, role, name="Ann Lee"):
    """Adds somebody and gives the invitation's address."""
    done = server.run("user", "add", email, "--name", name, "--role", role)
    return link_in(server, done.stdout + done.stderr)


def sign_in_link(server, email):
    done = server.run("user", "link", email)
    return link_in(server, done.stdout + done.stderr)


def link_in(server, text):
    """The link that a command printed, at the address where this server really is."""
    return server.url + re.search(r"/link/[\w-]+", text).group(0)


class Person:
    """Somebody with a browser that runs no scripts: cookies, forms, pages."""

    def __init__(self, server, link):
        self.server, self.session = server, requests.Session()
        self.session.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        self.get(link)
        answer = self.session.post(link, timeout=10)
        assert answer.status_code == 200, answer.text[:500]

    def get(self, path, **options):
        return self.session.get(path if path.startswith("http") else self.server.url + path, timeout=30, **options)

    def post(self, path, back="/", **fields):
        token = re.search(r'name="csrf" value="([^"]+)"', self.get(back).text).group(1)
        return self.session.post(self.server.url + path, data={"csrf": token, "back": back, **fields}, timeout=30)


@contextlib.contextmanager
def company(folder, database):
    """A running server with customers in every band; of "hostile" every field that an event or an import can fill holds markup."""
    with installed(folder, database) as server:
        server.start()
        fill(server)
        yield server
        server.stop()


def fill(server):
    server.customers = {name: fresh(name) for name in ["good", "fair", "bad", "hostile"]}
    events = {
        "good": ["Signed In", "Report Created", "Report Shared", "Dashboard Viewed", "Export Downloaded", "Comment Added", "API Called"],
        "fair": ["Signed In"], "bad": ["Signed In"], "hostile": ["Signed In", HOSTILE]}
    for name, customer in server.customers.items():
        person, shown = f"u-{customer}", HOSTILE if name == "hostile" else f"{name.title()} & Sons"
        words = HOSTILE if name == "hostile" else "ordinary"
        server.write("/v1/group", {"userId": person, "groupId": customer, "traits": {
            "name": shown, "owner": "ann@example.com", "plan": words, "industry": words, "country": words}})
        server.write("/v1/identify", {"userId": person, "traits": {"name": shown, "email": words}})
        # Long enough ago to leave little, so that tickets now turn it critical.
        at = iso(now() - 10 * DAY if name in ("bad", "hostile") else now())
        for event in events[name]:
            server.track(person, event, timestamp=at, properties={words: words})
    for customer in server.customers.values():
        eventually(lambda: server.score(customer) is not None, f"{customer} has a score")
    for name in ("bad", "hostile"):
        words = HOSTILE if name == "hostile" else "It is slow"
        server.import_records("tickets", tickets(server.customers[name], words), "application/x-ndjson")
        eventually(lambda: server.customer(server.customers[name])["health"]["band"] == "critical", f"{name} is critical")
    server.import_records("subscriptions", json.dumps({
        "id": f"s-{server.customers['hostile']}", "customer": server.customers["hostile"], "plan": HOSTILE, "tier": HOSTILE, "mrr": 100,
        "started_at": iso(now() - 100 * DAY)}), "application/x-ndjson")


def tickets(customer, words, count=4):
    return "\n".join(json.dumps({
        "id": f"t-{customer}-{number}", "customer": customer, "status": "open", "subject": words, "priority": words,
        "opened_at": iso(now())}) for number in range(count))
