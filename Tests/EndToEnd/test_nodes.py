"""Several nodes on one PostgreSQL: they share the work, take it over from one that is gone, and survive crashes of all of them."""

import os
import random
import re
import time
import uuid

import pytest
import requests

from databases import Cluster
from holdfast import fresh
from nodes import SHARDS, Crowd, company
from polling import eventually, settles
from records import tickets_csv
from survival import Saboteur, Throng, chance_from_seed, check_deliveries, check_log

pytestmark = pytest.mark.postgres_only

OUTAGE = float(os.environ.get("HOLDFAST_OUTAGE", "20"))
# Others take a lost node for dead after 10 s of silence; whatever it held is theirs within this time.
TAKEOVER = 30


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def nodes(cluster, tmp_path):
    """Three running nodes of one company that share the shards."""
    with company(tmp_path, cluster.postgres, 3) as nodes:
        nodes.start().wait_shared()
        yield nodes


# Crashes

def test_rules_1_and_4_nothing_is_lost_doubled_or_sent_twice_however_nodes_and_database_crash(cluster, tmp_path, slack):
    chance = chance_from_seed()
    # Slow enough that some blows fall while a message is on its way.
    slack.delay = lambda: random.uniform(0, 1)
    with company(tmp_path, cluster.postgres, 3) as nodes:
        for node in nodes:
            node.environment[node.slack_variable()] = slack.url
        throng = Throng(nodes, chance)
        nodes.start()
        throng.start()
        saboteur = Saboteur(nodes, chance, cluster)
        for kind in saboteur.plan():
            saboteur.do(kind, longest=1)
        saboteur.thaw()
        saboteur.report()

        # The last blow is one that nobody mends: the others have to. It strikes a node that has customers to lose.
        for client in throng.slides:
            client.finish()
        nodes.wait_shared()
        lost = chance.choice(list(nodes))
        lost.kill()
        began = time.monotonic()
        before = throng.answered()
        eventually(lambda: nodes.waiting() != (0, 0), "events of the lost node's customers wait", TAKEOVER / 2)
        eventually(lambda: throng.answered() >= before + 200, "the others take events", TAKEOVER / 2)
        throng.finish()
        nodes.wait_folded(TAKEOVER - (time.monotonic() - began))
        print(f"all folded {time.monotonic() - began:.1f} s after the last kill")
        for node in nodes:
            if node is not lost:
                settles(lambda: node.api("/api/v1/stats")["fold"]["lag_seconds"], 0, "the fold lags no more", 5)
        nodes.wait_shared(within=TAKEOVER)
        lost.start(60)
        nodes.wait_shared()

        check_log(nodes, throng)
        check_deliveries(nodes, slack, throng.slid())
        nodes.stop()
        nodes[0].rebuild()
        assert nodes.sql("SELECT kind, detail FROM incident") == []


# Taking over

def customer_of(nodes, node):
    """A customer at 70 that the node owns."""
    customers = [fresh("acme") for _ in range(12)]
    for customer in customers:
        nodes[0].track(customer, "Signed In")
    for customer in customers:
        settles(lambda: nodes[0].score(customer), 70, "it has its score")
    return next(customer for customer in customers if nodes.owner_of(customer) == nodes.fence(node))


def test_others_take_over_from_a_frozen_node_which_commits_nothing_when_it_wakes_and_joins_again(nodes):
    frozen, other, third = nodes
    customer, before = customer_of(nodes, frozen), nodes.fence(frozen)
    crowd = [Crowd([other, third], [f"customer-{number}" for number in range(10)], seed) for seed in range(2)]
    for client in crowd:
        client.start()
    eventually(lambda: all(client.answered for client in crowd), "there is work", 30)
    frozen.freeze()
    began = time.monotonic()
    eventually(lambda: tells(other, customer), "the other takes tickets", TAKEOVER)
    settles(lambda: third.score(customer), 50, "tickets move the score of the frozen node's customer", TAKEOVER)
    took = time.monotonic() - began
    print(f"taken over {took:.1f} s after the node froze")
    assert took <= TAKEOVER
    assert before not in nodes.shares() and nodes.fence(frozen) is None, "the frozen node is none any more"

    frozen.thaw()
    eventually(lambda: nodes.fence(frozen), "it joins again", 30)
    assert nodes.fence(frozen) > before
    nodes.wait_shared()
    frozen.wait_ready()
    for client in crowd:
        client.finish()
    nodes.wait_folded(30)
    assert "joins anew" in frozen.log_text()
    assert all(node.score(customer) == 50 for node in nodes)
    settles(lambda: sum(nodes.shares().values()), SHARDS, "no shard is anybody else's")
    nodes.stop()
    nodes[0].rebuild()


def tells(node, customer):
    """Whether a node has taken the customer's tickets; one that is frozen may hold a lock for some seconds."""
    answer = node.api_answer(
        "/api/v1/import/tickets", "POST", data=tickets_csv(customer, 2), headers={"Content-Type": "text/csv"})
    assert answer.status_code in (200, 503), answer.text
    return answer.status_code == 200


def test_others_take_over_from_a_killed_node(nodes):
    dead, other, third = nodes
    customer = customer_of(nodes, dead)
    dead.kill()
    began = time.monotonic()
    other.track(customer, "Report Created")
    settles(lambda: third.score(customer), 75, "an event moves the score of the dead node's customer", TAKEOVER)
    print(f"taken over {time.monotonic() - began:.1f} s after the kill")
    nodes.wait_shared(TAKEOVER)


# Joining

def test_nodes_that_join_later_get_their_share_and_one_that_leaves_gives_it_back(cluster, tmp_path):
    with company(tmp_path, cluster.postgres, 3) as nodes:
        for node in nodes:
            node.start()
            print(f"shared after {nodes.wait_shared():.1f} s")
        nodes[1].stop()
        nodes.wait_shared(within=10)


def test_ten_nodes_started_at_once_on_an_empty_database_all_become_ready(cluster, tmp_path):
    with company(tmp_path, cluster.postgres, 10) as nodes:
        nodes.start()
        versions = [version for (version,) in nodes.sql("SELECT version FROM schema_version ORDER BY version")]
        assert versions == list(range(1, len(versions) + 1)) and versions, "each step of the schema was taken once"
        nodes.wait_shared()
        customer = fresh()
        nodes[0].track(customer, "Signed In")
        for node in nodes:
            settles(lambda: node.score(customer), 70, "all ten tell the same")
        nodes.stop()


# Sharing the work

def test_each_shard_has_its_daily_batch_from_exactly_one_node(cluster, tmp_path):
    with company(tmp_path, cluster.postgres, 3, environment={"HOLDFAST_LOG": "info"}) as nodes:
        nodes.start().wait_shared()
        customers = [fresh() for _ in range(60)]
        for number, customer in enumerate(customers):
            nodes[number % 3].track(customer, "Signed In")
        nodes.wait_folded(30)
        assert nodes.sql_change(
            "UPDATE shard SET checked_at = ((extract(epoch FROM now()) - 2 * 86400) * 1000000)::bigint") == SHARDS

        def checked():
            found = [re.findall(r"customers=(\d+).*daily batch done|daily batch done.*?customers=(\d+)", node.log_text()) for node in nodes]
            return [sum(int(one or other) for one, other in runs) for runs in found]

        settles(lambda: sum(checked()), len(customers), "each customer is checked", 45)
        recent = "SELECT count(*) FROM shard WHERE checked_at > (extract(epoch FROM now()) - 300) * 1000000"
        settles(lambda: nodes.sql(recent), [(SHARDS,)], "each shard is noted as checked")
        assert all(checked()), "each node checks its own"
        assert sum(checked()) == len(customers) and nodes.sql("SELECT * FROM incident") == []


def test_a_key_made_or_revoked_at_one_node_is_so_at_all(nodes):
    event = {"userId": fresh(), "event": "Signed In"}
    post = lambda node, key: requests.post(f"{node.url}/v1/track", json=event, auth=(key, ""), timeout=10).status_code
    for node in nodes:
        assert post(node, nodes[0].key("write")) == 200, "the keys are in memory"
    key = nodes[1].add_key("write", "late")
    assert [post(node, key) for node in nodes] == [200, 200, 200]
    (line,) = [line for line in nodes[1].run("key", "list").stdout.splitlines() if "late" in line]
    nodes[2].run("key", "revoke", line.split()[0])
    for node in nodes:
        settles(lambda: post(node, key), 401, "a revoked key opens nothing")


def test_intake_works_at_any_node_while_the_others_own_the_customer(nodes):
    customers = [customer_of(nodes, node) for node in nodes]
    for node in nodes:
        for customer in customers:
            node.track(customer, f"Report {'Created' if node is nodes[0] else 'Shared' if node is nodes[1] else 'Exported'}",
                       messageId=str(uuid.uuid4()))
    nodes.wait_folded(10)
    for customer in customers:
        assert len(list(nodes[0].pages(f"/api/v1/customers/{customer}/events", "events"))) == 4


# The server is away

def test_nodes_live_through_an_outage_of_the_server_and_say_so(cluster, nodes):
    customers = [f"customer-{number}" for number in range(10)]
    crowd = [Crowd(nodes, customers, seed) for seed in range(3)]
    for client in crowd:
        client.start()
    eventually(lambda: all(client.answered for client in crowd), "there is work", 30)
    key = {scope: nodes[0].key(scope) for scope in ("write", "api")}
    cluster.halt()
    try:
        began = time.monotonic()
        for node in nodes:
            settles(lambda: requests.get(f"{node.url}/readyz", timeout=10).status_code, 503, "it says that it is not ready", 15)
        while time.monotonic() - began < OUTAGE:
            for node in nodes:
                check_refusal(nodes.url, "code", "message", requests.post(
                    f"{node.url}/v1/track", json={"userId": "x", "event": "Signed In"}, auth=(key["write"], ""), timeout=20))
                check_refusal(nodes.url, "type", "detail", requests.get(
                    f"{node.url}/api/v1/customers", headers={"Authorization": f"Bearer {key['api']}"}, timeout=20))
                assert requests.get(f"{node.url}/healthz", timeout=5).status_code == 200 and node.process.poll() is None
    finally:
        cluster.restart()
    for node in nodes:
        node.wait_ready(30)
    before = sum(len(client.answered) for client in crowd)
    eventually(lambda: sum(len(client.answered) for client in crowd) > before, "they take events again", 30)
    for client in crowd:
        client.finish()
    nodes.wait_folded(30)
    counts = nodes.message_counts()
    assert not [message for client in crowd for message in client.answered if counts.get(message) != 1]
    assert set(counts.values()) == {1}
    nodes.wait_shared(30)
    nodes.stop()


def check_refusal(url, code, words, answer):
    """503 in words for people, with nothing of the database in them."""
    assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
    assert int(answer.headers["Retry-After"]) > 0
    told = answer.json()
    assert told[code] and told[words], told
    there = requests.utils.urlparse(url)
    for secret in (there.password, there.username + "@", str(there.port), there.path.strip("/"), "SQLSTATE", "SELECT", "postgres://"):
        assert secret not in answer.text, answer.text
