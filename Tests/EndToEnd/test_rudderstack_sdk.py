"""The official Python SDK of RudderStack against a running server. It compresses by default and puts traits into the context."""

import pytest
from rudderstack.analytics.client import Client

from holdfast import fresh
from polling import settles


@pytest.fixture
def rudderstack(server):
    errors = []
    client = Client(server.key("write"), host=server.url, on_error=lambda error, _: errors.append(error))
    yield client
    client.join()
    assert errors == []


def test_identify_track_and_features_move_the_score_of_a_person(server, rudderstack):
    person = fresh("person")
    rudderstack.identify(person, {"email": f"{person}@example.com", "name": "Ada Lovelace"})
    rudderstack.flush()
    settles(lambda: server.score(person), 30, "a new customer has 0 + 30 + 0")
    rudderstack.track(person, "Signed In")
    rudderstack.flush()
    settles(lambda: server.score(person), 70, "a login today gives 40")
    rudderstack.track(person, "Export Downloaded", {"format": "csv"})
    rudderstack.flush()
    settles(lambda: server.score(person), 75, "a feature gives 5")


def test_group_ties_a_contact_to_its_customer(server, rudderstack):
    customer, contact = fresh("acme"), fresh("u")
    rudderstack.group(contact, customer, {"name": "Acme"})
    rudderstack.track(contact, "Signed In")
    rudderstack.flush()
    settles(lambda: server.score(customer), 70, "the contact's login counts for the customer")
    assert server.customer(customer)["name"] == "Acme"
