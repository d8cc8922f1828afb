"""PostHog's HTTP shapes, as its SDKs of several ages send them."""

import base64
import gzip
import json
import time

import pytest

from holdfast import fresh
from polling import settles


def post(server, route, body=None, **options):
    return server.session.post(f"{server.url}{route}", json=body, timeout=10, **options)


@pytest.mark.parametrize("route", ["/capture", "/capture/", "/e", "/e/", "/i/v0/e", "/i/v0/e/", "/track", "/track/"])
@pytest.mark.parametrize("key", ["api_key", "token"])
def test_a_single_event_is_taken(server, route, key):
    person = fresh()
    answer = post(server, route, {key: server.key("write"), "event": "Signed In", "distinct_id": person, "properties": {}})
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    settles(lambda: server.score(person), 70, "the login counts")


@pytest.mark.parametrize("route", ["/batch", "/batch/"])
def test_a_batch_is_taken(server, route):
    customer, person = fresh("acme"), fresh("u")
    events = [
        {"event": "$groupidentify", "distinct_id": person,
         "properties": {"$group_type": "company", "$group_key": customer, "$group_set": {"name": "Acme"}}},
        {"event": "Signed In", "distinct_id": person, "properties": {"$groups": {"company": customer}}},
    ]
    answer = post(server, route, {"api_key": server.key("write"), "batch": events})
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    settles(lambda: server.score(customer), 70, "the login counts for the customer")
    assert server.customer(customer)["name"] == "Acme"


def test_an_array_with_offsets_and_the_id_in_the_properties_is_taken(server):
    person = fresh()
    properties = {"token": server.key("write"), "distinct_id": person}
    answer = post(server, "/e/", [{"event": "Signed In", "properties": properties, "offset": 1_500}])
    assert answer.status_code == 200
    settles(lambda: server.score(person), 70, "the login counts")


def test_the_browsers_gzip_in_text_plain_is_taken(server):
    person = fresh()
    event = {"api_key": server.key("write"), "event": "Signed In", "distinct_id": person}
    answer = post(
        server, f"/e/?compression=gzip-js&_={int(time.time() * 1000)}", data=gzip.compress(json.dumps(event).encode()),
        headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200
    settles(lambda: server.score(person), 70, "the login counts")


def test_base64_in_a_form_is_taken(server):
    person = fresh()
    event = {"api_key": server.key("write"), "event": "Signed In", "distinct_id": person}
    answer = post(server, "/e/?compression=base64", data={"data": base64.b64encode(json.dumps(event).encode()).decode()})
    assert answer.status_code == 200
    settles(lambda: server.score(person), 70, "the login counts")


def test_identify_joins_the_anonymous_past(server):
    anonymous, person = fresh("anon"), fresh("person")
    events = [
        {"event": "Report Created", "distinct_id": anonymous},
        {"event": "$identify", "distinct_id": person, "properties": {"$anon_distinct_id": anonymous, "$set": {"name": "Ada"}}},
    ]
    assert post(server, "/batch/", {"api_key": server.key("write"), "batch": events}).status_code == 200
    settles(lambda: server.score(person), 35, "the anonymous feature use counts")


def test_a_missing_name_says_200_and_a_missing_key_401(server):
    before = server.stats()["rejected"]
    assert post(server, "/capture/", {"api_key": server.key("write"), "distinct_id": fresh()}).status_code == 200
    settles(lambda: server.stats()["rejected"], before + 1, "it counts as rejected")
    assert post(server, "/capture/", {"event": "Signed In", "distinct_id": fresh()}).status_code == 401
    assert post(server, "/capture/", {"api_key": "phc_wrong", "event": "Signed In", "distinct_id": fresh()}).status_code == 401


def test_broken_json_says_400(server):
    assert post(server, "/batch/", data="{", headers={"Content-Type": "application/json"}).status_code == 400
