"""The OpenAPI document and the real answers hold to each other, route by route."""

import re

import pytest
from openapi_schema_validator import OAS31Validator

from exercises import exercise
from holdfast import fresh
from polling import eventually, settles
from records import tickets_csv

METHODS = {"get", "post", "put", "patch", "delete", "options", "head"}


@pytest.fixture(scope="module")
def document(server):
    answer = server.api_answer("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def customer(server):
    """A customer about whom there is something to say on every route."""
    id = fresh("documented")
    server.write("/v1/group", {"userId": fresh("u"), "groupId": id, "traits": {"name": "Documented", "plan": "team", "seats": 12}})
    server.track(id, "Signed In", properties={"nested": {"list": [1, 2.5, None, "ü"]}})
    server.track(id, "Report Created")
    server.import_records("tickets", tickets_csv(id, 1))
    settles(lambda: server.score(id), 65, "the customer has its score")
    return id


def operations(document):
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items() for method, operation in item.items() if method in METHODS
    }


def resolved(document, thing):
    while "$ref" in thing:
        found = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        thing = found
    return thing


def holds(document, operation, answer):
    """The answer's status is documented, and its body is what the document says."""
    said = operation["responses"]
    status = str(answer.status_code)
    response = said.get(status) or said.get(f"{status[0]}XX") or said.get("default")
    assert response is not None, f"{status} is not documented for {operation.get('operationId')}: {answer.text[:300]}"
    content = resolved(document, response).get("content")
    if not content:
        return
    kind = answer.headers["Content-Type"].split(";")[0]
    assert kind in content, f"{kind} is not among {list(content)}"
    if "json" in kind and "schema" in content[kind]:
        # References in the document start at its root, so the components come along.
        schema = {**content[kind]["schema"], "components": document.get("components", {})}
        errors = [f"{error.json_path}: {error.message}" for error in OAS31Validator(schema).iter_errors(answer.json())]
        assert errors == [], errors[:5]


def test_the_document_is_openapi_3_1(document):
    assert re.match(r"3\.1\.\d+$", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    names = [operation.get("operationId") for operation in operations(document).values()]
    assert all(names) and len(set(names)) == len(names), "every operation has a name of its own"


def test_every_reference_leads_somewhere_and_every_schema_is_one(document):
    def walk(thing):
        if isinstance(thing, dict):
            if isinstance(thing.get("$ref"), str):
                resolved(document, thing)
            for value in thing.values():
                walk(value)
        elif isinstance(thing, list):
            for value in thing:
                walk(value)

    walk(document)
    for schema in document.get("components", {}).get("schemas", {}).values():
        OAS31Validator.check_schema(schema)


def test_every_route_of_the_interface_is_documented(document):
    wanted = {
        ("GET", "/api/v1/customers"), ("GET", "/api/v1/customers/{id}"), ("GET", "/api/v1/customers/{id}/explanation"),
        ("GET", "/api/v1/customers/{id}/history"), ("GET", "/api/v1/customers/{id}/timeline"), ("GET", "/api/v1/customers/{id}/events"),
        ("GET", "/api/v1/health"), ("GET", "/api/v1/alerts"), ("GET", "/api/v1/stats"), ("POST", "/api/v1/import/{kind}"),
        ("GET", "/api/v1/tasks"), ("POST", "/api/v1/tasks"), ("GET", "/api/v1/tasks/{id}"), ("PATCH", "/api/v1/tasks/{id}"),
        ("GET", "/api/v1/customers/{id}/notes"), ("POST", "/api/v1/customers/{id}/notes"),
        ("POST", "/api/v1/alerts/{id}/snooze"), ("DELETE", "/api/v1/alerts/{id}/snooze"),
    }
    assert wanted <= operations(document).keys()


def test_every_documented_route_answers_as_the_document_says(server, document, customer):
    failures = []
    for (method, path), operation in sorted(operations(document).items()):
        try:
            for answer in exercise(server, method, path, customer):
                assert answer.status_code < 300, f"{answer.status_code} {answer.text[:300]}"
                holds(document, operation, answer)
        except AssertionError as failure:
            failures.append(f"{method} {path}: {failure}")
    assert not failures, "\n".join(failures)


ERRORS = [
    ("/api/v1/customers/nobody-of-that-name", {}, 404),
    ("/api/v1/customers/nobody-of-that-name/explanation", {}, 404),
    ("/api/v1/customers/nobody-of-that-name/history", {}, 404),
    ("/api/v1/customers/nobody-of-that-name/timeline", {}, 404),
    ("/api/v1/customers/nobody-of-that-name/events", {}, 404),
    ("/api/v1/customers", {"where": "scor >= "}, 400),
    ("/api/v1/customers", {"sort": "colour"}, 400),
    ("/api/v1/customers", {"limit": "many"}, 400),
    ("/api/v1/customers", {"limit": "-1"}, 400),
    ("/api/v1/customers", {"cursor": "not-ours"}, 400),
    ("/api/v1/no-such-route", {}, 404),
]


@pytest.mark.parametrize("path, query, status", ERRORS)
def test_an_error_is_a_problem_document(server, document, path, query, status):
    answer = server.api_answer(path, params=query)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"]
    route = re.sub(r"/nobody-of-that-name", "/{id}", path)
    if ("GET", route) in operations(document):
        holds(document, operations(document)["GET", route], answer)


def test_a_route_in_the_wrong_method_is_405_or_404(server):
    assert server.api_answer("/api/v1/health", "DELETE").status_code in (404, 405)


def test_lists_are_paged_without_gaps_or_repeats(server, customer):
    for number in range(7):
        server.track(customer, f"Step {number}")

    def listed():
        found = server.api(f"/api/v1/customers/{customer}/events", params={"limit": 100})["events"]
        return found if found[0]["name"] == "Step 6" else None

    whole = eventually(listed, "the last event is listed")
    assert len(whole) >= 9
    paged, cursor = [], None
    while True:
        page = server.api(f"/api/v1/customers/{customer}/events", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        assert len(page["events"]) <= 2
        paged += page["events"]
        cursor = page["next"]
        if not cursor:
            break
    assert paged == whole
    everyone = [found["id"] for found in server.pages("/api/v1/customers", "customers")]
    assert len(set(everyone)) == len(everyone) and customer in everyone


def test_the_answers_have_the_members_of_the_interface(server, customer):
    one = server.customer(customer)
    assert {"id", "name", "journey", "health", "attributes"} <= one.keys()
    assert {"score", "band", "coverage", "calculated_at", "next_change_at"} <= one["health"].keys()
    listed = server.api("/api/v1/customers", params={"where": 'name == "Documented"'})
    assert listed["customers"] == [one] and listed["next"] is None
    explained = server.api(f"/api/v1/customers/{customer}/explanation")
    assert (explained["score"], explained["band"]) == (65, "at-risk")
    for pillar in explained["pillars"]:
        assert {"name", "points", "max", "measures"} <= pillar.keys()
        assert all({"name", "signal", "points", "max"} <= measure.keys() for measure in pillar["measures"])
    for change in server.api(f"/api/v1/customers/{customer}/history")["changes"]:
        assert {"at", "from", "to", "band_from", "band_to", "cause"} <= change.keys()
    for entry in server.api(f"/api/v1/customers/{customer}/timeline")["entries"]:
        assert {"at", "kind", "title"} <= entry.keys()
    events = server.api(f"/api/v1/customers/{customer}/events")["events"]
    assert all({"message_id", "name", "at", "received_at", "properties"} <= event.keys() for event in events)
    (login,) = [event for event in events if event["name"] == "Signed In"]
    assert login["properties"] == {"nested": {"list": [1, 2.5, None, "ü"]}}
    health = server.api("/api/v1/health")
    assert health["bands"].keys() == {"healthy", "at-risk", "critical"}
    assert sum(health["bands"].values()) == health["customers"]
    stats = server.api("/api/v1/stats")
    assert stats["events"].keys() >= {"accepted", "duplicate", "rejected"} and stats["fold"]["lag_seconds"] >= 0
