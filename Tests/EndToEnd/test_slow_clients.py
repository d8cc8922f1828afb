"""Clients that hold connections by sending as little as they can: others are served meanwhile, and they are cut off in time.

The limits are a minute and more, so that the slow ones begin before all other tests and are looked at after them."""

import json
import threading
import types

import pytest

from databases import SQLite
from holdfast import fresh, installed
from polling import eventually, settles
from wire import Wire, chunks, request

pytestmark = pytest.mark.sqlite_only

# Of each kind so many. A byte a second keeps every connection alive for a server that only asks whether something came.
CROWD = 40
CHUNKED = "Transfer-Encoding: chunked"

KINDS = {
    "head": lambda server: b"POST /v1/track HTTP/1.1\r\nX-Slow: ",
    "body": lambda server: request(server, b'{"userId": "slow-', length=30_000),
    "chunks": lambda server: request(server, chunks(b'{"userId": "slow-')[:-5], headers=[CHUNKED], length=False),
    "a body for nobody": lambda server: request(server, path="/nowhere", length=30_000),
    "a body that is not asked for": lambda server: request(server, path="/healthz", method="GET", length=30_000),
    "nothing at all": lambda server: b"",
}
# What is told to those who can be told.
ANSWERS = {"body": 408, "chunks": 408, "a body for nobody": 404, "a body that is not asked for": 200}
DRIPS = {"chunks": b"1\r\nx\r\n", "nothing at all": b""}


class Slow:
    """Many slow connections to a server, fed by a thread."""

    def __init__(self, server):
        self.open = {kind: [Wire(server).send(begin(server)) for _ in range(CROWD)] for kind, begin in KINDS.items()}
        self.wires = {kind: list(wires) for kind, wires in self.open.items()}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()

    def _drip(self):
        while not self._stopping.wait(1):
            for kind, wires in self.open.items():
                for wire in wires:
                    wire.send(DRIPS.get(kind, b"x"))

    def stop(self):
        self._stopping.set()
        self._thread.join(30)
        for wires in self.wires.values():
            for wire in wires:
                wire.__exit__()


@pytest.fixture(scope="session")
def slow(tmp_path_factory):
    with installed(tmp_path_factory.mktemp("slow"), SQLite()) as server:
        server.start()
        clients = Slow(server)
        yield types.SimpleNamespace(server=server, clients=clients)
        clients.stop()
        server.stop()


@pytest.mark.early
def test_others_are_served_while_slow_clients_hold_connections(slow):
    people = [fresh() for _ in range(50)]
    for person in people:
        slow.server.track(person, "Signed In")
    settles(lambda: {slow.server.score(person) for person in people}, {70}, "all of them count")


@pytest.mark.late
@pytest.mark.parametrize("kind", KINDS)
def test_slow_clients_are_told_so_and_cut_off(slow, kind):
    wires = slow.clients.wires[kind]
    if kind in ANSWERS:
        for wire in wires:
            wire.socket.settimeout(120)
            status, said = wire.answer()
            assert status == ANSWERS[kind]
            assert status != 408 or json.loads(said)["code"] == "too-slow"
    eventually(lambda: all(wire.is_closed() for wire in wires), "all are cut off", 120, every=0.5)


@pytest.mark.late
def test_nothing_of_them_was_stored_and_others_are_served_after_them(slow):
    person = fresh()
    slow.server.track(person, "Signed In")
    settles(lambda: slow.server.score(person), 70, "the event counts")
    stored = [customer["id"] for customer in slow.server.pages("/api/v1/customers", "customers")]
    assert stored and not [id for id in stored if id.startswith("slow-")]
