"""Rule 1: what was answered 200 survives kill -9, once each."""

import os
import random
import re

from holdfast import customers_in
from load import CLIENTS, Load, folded, stored
from polling import eventually, settles

ROUNDS = int(os.environ.get("HOLDFAST_KILLS", "5"))


def test_rule_1_what_was_answered_200_is_there_exactly_once_after_kill_9(installation):
    server = installation
    seed = int(os.environ.get("HOLDFAST_SEED", random.SystemRandom().randrange(2**31)))
    print(f"HOLDFAST_SEED={seed}")
    chance = random.Random(seed)
    customers = [f"customer-{number}" for number in range(25)]
    sent, answered = {}, set()
    server.start()
    for round in range(ROUNDS):
        clients = [Load(server.url, server.key("write"), customers, chance.random()) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        goal = chance.randint(1, 1_500)
        eventually(lambda: sum(len(client.answered) for client in clients) >= goal, "the server takes events", 60)
        server.kill()
        for client in clients:
            client.finish()
            sent.update(client.sent)
            answered |= client.answered
        server.start()
        folded(server)
        counts = stored(server, customers)
        lost = [message for message in answered if counts[message] == 0]
        doubled = [message for message, count in counts.items() if count > 1]
        assert not lost and not doubled, f"round {round}: {len(lost)} lost, {len(doubled)} doubled"
        assert counts.keys() <= sent.keys()
        assert server.stats()["accepted"] == len(counts), "the statistics agree"

    # What had no answer is sent again, as SDKs do, together with some of what had one.
    again = [event for message, event in sent.items() if message not in answered] + [sent[message] for message in list(answered)[:500]]
    for start in range(0, len(again), 500):
        assert server.write("/v1/batch", {"batch": again[start : start + 500]}).status_code == 200
    folded(server)
    counts = stored(server, customers)
    assert counts.keys() == sent.keys() and set(counts.values()) == {1}

    before = {customer: server.score(customer) for customer in customers}
    server.stop()
    rebuilt = server.run("rebuild")
    assert re.search(r"nothing changed|no (change|difference)", rebuilt.stdout + rebuilt.stderr, re.I), rebuilt.stdout + rebuilt.stderr
    after = {customer["id"]: customer["health"]["score"] for customer in customers_in(server.run("customers", "--format", "json").stdout)}
    assert after == {customer: score for customer, score in before.items() if score is not None}


def test_rule_1_sigterm_under_load_ends_in_order_and_keeps_what_was_answered(own_server):
    customers = ["a", "b", "c"]
    clients = [Load(own_server.url, own_server.key("write"), customers, seed) for seed in range(CLIENTS)]
    for client in clients:
        client.start()
    eventually(lambda: sum(len(client.answered) for client in clients) >= 200, "the server takes events", 60)
    own_server.stop()
    answered = set()
    for client in clients:
        client.finish()
        answered |= client.answered
    own_server.start()
    folded(own_server)
    counts = stored(own_server, customers)
    assert not [message for message in answered if counts[message] != 1]


def test_rule_1_one_call_alone_is_durable_when_it_is_answered(own_server):
    for number in range(5):
        assert own_server.write("/v1/track", {"userId": "solo", "event": "Signed In", "messageId": f"m-{number}"}).status_code == 200
        own_server.kill()
        own_server.start()
    settles(lambda: len(list(own_server.pages("/api/v1/customers/solo/events", "events"))), 5, "all five are there")
