"""What machines do to servers and databases under full load, and what must hold afterwards: rules 1 and 4."""

import os
import random
import re
import time

from nodes import Crowd, Slides
from polling import eventually, settles

# Blows in one test.
KILLS = int(os.environ.get("HOLDFAST_KILLS", "50"))
# A start after a crash under load reads some of the log again: it is ready within this time.
READY = 30
# What an operator may set aside: the load's own clients, each posting without a pause.
CLIENTS = 4
CUSTOMERS = [f"customer-{number}" for number in range(25)]


def chance_from_seed():
    seed = int(os.environ.get("HOLDFAST_SEED", random.SystemRandom().randrange(2**31)))
    print(f"HOLDFAST_SEED={seed}")
    return random.Random(seed)


class Throng:
    """Full load: clients with batches of up to 100 events that never pause, and customers that go critical meanwhile."""

    def __init__(self, nodes, chance):
        self.crowd = [Crowd(nodes, CUSTOMERS, chance.random(), largest=100, pause=0) for _ in range(CLIENTS)]
        self.slides = [Slides(nodes, label, random.Random(chance.random())) for label in "abcd"]

    def start(self):
        for client in self.crowd + self.slides:
            client.start()

    def answered(self):
        return sum(len(client.answered) for client in self.crowd)

    def finish(self):
        for client in self.slides + self.crowd:
            client.finish()

    def slid(self):
        return [customer for client in self.slides for customer in client.slid]


class Saboteur:
    """Does to nodes and their database what machines do to them."""

    def __init__(self, nodes, chance, cluster=None):
        self.nodes, self.cluster, self.chance = nodes, cluster, chance
        self.frozen, self.until = None, 0
        self.starts = []

    def plan(self):
        """What goes wrong, one after the other: mostly kills, some crashes of the database, some freezes where there are others."""
        crashes = max(1, KILLS // 7) if self.cluster else 0
        # A freeze takes as long as others take to notice it.
        freezes = min(4, max(1, KILLS // 7)) if len(list(self.nodes)) > 1 else 0
        kinds = ["crash"] * crashes + ["freeze"] * freezes + ["kill"] * max(1, KILLS - crashes - freezes)
        self.chance.shuffle(kinds)
        return kinds

    def do(self, kind, longest):
        """One blow, and what it takes to mend it. - `longest`: seconds until the next blow, at most."""
        node = self.chance.choice([node for node in self.nodes if node is not self.frozen])
        if kind == "freeze":
            self.thaw()
            self.frozen, self.until = node, time.monotonic() + self.chance.uniform(11, 16)
            node.freeze()
        elif kind == "kill":
            self.kill(node, longest)
        else:
            self.cluster.crash()
            self.rest(longest)
            self.cluster.restart()
            node.wait_ready(60)
        self.rest(longest)
        if self.frozen and time.monotonic() >= self.until:
            self.thaw()

    def kill(self, node, longest):
        node.kill()
        if self.chance.random() < 0.2:
            # Once more, somewhere in what a start does.
            node.launch()
            self.rest(0.7)
            node.kill()
        if len(list(self.nodes)) > 1:
            self.rest(longest)
        began = time.monotonic()
        node.launch()
        node.wait_ready(READY)
        self.starts.append(time.monotonic() - began)

    def rest(self, longest):
        # Not a wait for anything: the instant of the next blow is what is random.
        time.sleep(self.chance.uniform(0, longest))

    def thaw(self):
        """Wakes the node that sleeps, but not before it was silent for too long."""
        if self.frozen:
            time.sleep(max(0, self.until - time.monotonic()))
            self.frozen.thaw()
            self.frozen.wait_ready(60)
            self.frozen = None

    def report(self):
        assert all(node.process.poll() is None for node in self.nodes), "no node ends but by kill -9"
        print(f"{len(self.starts)} starts after a kill, the slowest ready after {max(self.starts):.1f} s")


def check_log(nodes, throng):
    """What was answered 200 is there, once; and nothing is there twice, by any count."""
    counts = nodes.message_counts()
    answered = set().union(*(client.answered for client in throng.crowd))
    sent = set().union(*(client.sent for client in throng.crowd))
    print(f"{len(answered)} events answered")
    lost = [message for message in answered if message not in counts]
    doubled = [message for message, count in counts.items() if count > 1]
    assert len(answered) >= 100 * KILLS, "there was work"
    assert not lost and not doubled, f"{len(lost)} of {len(answered)} lost, {len(doubled)} doubled"
    assert {message for message in counts if re.fullmatch("[0-9a-f]{16}", message)} <= sent
    entries = sum(counts.values())
    settles(
        lambda: nodes.sql("SELECT count(*), count(DISTINCT position) FROM customer_event"), [(entries, entries)],
        "each belongs to one customer")
    for node in nodes:
        stats = node.stats()
        assert stats["accepted"] == entries and stats["rejected"] == 0, stats


def check_deliveries(nodes, slack, slid):
    """One delivery for each customer that went critical, posted once; where nobody knows how it ended, at most once."""
    # No more blows fall: what still waits, hundreds where the machine is quick, may go as fast as it can.
    slack.delay = lambda: 0
    states = lambda: dict(nodes.sql("SELECT state, count(*) FROM delivery GROUP BY state"))
    eventually(lambda: not states().keys() & {"pending", "sending"}, "all deliveries have ended", 60)
    print(states(), f"{len(slid)} went critical")
    by_customer = {}
    for customer, state in nodes.sql("SELECT customer, state FROM delivery"):
        by_customer.setdefault(customer, []).append(state)
    assert len(slid) >= KILLS / 4, "customers went critical meanwhile"
    for customer in slid:
        assert len(by_customer.get(customer, [])) == 1, f"{customer}: {by_customer.get(customer)}"
    for customer, (state, *more) in by_customer.items():
        posts = len(slack.about(customer))
        assert not more and posts <= 1, f"{customer}: {posts} posts, {[state, *more]}"
        assert state in ("sent", "unknown"), f"{customer}: {state}"
        assert state == "unknown" or posts == 1, f"{customer} is said to be sent"
