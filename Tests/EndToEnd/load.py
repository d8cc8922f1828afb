"""Clients that post as fast as they are answered, and what the log has of it afterwards."""

import collections
import random
import threading
import uuid

import requests

from polling import eventually

CLIENTS = 4


class Load(threading.Thread):
    """A client that posts batches until the server is gone or it is told to finish, and knows which were answered 200."""

    def __init__(self, url, key, customers, seed, may_refuse=frozenset({429})):
        super().__init__(daemon=True)
        self.may_refuse, self.stopping, self.wrong = may_refuse, threading.Event(), None
        self.url, self.key, self.customers, self.random = url, key, customers, random.Random(seed)
        self.sent, self.answered = {}, set()

    def batch(self):
        events = []
        for _ in range(self.random.randint(1, 100)):
            message = str(uuid.UUID(int=self.random.getrandbits(128)))
            customer = self.random.choice(self.customers)
            name = self.random.choice(["Signed In", "Report Created", "Dashboard Viewed", "Comment Added"])
            self.sent[message] = {"type": "track", "messageId": message, "userId": customer, "event": name}
            events.append(self.sent[message])
        return events

    def run(self):
        session = requests.Session()
        while not self.stopping.is_set():
            events = self.batch()
            try:
                answer = session.post(f"{self.url}/v1/batch", json={"batch": events}, auth=(self.key, ""), timeout=30)
            except requests.RequestException:
                return
            if answer.status_code == 200:
                self.answered.update(event["messageId"] for event in events)
            elif answer.status_code not in self.may_refuse:
                self.wrong = f"{answer.status_code} {answer.text}"
                return

    def finish(self):
        """Waits for its last answer, which must have been one that a client can expect."""
        self.stopping.set()
        self.join(40)
        assert not self.is_alive(), "no answer within 40 s"
        assert self.wrong is None, self.wrong


def stored(server, customers):
    """How often each message id is in the log, as the API shows it."""
    counts = collections.Counter()
    for customer in customers:
        if server.customer(customer):
            counts.update(event["message_id"] for event in server.pages(f"/api/v1/customers/{customer}/events", "events"))
    return counts


def folded(server):
    eventually(lambda: server.api("/api/v1/stats")["fold"]["lag_seconds"] == 0, "the fold has caught up", 60)
