"""Requests as no client of good will sends them: refused in plain words, nothing of them stored, and nobody else notices."""

import gzip
import json
import uuid
import zlib

import pytest

from holdfast import fresh
from polling import counted, settles
from wire import Wire, chunks, request

BATCH = "/v1/batch"


def event(person, name="Signed In", **members):
    return {"type": "track", "userId": person, "event": name, "messageId": str(uuid.uuid4()), **members}


def encoded(json_value):
    return json.dumps(json_value).encode()


@pytest.fixture
def bystander(server):
    """Somebody whose events are taken on another connection after whatever a test did, with nothing else stored meanwhile."""
    before = server.stats()
    expected = {"accepted": 1, "rejected": 0}
    yield expected
    person = fresh()
    server.track(person, "Signed In")
    settles(lambda: server.score(person), 70, "the good event on another connection counts")
    counted(server, before, **expected)


GOOD = b'{"userId": "u-1", "event": "Signed In"}'

BROKEN_BODIES = {
    "cut off in a string": GOOD[:-4],
    "deep arrays": b"[" * 30_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "depth that nobody closes": b'{"properties":[{"a":' * 1_500,
    "UTF-8 that ends too early": b'{"userId": "u-\xc3", "event": "Signed In"}',
    "UTF-8 in more bytes than needed": b'{"userId": "u-\xc0\xaf", "event": "Signed In"}',
    "UTF-8 of a surrogate, unescaped": b'{"userId": "u-\xed\xa0\x80", "event": "Signed In"}',
    "UTF-16": '{"userId": "u-1", "event": "Signed In"}'.encode("utf-16"),
    "a NUL byte in a string": b'{"userId": "u-\x00", "event": "Signed In"}',
    "a NUL byte at the end": GOOD + b"\x00",
    "nothing but NUL bytes": b"\x00" * 1_000,
    "an exponent without end": b'{"userId": "u-1", "event": "Signed In", "properties": {"n": 1e999999999}}',
    "digits without end": b'{"userId": "u-1", "event": "Signed In", "properties": {"n": ' + b"9" * 30_000 + b"}}",
    "an octal number": b'{"userId": 007, "event": "Signed In"}',
    "NaN": b'{"userId": NaN, "event": "Signed In"}',
    "half an escape": b'{"userId": "\\u12", "event": "Signed In"}',
    "a comment": b'{"userId": "u-1", /* who */ "event": "Signed In"}',
    "two values": GOOD + GOOD,
    "gzip that is none": b"\x1f\x8b\x08" + b"not compressed at all",
    "gzip with a wrong check sum": gzip.compress(GOOD)[:-8] + b"\0" * 8,
    "gzip with something behind it": gzip.compress(GOOD) + b"and more",
    "gzip of broken JSON": gzip.compress(GOOD[:-1]),
    "zlib that ends too early": zlib.compress(GOOD * 40)[:-6],
    "a form field that is not base64": b"data=%+1!",
}


@pytest.mark.parametrize("body", BROKEN_BODIES.values(), ids=BROKEN_BODIES)
def test_a_body_that_cannot_be_read_is_told_why_and_the_connection_goes_on(server, bystander, body):
    person = fresh()
    with Wire(server) as wire:
        status, said = wire.send(request(server, body)).answer()
        assert status == 400
        assert json.loads(said)["message"], "a reason in words"
        status, _ = wire.send(request(server, encoded(event(person)))).answer()
        assert status == 200
    bystander["accepted"] += 1
    settles(lambda: server.score(person), 70, "the next message on the same connection counts")


def test_strange_messages_are_taken_or_refused_one_by_one(server, bystander):
    person, other = fresh(), fresh()
    taken = [
        event(person),
        # Half a surrogate stands for no character; the text is kept with U+FFFD in its place.
        event(person, "Half \ud800 surrogate"),
        event(person, "Numbers", properties={"large": 1.7e308, "small": 5e-324, "integer": 2**63, "negative": -(2**63)}),
        event(person, "NUL among the properties", properties={"text": "a\0b"}),
        event(person, "Marks", properties={"text": "e" + "\u0301\u0316" * 5_000, "b" + "\u0301\u0316" * 2_000: 1}),
    ]
    refused = [
        event("u\0"), event("u" * 201), event({"id": person}), event([person]), event(True), event(""), event(person, "n" * 201),
        event(person, ""), event(person, timestamp=1.7e308), event(person, timestamp="9" * 20), event(person, timestamp={}),
        event(person, properties=nested(17)), event("e" + "\u0301" * 201), {}, [], None, 7,
    ]
    batch = [message for pair in zip(refused, taken) for message in pair] + refused[len(taken):] + [event(other)]
    text = encoded({"batch": batch}).decode()
    # Of repeated names the last counts.
    text = text[:-2] + f', {{"type": "alias", "type": "track", "userId": "{fresh()}", "userId": "{other}", "event": "Twice"}}]}}'
    status, said = Wire(server).send(request(server, text.encode(), BATCH)).answer()
    assert (status, json.loads(said)) == (200, {"success": True})
    bystander["accepted"] += len(taken) + 2
    bystander["rejected"] += len(refused)
    kept = ["Half \ufffd surrogate", "Marks", "NUL among the properties", "Numbers", "Signed In"]
    settles(lambda: names(server, person), kept, "what was strange, and no more than that, is taken")
    settles(lambda: names(server, other), ["Signed In", "Twice"], "so is what stood beside and behind it")


def names(server, person):
    return sorted(found["name"] for found in server.api(f"/api/v1/customers/{person}/events")["events"])


def nested(levels):
    return {"a": nested(levels - 1)} if levels > 1 else {}


# Bytes after which a connection is of no use: each with what it asks for at the end, were it read in the way that it hopes for.
def smuggled(server, person):
    return request(server, encoded(event(person)))


def both_lengths(server, person):
    hidden = smuggled(server, person)
    return request(server, b"0\r\n\r\n" + hidden, headers=["Transfer-Encoding: chunked"])


def malformed(*headers, body=b"", **options):
    def make(server, person):
        return request(server, body, headers=headers, length=False, **options) + smuggled(server, person)
    return make


def instead(data):
    return lambda server, person: data + smuggled(server, person)


CHUNKED = "Transfer-Encoding: chunked"

BROKEN_REQUESTS = {
    "a length and chunks": both_lengths,
    "chunks and a length": malformed(CHUNKED, "Content-Length: 4", body=chunks(GOOD)),
    "two lengths": malformed("Content-Length: 5", "Content-Length: 500", body=b"12345"),
    "a list of lengths": malformed("Content-Length: 5, 5", body=b"12345"),
    "a negative length": malformed("Content-Length: -1"),
    "a length with a sign": malformed("Content-Length: +5", body=b"12345"),
    "a hexadecimal length": malformed("Content-Length: 0x5", body=b"12345"),
    "a length beyond all numbers": malformed("Content-Length: 99999999999999999999999"),
    "an unknown coding": malformed("Transfer-Encoding: xchunked", body=chunks(GOOD)),
    "chunks that are coded again": malformed("Transfer-Encoding: chunked, identity", body=chunks(GOOD)),
    "a blank before the colon": malformed("Transfer-Encoding : chunked", body=chunks(GOOD)),
    "a chunk of no number": malformed(CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk of a negative length": malformed(CHUNKED, body=b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk beyond all numbers": malformed(CHUNKED, body=b"FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": malformed(CHUNKED, body=b"2\r\n{}{}\r\n0\r\n\r\n"),
    "a header without a colon": malformed("Nonsense", "Content-Length: 0"),
    "a NUL byte in a header": malformed("X-Nul: a\0b", "Content-Length: 0"),
    "a header of 20 KB": malformed("X-Long: " + "x" * 20_000, "Content-Length: 0"),
    "40 KB of headers": malformed(*(f"X-{number}: " + "x" * 4_000 for number in range(10)), "Content-Length: 0"),
    "200 headers": malformed(*(f"X-{number}: x" for number in range(200)), "Content-Length: 0"),
    "an address of 100 KB": malformed("Content-Length: 0", path="/v1/track?" + "x" * 100_000),
    "a method that is none": malformed("Content-Length: 0", method="{}"),
    "another protocol": instead(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "the beginning of TLS": instead(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64))),
    "the beginning of HTTP/2": instead(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "nothing but line ends, and garbage": instead(b"\r\n" * 100 + b"\0\0\0\0\r\n\r\n"),
}


@pytest.mark.parametrize("make", BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS)
def test_a_request_that_could_be_read_in_two_ways_or_none_ends_the_connection(server, bystander, make):
    first, hidden = fresh(), fresh()
    with Wire(server) as wire:
        wire.send(request(server, encoded(event(first))) + make(server, hidden)).finish()
        status, _ = wire.answer()
        assert status == 200, "what came before is taken"
        status, _ = wire.answer()
        assert status == 400
        assert wire.answer() is None, "the connection is closed after it"
    bystander["accepted"] += 1
    settles(lambda: server.score(first), 70, "what came before counts")
    assert server.customer(hidden) is None, "what was hidden in it is not"


def test_what_is_beyond_a_batch_s_limit_is_counted_and_kept_as_one(server, bystander):
    person = fresh()
    batch = encoded({"batch": [event(person)] + [0] * 170_000})
    with Wire(server) as wire:
        assert wire.send(request(server, batch, BATCH)).answer() == (200, '{"success":true}')
    bystander["accepted"] += 1
    bystander["rejected"] += 170_000
    settles(lambda: server.score(person), 70, "what was within it counts")
    shown = server.run("rejected", "--limit", 10_000).stdout
    assert shown.count("too_many") >= 1 and shown.count("not_an_object") < 5_000


def test_a_body_shorter_than_announced_is_not_taken(server, bystander):
    with Wire(server) as wire:
        answer = wire.send(request(server, GOOD, length=len(GOOD) + 1)).finish().answer()
        assert answer is None or answer[0] == 400
    # Chunks without their end.
    with Wire(server) as wire:
        answer = wire.send(request(server, chunks(GOOD)[:-5], headers=[CHUNKED], length=False)).finish().answer()
        assert answer is None or answer[0] == 400
    wire = Wire(server)
    wire.send(request(server, GOOD, length=1_000)).reset()


def test_a_body_longer_than_announced_is_cut_and_what_is_left_is_no_request(server, bystander):
    with Wire(server) as wire:
        wire.send(request(server, GOOD, length=len(GOOD) - 1)).finish()
        status, _ = wire.answer()
        assert status == 400
        answer = wire.answer()
        assert answer is None or (answer[0] == 400 and wire.answer() is None)


def test_a_body_in_tiny_chunks_is_taken(server, bystander):
    person = fresh()
    body = chunks(*(bytes([byte]) for byte in encoded(event(person))))
    with Wire(server) as wire:
        status, _ = wire.send(request(server, body, headers=[CHUNKED], length=False)).answer()
    assert status == 200
    bystander["accepted"] += 1
    settles(lambda: server.score(person), 70, "the event counts")


def test_requests_sent_before_their_answers_are_answered_in_turn_and_garbage_behind_them_is_not_taken(server, bystander):
    people = [fresh() for _ in range(40)]
    with Wire(server) as wire:
        wire.send(b"".join(request(server, encoded(event(person))) for person in people) + b"garbage\r\n\r\n" * 50).finish()
        assert [wire.answer()[0] for _ in people] == [200] * len(people)
        answer = wire.answer()
        assert answer is None or (answer[0] == 400 and wire.answer() is None)
    bystander["accepted"] += len(people)
    settles(lambda: {server.score(person) for person in people}, {70}, "all of them count")
