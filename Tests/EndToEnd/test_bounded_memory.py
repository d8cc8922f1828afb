"""What many senders push at the server at once never becomes memory without bound, and none of it keeps others from being served."""

import gzip
import json
import sys
import threading

import pytest

from holdfast import fresh
from polling import settles
from wire import Wire, request

pytestmark = [
    # Nothing here depends on the database.
    pytest.mark.sqlite_only,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

CROWD = 48
POSTHOG = "/batch"
POSTHOG_LIMIT = 20 << 20
# 64 MB of bodies and 16 MB of strangers', their JSON while it is read (on every core one body at a time), and room for an allocator that
# gives back late. A crowd of bodies or of what they unpack to would be a gigabyte and more.
MORE_THAN_AT_REST = 450 << 20


def largest_memory(server):
    """The most memory that the server has had resident, in bytes."""
    with open(f"/proc/{server.process.pid}/status") as status:
        (line,) = [line for line in status if line.startswith("VmHWM:")]
    return int(line.split()[1]) << 10


def crowd(server, data):
    """Sends the same bytes on many connections at once and returns the answers' statuses, `None` for none."""
    statuses = []

    def send():
        with Wire(server, within=120) as wire:
            answer = wire.send(data).finish().answer()
            statuses.append(answer and answer[0])

    threads = [threading.Thread(target=send, daemon=True) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert len(statuses) == CROWD, "everybody is answered"
    return set(statuses)


def whole(text):
    """Text with blanks in front, up to the limit of a PostHog batch."""
    return b" " * (POSTHOG_LIMIT - len(text)) + text


NOTHING = b'{"batch":[]}'

CROWDS = {
    "large bodies": (lambda server: request(server, whole(NOTHING), POSTHOG), {200, 429, None}),
    "large bodies of strangers": (lambda server: request(server, whole(NOTHING), POSTHOG, key=False), {401, 429, None}),
    "bodies that unpack to the limit": (lambda server: request(server, gzip.compress(whole(NOTHING)), POSTHOG), {200, 429}),
    "bodies that unpack to a gigabyte": (lambda server: request(server, bomb(), POSTHOG), {413, 429}),
    "bodies of a million values": (lambda server: request(server, b'{"batch":[' + b"0," * 900_000 + b"0]}", POSTHOG), {200, 429}),
    "bodies of too many values": (lambda server: request(server, b"[" * 30 + b"0," * 9_000_000, POSTHOG), {400, 429, None}),
    "bodies announced and never sent": (lambda server: request(server, b"", POSTHOG, length=POSTHOG_LIMIT), {400, None}),
}

BOMB = []


def bomb():
    """A gigabyte of blanks in a megabyte; made once, as members that follow each other."""
    if not BOMB:
        BOMB.append(gzip.compress(b" " * (1 << 24), 9) * 64)
    return BOMB[0]


@pytest.mark.parametrize(("make", "expected"), CROWDS.values(), ids=CROWDS)
def test_a_crowd_is_served_or_sent_away_within_bounds(own_server, make, expected):
    person = fresh()
    own_server.track(person, "Signed In")
    settles(lambda: own_server.score(person), 70, "the server is at work")
    before = largest_memory(own_server)
    statuses = crowd(own_server, make(own_server))
    assert statuses <= expected
    assert largest_memory(own_server) - before < MORE_THAN_AT_REST
    other = fresh()
    own_server.track(other, "Signed In")
    settles(lambda: own_server.score(other), 70, "the server still takes events")


def test_those_who_are_refused_unread_and_gone_leave_nothing_behind(own_server):
    too_long = request(own_server, b"x" * 8_000, length=1 << 20)

    def call(times):
        for _ in range(times):
            with Wire(own_server) as wire:
                assert wire.send(too_long).answer()[0] == 413

    call(500)
    before = largest_memory(own_server)
    call(4_000)
    assert largest_memory(own_server) - before < 25 << 20
