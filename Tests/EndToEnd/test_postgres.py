"""What only PostgreSQL can do to Holdfast: crash without it, refuse it, or serve several nodes at once."""

import os
import random
import uuid
from urllib.parse import urlsplit

import pytest

from databases import Cluster
from holdfast import Holdfast, free_port, fresh, installed
from load import CLIENTS, Load, folded, stored
from polling import eventually, settles
from records import tickets_csv

pytestmark = pytest.mark.postgres_only


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


def ready(server):
    return server.session.get(f"{server.url}/readyz", timeout=10).status_code


def test_rule_1_what_was_answered_200_is_there_exactly_once_after_a_crash_of_the_database(cluster, tmp_path):
    seed = int(os.environ.get("HOLDFAST_SEED", random.SystemRandom().randrange(2**31)))
    print(f"HOLDFAST_SEED={seed}")
    chance = random.Random(seed)
    customers = [f"customer-{number}" for number in range(10)]
    sent, answered = {}, set()
    with installed(tmp_path, cluster.postgres) as server:
        server.start()
        for round in range(2):
            clients = [
                Load(server.url, server.key("write"), customers, chance.random(), may_refuse={429, 503}) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            goal = chance.randint(1, 1_000)
            eventually(lambda: sum(len(client.answered) for client in clients) >= goal, "the server takes events", 60)
            cluster.crash()
            eventually(lambda: ready(server) == 503, "it says that it is not ready", 30)
            cluster.restart()
            eventually(lambda: ready(server) == 200, "it found its database again", 60)
            before = sum(len(client.answered) for client in clients)
            eventually(lambda: sum(len(client.answered) for client in clients) > before, "it takes events again", 60)
            for client in clients:
                client.finish()
                sent.update(client.sent)
                answered |= client.answered
            folded(server)
            counts = stored(server, customers)
            lost = [message for message in answered if counts[message] == 0]
            doubled = [message for message, count in counts.items() if count > 1]
            assert not lost and not doubled, f"round {round}: {len(lost)} lost, {len(doubled)} doubled"
            assert counts.keys() <= sent.keys()
        assert server.process.poll() is None, "it never had to be started again"
        server.stop()


@pytest.fixture
def nodes(installation, tmp_path):
    """Two running servers of one company."""
    folder = tmp_path / "second"
    folder.mkdir()
    installation.start()
    second = Holdfast(folder, config=installation.config, database=installation.database).start()
    second._keys = {scope: installation.key(scope) for scope in ("write", "api")}
    yield installation, second
    second.kill()


def test_two_nodes_answer_alike_whoever_was_told(nodes):
    one, other = nodes
    customer = fresh()
    one.track(customer, "Signed In")
    for node in nodes:
        settles(lambda: node.score(customer), 70, "a login at one node counts at both")
    other.import_records("tickets", tickets_csv(customer, 2))
    for node in nodes:
        settles(lambda: node.score(customer), 50, "tickets at the other count at both")


def test_the_doctor_says_when_nodes_run_different_configurations(installation, tmp_path):
    installation.start()
    folder = tmp_path / "second"
    folder.mkdir()
    other = Holdfast(folder, starter="full", database=installation.database).start()
    try:
        assert "not the same on every node" in installation.run("doctor", exits=1).stdout
        other.stop()
        settles(lambda: "not the same" in installation.run("doctor", exits=None).stdout, False, "it is well again")
    finally:
        other.kill()


def test_a_message_repeated_to_another_node_counts_once(nodes):
    one, other = nodes
    customer, message = fresh(), str(uuid.uuid4())
    for node in (one, other, one, other):
        node.write("/v1/track", {"userId": customer, "event": "Report Created", "messageId": message})
    eventually(lambda: one.customer(customer), "the customer is known")
    folded(one)
    assert len(list(one.pages(f"/api/v1/customers/{customer}/events", "events"))) == 1


def test_rule_1_a_node_killed_under_load_loses_nothing_and_the_other_goes_on(nodes):
    one, other = nodes
    customers = [f"customer-{number}" for number in range(10)]
    clients = [Load(node.url, node.key("write"), customers, seed) for seed, node in enumerate(nodes * 2)]
    for client in clients:
        client.start()
    eventually(lambda: all(len(client.answered) >= 50 for client in clients), "both take events", 60)
    one.kill()
    before = sum(len(client.answered) for client in clients)
    eventually(lambda: sum(len(client.answered) for client in clients) >= before + 200, "the other takes events", 60)
    for client in clients:
        client.finish()
    answered = set().union(*(client.answered for client in clients))
    folded(other)
    counts = stored(other, customers)
    assert not [message for message in answered if counts[message] != 1]
    assert set(counts.values()) == {1}


def test_a_database_that_is_not_there_is_said_plainly(installation):
    port = free_port()
    done = installation.run("customers", database=f"postgres://holdfast:very-secret@127.0.0.1:{port}/holdfast", exits=1, timeout=60)
    assert done.stdout == "" and str(port) in done.stderr and "very-secret" not in done.stderr


def test_a_refused_password_is_said_plainly_and_not_repeated(installation):
    there = urlsplit(installation.database)
    wrong = there._replace(netloc=f"{there.username}:very-secret@{there.hostname}:{there.port}").geturl()
    for arguments in (["customers"], ["serve"]):
        done = installation.run(*arguments, database=wrong, exits=1, timeout=60)
        assert "password" in done.stderr and "very-secret" not in done.stderr + done.stdout


def test_the_password_of_the_database_stays_out_of_the_log(own_server):
    own_server.track("x", "Signed In")
    settles(lambda: own_server.score("x"), 70, "the customer has its score")
    own_server.stop()
    assert own_server.log_text() and urlsplit(own_server.database).password not in own_server.log_text()
