"""The servers of one company: several nodes on one PostgreSQL database, or one on any, and what is to be seen of them by SQL."""

import contextlib
import threading
import time

import requests

from databases import connect, rows
from holdfast import Holdfast
from load import Load
from polling import eventually, settles
from records import DAY, iso, now, tickets_csv

SHARDS = 256


class Nodes:
    """`count` installations that share a configuration, a database and keys; not started."""

    def __init__(self, folder, url, count, environment=None):
        self.url = url
        self.all = []
        for number in range(count):
            place = folder / f"node-{number}"
            place.mkdir()
            config = self.all[0].config if self.all else None
            node = Holdfast(place, config=config, database=url, environment=environment)
            if self.all:
                node._keys = self.all[0]._keys
            self.all.append(node)

    def __iter__(self):
        return iter(self.all)

    def __getitem__(self, number):
        return self.all[number]

    def start(self):
        for node in self:
            node.launch()
        for node in self:
            node.wait_ready(60)
        return self

    def stop(self):
        for node in self:
            node.stop()

    def kill(self):
        for node in self:
            node.kill()

    def sql(self, statement, *values):
        return rows(self.url, statement, *values)

    def sql_change(self, statement, *values):
        with connect(self.url) as connection:
            return connection.execute(statement, values).rowcount

    # What is to be seen

    def fence(self, node):
        """The number of a running node, or `None` while it is none."""
        rows = self.sql("SELECT fence FROM node WHERE name LIKE %s", f"%:{node.process.pid} %")
        return max((fence for (fence,) in rows), default=None)

    def shares(self):
        """How many shards each node has, by its number; those of nobody under `None`."""
        return dict(self.sql("SELECT owner, count(*) FROM shard GROUP BY owner"))

    def wait_shared(self, within=60):
        """Waits until the running nodes have all shards, one's share never more than the rounding apart from another's."""
        running = [node for node in self if node.process is not None]
        most = -(-SHARDS // len(running))

        def shared():
            fences, shares = {self.fence(node) for node in running}, self.shares()
            return len(self.sql("SELECT 1 FROM node")) == len(running) and shares.keys() == fences and max(shares.values()) <= most

        began = time.monotonic()
        eventually(shared, f"{len(running)} nodes share the shards", within)
        return time.monotonic() - began

    def owner_of(self, customer):
        """The number of the node that owns a customer; `None`: nobody does."""
        ((owner,),) = self.sql("SELECT shard.owner FROM shard JOIN customer USING (shard) WHERE id = %s", customer)
        return owner

    def waiting(self):
        """What is in the log and not yet folded: entries without their customer, and those on their way to it."""
        return self.sql(
            "SELECT (SELECT count(*) FROM event WHERE position > (SELECT position FROM log_mark WHERE name = 'routed')), "
            "(SELECT count(*) FROM route)")[0]

    def wait_folded(self, within):
        settles(self.waiting, (0, 0), "all of the log is folded", within)

    def message_counts(self):
        """How often each message id is in the log."""
        return dict(self.sql("SELECT message_id, count(*) FROM event GROUP BY message_id"))


@contextlib.contextmanager
def company(folder, database, count, **options):
    """Nodes on a fresh database; both are gone afterwards."""
    with database.fresh(folder) as url:
        nodes = Nodes(folder, url, count, **options)
        try:
            yield nodes
        finally:
            nodes.kill()


class Crowd(Load):
    """A client that sends a batch again, to whichever node, until one has answered. Its people change their customers."""

    def __init__(self, nodes, customers, seed, largest=20, pause=0.05):
        super().__init__(None, nodes[0].key("write"), customers, seed, may_refuse={429, 503})
        self.urls, self.largest, self.pause = [node.url for node in nodes], largest, pause

    def batch(self):
        events = [self.event() for _ in range(self.random.randint(1, self.largest))]
        self.sent.update((event["messageId"], event) for event in events)
        return events

    def event(self):
        chance = self.random
        person, number = f"person-{chance.randrange(60)}", chance.randrange(60)
        when = iso(now() - DAY * chance.uniform(0, 40))
        base = {"messageId": f"{chance.getrandbits(64):016x}", "timestamp": when}
        kind = chance.random()
        if kind < 0.10:
            return {**base, "type": "group", "userId": person, "groupId": chance.choice(self.customers)}
        if kind < 0.15:
            return {**base, "type": "identify", "userId": person, "anonymousId": f"visitor-{number}", "traits": {"age": number}}
        if kind < 0.18:
            return {**base, "type": "alias", "userId": person, "previousId": f"former-{number}"}
        who = chance.choice([
            {"userId": person}, {"userId": person}, {"userId": f"former-{number}"}, {"anonymousId": f"visitor-{number}"},
            {"userId": person, "context": {"groupId": chance.choice(self.customers)}}])
        return {**base, **who, "type": "track", "event": chance.choice(["Signed In", "Report Created", "Comment Added", "Invited"])}

    def run(self):
        with requests.Session() as session:
            while not self.stopping.wait(self.pause):
                events = self.batch()
                while not self.is_taken(session, events):
                    if self.wrong or self.stopping.wait(0.1):
                        return
                self.answered.update(event["messageId"] for event in events)

    def is_taken(self, session, events):
        try:
            answer = session.post(f"{self.random.choice(self.urls)}/v1/batch", json={"batch": events}, auth=(self.key, ""), timeout=5)
        except requests.RequestException:
            return False
        if answer.status_code not in {200} | self.may_refuse:
            self.wrong = f"{answer.status_code} {answer.text}"
        return answer.status_code == 200


class Slides(threading.Thread):
    """A client whose customers go critical one after the other, each once; what a node does not answer another one is asked."""

    def __init__(self, nodes, name, chance):
        super().__init__(daemon=True)
        self.urls, self.label, self.random = [node.url for node in nodes], name, chance
        self.write_key, self.api_key = nodes[0].key("write"), nodes[0].key("api")
        self.stopping, self.wrong, self.slid = threading.Event(), None, []

    def run(self):
        number = 0
        try:
            while not self.stopping.is_set():
                number += 1
                self.slide(f"slide-{self.label}-{number:04}", via_contact=number % 2 == 0)
        except Exception as error:
            self.wrong = repr(error)

    def slide(self, customer, via_contact):
        user = f"user-of-{customer}" if via_contact else customer
        login = {"type": "track", "userId": user, "event": "Signed In", "timestamp": iso(now() - 2 * DAY), "messageId": f"{customer}-1"}
        self.insist("POST", "/v1/batch", json={"batch": [login]}, auth=(self.write_key, ""))
        if via_contact:
            group = {"type": "group", "userId": user, "groupId": customer, "messageId": f"{customer}-2"}
            self.insist("POST", "/v1/batch", json={"batch": [group]}, auth=(self.write_key, ""))
        eventually(lambda: self.score(customer) == 60, f"{customer} is at-risk", 60)
        self.insist(
            "POST", "/api/v1/import/tickets", data=tickets_csv(customer, 3),
            headers={"Authorization": f"Bearer {self.api_key}", "Content-Type": "text/csv"})
        self.slid.append(customer)

    def score(self, customer):
        answer = self.insist("GET", f"/api/v1/customers/{customer}", headers={"Authorization": f"Bearer {self.api_key}"}, fine={200, 404})
        return answer.status_code == 200 and (answer.json()["health"] or {}).get("score")

    def insist(self, method, path, fine=frozenset({200}), **options):
        """Asks one node after the other until one answers."""

        def asked():
            try:
                answer = requests.request(method, self.random.choice(self.urls) + path, timeout=5, **options)
            except requests.RequestException:
                return None
            assert answer.status_code in fine | {429, 503}, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer if answer.status_code in fine else None

        return eventually(asked, f"a node answers {method} {path}", 60)

    def finish(self):
        self.stopping.set()
        self.join(120)
        assert not self.is_alive() and self.wrong is None, self.wrong
