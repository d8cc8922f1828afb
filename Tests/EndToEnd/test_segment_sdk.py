"""The official Python SDK of Segment against a running server."""

import pytest
from segment.analytics.client import Client

from holdfast import fresh
from polling import settles


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def segment(server, request):
    errors = []
    client = Client(server.key("write"), host=server.url, gzip=request.param, on_error=lambda error, _: errors.append(error))
    yield client
    client.join()
    assert errors == []


def test_identify_track_and_features_move_the_score_of_a_person(server, segment):
    person = fresh("person")
    segment.identify(person, {"email": f"{person}@example.com", "name": "Ada Lovelace"})
    segment.flush()
    settles(lambda: server.score(person), 30, "a new customer has 0 + 30 + 0")
    segment.track(person, "Signed In")
    segment.flush()
    settles(lambda: server.score(person), 70, "a login today gives 40")
    segment.track(person, "Report Created", {"type": "cohort"})
    segment.flush()
    settles(lambda: server.score(person), 75, "a feature gives 5")
    segment.track(person, "Report Created", {"type": "funnel"})
    segment.track(person, "Dashboard Viewed")
    segment.flush()
    settles(lambda: server.score(person), 80, "a feature counts once, another one as well")


def test_group_ties_a_contact_to_its_customer(server, segment):
    customer, contact = fresh("acme"), fresh("u")
    segment.identify(contact, {"email": f"{contact}@example.com"})
    segment.group(contact, customer, {"name": "Acme", "plan": "team"})
    segment.track(contact, "Signed In")
    segment.track(contact, "Report Created")
    segment.flush()
    settles(lambda: server.score(customer), 75, "the contact's work counts for the customer")
    assert server.customer(customer)["name"] == "Acme"


def test_events_from_before_the_sign_up_are_joined(server, segment):
    anonymous, person = fresh("anon"), fresh("person")
    segment.track(anonymous_id=anonymous, event="Report Created")
    segment.identify(person, {"name": "Grace"}, anonymous_id=anonymous)
    segment.flush()
    settles(lambda: server.score(person), 35, "the anonymous event counts for the person")


def test_page_screen_and_alias_are_taken(server, segment):
    person, earlier = fresh("person"), fresh("earlier")
    segment.track(earlier, "Report Created")
    segment.alias(earlier, person)
    segment.page(person, category="Docs", name="Pricing")
    segment.screen(person, name="Home")
    segment.track(person, "Signed In")
    segment.flush()
    settles(lambda: server.score(person), 75, "the alias's past counts")
