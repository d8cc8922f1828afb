"""Rule 1: what was answered 200 survives kill -9, once each."""

import random

import pytest

from databases import Cluster
from load import CLIENTS, Load, folded, stored
from nodes import company
from polling import eventually, settles
from survival import Saboteur, Throng, chance_from_seed, check_deliveries, check_log


@pytest.fixture
def crashable(database):
    """The kind of database under test, and the cluster of one's own that it is on, where it is on one."""
    cluster = Cluster() if database.name == "postgres" else None
    yield cluster.postgres if cluster else database, cluster
    if cluster:
        cluster.remove()


def test_rules_1_and_4_nothing_is_lost_doubled_or_sent_twice_by_kill_9_at_any_moment_under_full_load(crashable, tmp_path, slack):
    chance = chance_from_seed()
    database, cluster = crashable
    # Slow enough that some blows fall while a message is on its way.
    slack.delay = lambda: random.uniform(0, 0.3)
    with company(tmp_path, database, 1) as servers:
        server = servers[0]
        server.environment[server.slack_variable()] = slack.url
        throng = Throng(servers, chance)
        server.start()
        throng.start()
        saboteur = Saboteur(servers, chance, cluster)
        for kind in saboteur.plan():
            saboteur.do(kind, longest=1.5)
        saboteur.report()
        throng.finish()
        folded(server)
        check_log(servers, throng)
        check_deliveries(servers, slack, throng.slid())
        server.stop()
        server.rebuild()
        assert servers.sql("SELECT kind, detail FROM incident") == []


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
