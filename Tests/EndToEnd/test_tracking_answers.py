"""What the tracking API answers, byte for byte as the SDKs need it."""

import gzip
import http.client
import json
import uuid

import pytest
import requests

from holdfast import fresh
from polling import counted, settles

TAKEN = (200, {"success": True})


def said(answer):
    return answer.status_code, answer.json()


@pytest.mark.parametrize("route", ["/v1/identify", "/v1/i"])
def test_identify_makes_a_customer(server, route):
    person = fresh()
    assert said(server.write(route, {"userId": person, "traits": {"name": "Ada"}})) == TAKEN
    settles(lambda: server.score(person), 30, "the customer exists")


@pytest.mark.parametrize("route", ["/v1/track", "/v1/t"])
def test_track_counts_an_event(server, route):
    person = fresh()
    assert said(server.write(route, {"userId": person, "event": "Signed In"})) == TAKEN
    settles(lambda: server.score(person), 70, "the login counts")


@pytest.mark.parametrize("route", ["/v1/group", "/v1/g"])
def test_group_makes_a_customer(server, route):
    customer = fresh("acme")
    assert said(server.write(route, {"userId": fresh("u"), "groupId": customer, "traits": {"name": "Acme"}})) == TAKEN
    settles(lambda: (server.customer(customer) or {}).get("name"), "Acme", "the customer has its name")


@pytest.mark.parametrize("route", ["/v1/page", "/v1/p", "/v1/screen", "/v1/s"])
def test_page_and_screen_are_events(server, route):
    person = fresh()
    assert said(server.write(route, {"userId": person, "name": "Home"})) == TAKEN
    settles(lambda: server.score(person), 30, "the customer exists from its first event")
    assert "Home" in server.api(f"/api/v1/customers/{person}/events")["events"][0]["name"]


@pytest.mark.parametrize("route", ["/v1/alias", "/v1/a"])
def test_alias_joins_two_names(server, route):
    earlier, person = fresh(), fresh()
    server.track(earlier, "Signed In")
    assert said(server.write(route, {"previousId": earlier, "userId": person})) == TAKEN
    settles(lambda: server.score(person), 70, "the past came along")


@pytest.mark.parametrize("route", ["/v1/batch", "/v1/b", "/v1/import"])
def test_a_batch_takes_all_its_messages(server, route):
    person = fresh()
    batch = [{"type": "identify", "userId": person}, {"type": "track", "userId": person, "event": "Signed In"}]
    assert said(server.write(route, {"batch": batch})) == TAKEN
    settles(lambda: server.score(person), 70, "both count")


def test_the_key_may_stand_in_the_body(server):
    person = fresh()
    body = {"writeKey": server.key("write"), "batch": [{"type": "track", "userId": person, "event": "Signed In"}]}
    assert said(requests.post(f"{server.url}/v1/batch", json=body, timeout=10)) == TAKEN
    settles(lambda: server.score(person), 70, "the login counts")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic bm90LWEta2V5Og=="}, {"Authorization": "Basic %%%"}, {"Authorization": "Digest x"}],
    ids=["none", "wrong", "not base64", "another scheme"])
def test_without_a_right_key_it_says_401(server, headers):
    before = server.stats()
    body = {"userId": fresh(), "event": "Signed In"}
    assert requests.post(f"{server.url}/v1/track", json=body, headers=headers, timeout=10).status_code == 401
    counted(server, before)


@pytest.mark.parametrize("text", ['{"userId": "u-1", "event"', "", "[" * 10_000, '{"userId": "\ud800"}'])
def test_broken_json_says_400_and_takes_nothing(server, text):
    before = server.stats()
    answer = server.session.post(
        f"{server.url}/v1/track", data=text.encode("utf-8", "surrogatepass"), auth=(server.key("write"), ""),
        headers={"Content-Type": "application/json"}, timeout=10)
    assert answer.status_code == 400
    assert server.stats()["accepted"] == before["accepted"]


def test_text_plain_is_read_as_json(server):
    person = fresh()
    answer = server.session.post(
        f"{server.url}/v1/t", data=json.dumps({"userId": person, "event": "Signed In"}), auth=(server.key("write"), ""),
        headers={"Content-Type": "text/plain"}, timeout=10)
    assert said(answer) == TAKEN
    settles(lambda: server.score(person), 70, "the login counts")


def compressed(server, data):
    return server.session.post(
        f"{server.url}/v1/batch", data=data, auth=(server.key("write"), ""), timeout=30,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


def test_gzip_is_unpacked(server):
    person = fresh()
    batch = {"batch": [{"type": "track", "userId": person, "event": "Signed In"}]}
    assert said(compressed(server, gzip.compress(json.dumps(batch).encode()))) == TAKEN
    settles(lambda: server.score(person), 70, "the login counts")


def test_broken_gzip_says_400(server):
    whole = gzip.compress(b'{"batch":[]}' * 50)
    assert compressed(server, whole[: len(whole) // 2]).status_code == 400


def test_a_small_body_that_unpacks_to_a_huge_one_says_413(server):
    assert compressed(server, gzip.compress(b" " * (256 << 20), 9)).status_code == 413


def test_a_body_above_the_limit_says_413(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/v1/batch")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(64 << 20))
    connection.endheaders()
    try:
        for _ in range(64):
            connection.send(b" " * (1 << 20))
    except (BrokenPipeError, ConnectionResetError):
        pass  # It need not listen to the end.
    assert connection.getresponse().status == 413


def test_messages_without_id_or_event_count_as_rejected_and_say_200(server):
    before = server.stats()
    person = fresh()
    batch = [
        {"type": "track", "event": "Signed In"}, {"type": "track", "userId": person}, {"type": "unheard-of", "userId": person},
        "not an object", {"type": "track", "userId": person, "event": "Signed In"},
    ]
    assert said(server.write("/v1/batch", {"batch": batch})) == TAKEN
    counted(server, before, accepted=1, rejected=4)
    settles(lambda: server.score(person), 70, "its neighbours go on")


def test_one_message_above_32_kb_is_rejected_and_its_neighbours_go_on(server):
    before = server.stats()
    person = fresh()
    large = {"type": "track", "userId": person, "event": "Large", "properties": {"text": "x" * 40_000}}
    small = {"type": "track", "userId": person, "event": "Signed In"}
    assert said(server.write("/v1/batch", {"batch": [large, small]})) == TAKEN
    counted(server, before, accepted=1, rejected=1)


def test_a_repeat_counts_as_duplicate_and_changes_nothing(server):
    person, message = fresh(), str(uuid.uuid4())
    event = {"userId": person, "event": "Signed In", "messageId": message}
    before = server.stats()
    for _ in range(3):
        assert said(server.write("/v1/track", event)) == TAKEN
    batch = [{"type": "track", **event}, {"type": "track", **event}]
    assert said(server.write("/v1/batch", {"batch": batch})) == TAKEN
    counted(server, before, accepted=1, duplicate=4)
    settles(lambda: server.score(person), 70, "the one event has been taken in")
    events = server.api(f"/api/v1/customers/{person}/events")["events"]
    assert [event["message_id"] for event in events] == [message]


def test_a_wrong_clock_at_the_sender_is_corrected(server):
    person = fresh()
    # The sender's clock is years slow; its event happened five seconds before it sent it.
    event = {"userId": person, "event": "Signed In", "timestamp": "2019-01-01T10:00:00.000Z", "sentAt": "2019-01-01T10:00:05.000Z"}
    assert said(server.write("/v1/track", event)) == TAKEN
    settles(lambda: server.score(person), 70, "the login was today")


def test_an_old_event_without_sent_at_keeps_its_time(server):
    person = fresh()
    assert said(server.write("/v1/track", {"userId": person, "event": "Signed In", "timestamp": "2019-01-01T10:00:00.000Z"})) == TAKEN
    settles(lambda: server.score(person), 30, "the login was years ago")
    (event,) = server.api(f"/api/v1/customers/{person}/events")["events"]
    assert event["at"].startswith("2019-01-01T10:00:00")


@pytest.mark.parametrize("route", ["/v1/track", "/v1/batch", "/v1/t", "/v1/b", "/capture", "/e", "/batch"])
def test_browsers_may_ask_first(server, route):
    answer = requests.options(
        f"{server.url}{route}", timeout=10,
        headers={
            "Origin": "https://app.example.com", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-retry-count",
        })
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example.com")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "x-retry-count"))
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_answers_carry_the_origin_header_too(server):
    answer = server.write("/v1/track", {"userId": fresh(), "event": "Signed In"}, headers={"Origin": "https://app.example.com"})
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://app.example.com")
