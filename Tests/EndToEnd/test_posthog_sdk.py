"""The official Python SDK of PostHog against a running server."""

import pytest
from posthog import Posthog

from holdfast import fresh
from polling import settles


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def posthog(server, request):
    errors = []
    client = Posthog(
        server.key("write"), host=server.url, gzip=request.param, flush_interval=0.2,
        on_error=lambda error, _: errors.append(error))
    yield client
    client.shutdown()
    assert errors == []


def test_set_capture_and_features_move_the_score_of_a_person(server, posthog):
    person = fresh("person")
    posthog.set(distinct_id=person, properties={"email": f"{person}@example.com", "name": "Ada Lovelace"})
    posthog.flush()
    settles(lambda: server.score(person), 30, "a new customer has 0 + 30 + 0")
    posthog.capture("Signed In", distinct_id=person)
    posthog.flush()
    settles(lambda: server.score(person), 70, "a login today gives 40")
    posthog.capture("Report Shared", distinct_id=person, properties={"channel": "email"})
    posthog.flush()
    settles(lambda: server.score(person), 75, "a feature gives 5")


def test_groups_tie_a_contact_to_its_customer(server, posthog):
    customer, contact = fresh("acme"), fresh("u")
    posthog.group_identify("company", customer, {"name": "Acme"}, distinct_id=contact)
    posthog.capture("Signed In", distinct_id=contact, groups={"company": customer})
    posthog.capture("Report Created", distinct_id=contact, groups={"company": customer})
    posthog.flush()
    settles(lambda: server.score(customer), 75, "the contact's work counts for the customer")
    assert server.customer(customer)["name"] == "Acme"
