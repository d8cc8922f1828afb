"""The pages by HTTP: who may see what, that nothing leads nowhere, and that nobody's text becomes markup."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
import requests

from pages import HOSTILE, ROOMS, Person, add_user, company, sign_in_link
from polling import eventually


@pytest.fixture(scope="module")
def house(tmp_path_factory, database):
    with company(tmp_path_factory.mktemp(f"pages-{database.name}"), database) as server:
        add_user(server, "ann@example.com", "operations")
        yield server


@pytest.fixture(scope="module")
def ann(house):
    return Person(house, sign_in_link(house, "ann@example.com"))


class Links(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.tags = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        for name in ("href", "src"):
            if found.get(name):
                self.links |= {found[name].split("#")[0]} - {""}


def test_a_crawl_of_everything_finds_no_dead_link_and_no_fault(house, ann):
    seen, waiting = set(), set(ROOMS)
    while waiting and len(seen) < 600:
        path = waiting.pop()
        seen.add(path)
        answer = ann.get(path, allow_redirects=False)
        assert answer.status_code in (200, 303), f"{path}: {answer.status_code}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        links = Links(answer.text)
        for link in links.links:
            assert link.startswith("/") and not link.startswith("//"), f"{path} leads to {link}"
        waiting |= links.links - seen
    assert len(seen) > 60, seen
    assert {f"/customers/{customer}" for customer in house.customers.values()} <= seen


def test_no_text_that_an_event_or_an_import_can_fill_becomes_markup(house, ann):
    id = house.customers["hostile"]
    ann.post(f"/customers/{id}/notes", back=f"/customers/{id}", text=HOSTILE)
    ann.post(f"/customers/{id}/pulse", back=f"/customers/{id}", mood="worried", text=HOSTILE)
    ann.post("/tasks", back=f"/customers/{id}", customer=id, title=HOSTILE, due="2030-01-01T10:00", priority="high", owner="")
    ann.post("/views", back="/customers", name=HOSTILE, where="score > 1", sort="score", columns="score,plan,industry")
    house.write("/v1/track", {"userId": HOSTILE, "event": "", "properties": {HOSTILE: HOSTILE}})
    shown = 0
    for path in ROOMS + [f"/customers/{id}", "/customers?columns=score,plan,industry,country", f"/customers?q={HOSTILE}",
                         f"/customers?where={HOSTILE}", f"/customers/{HOSTILE}", f"/audit?actor={HOSTILE}"]:
        text = ann.get(path).text
        shown += text.count("&lt;script&gt;alert(&#39;x&#39;)")
        assert "<script>alert" not in text and "<img" not in text, path
        for tag, attributes in Links(text).tags:
            assert not any(name.startswith("on") for name in attributes), f"{path}: {tag} {attributes}"
            assert tag != "script" or "src" in attributes or attributes.get("type") == "application/json", path
    assert shown > 10, "it was shown at all"


def test_pages_have_the_headers_that_keep_browsers_safe(house, ann):
    for path in ROOMS + ["/sign-in", "/no/such/page"]:
        headers = ann.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store", path
        assert headers["referrer-policy"] and headers["x-request-id"], path


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(house):
    id = house.customers["good"]
    answer = requests.get(f"{house.url}/customers/{id}", headers={"Accept": "text/html"}, timeout=10)
    assert answer.status_code == 200 and "/sign-in?next=" in answer.url and "Password" in answer.text
    assert "Good" not in answer.text


def test_a_form_without_its_token_or_from_another_site_changes_nothing(house, ann):
    id = house.customers["good"]
    bare = ann.session.post(f"{house.url}/customers/{id}/notes", data={"text": "without"}, timeout=10)
    wrong = ann.session.post(f"{house.url}/customers/{id}/notes", data={"text": "wrong", "csrf": "x"}, timeout=10)
    token = re.search(r'name="csrf" value="([^"]+)"', ann.get("/").text).group(1)
    foreign = ann.session.post(
        f"{house.url}/customers/{id}/notes", data={"text": "foreign", "csrf": token}, headers={"Sec-Fetch-Site": "cross-site"}, timeout=10)
    assert [answer.status_code for answer in (bare, wrong, foreign)] == [403, 403, 403]
    assert not any(word in ann.get(f"/customers/{id}").text for word in ("without", "foreign"))


def test_a_mistake_in_a_condition_is_shown_in_its_place(ann):
    answer = ann.get("/customers?where=scroe > 50")
    assert answer.status_code == 400
    assert "Did you mean score" in answer.text and "scroe &gt; 50" in answer.text


def test_a_refusal_is_told_as_one_and_gives_back_what_was_written(house, ann):
    id = house.customers["good"]
    written = "Too long. " * 1_001
    answer = ann.post(f"/customers/{id}/notes", back=f"/customers/{id}", text=written)
    assert answer.status_code == 400 and 'role="alert"' in answer.text and 'role="status"' not in answer.text
    assert written in answer.text, "what was written comes back"
    assert "Too long." not in ann.get(f"/customers/{id}").text
    gone = ann.post("/tasks/none/close", back=f"/customers/{id}", outcome="contacted", note="They will call back.")
    assert gone.status_code == 404 and "They will call back.</textarea>" in gone.text


def test_a_list_can_be_saved_as_a_file_that_no_spreadsheet_takes_for_a_program(house, ann):
    house.write("/v1/group", {"userId": "u-formula", "groupId": "formula", "traits": {"name": "=HYPERLINK(\"http://evil\")"}})
    eventually(lambda: house.customer("formula"), "the customer is there")
    answer = ann.get("/customers.csv?columns=score,owner&sort=name")
    assert answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == ["id", "name", "score", "owner"]
    found = {row[0]: row for row in rows}
    assert found[house.customers["good"]][3] == "ann@example.com"
    assert found["formula"][1] == "'=HYPERLINK(\"http://evil\")"


def test_a_stream_of_a_score_ends_with_the_session_that_opened_it(house):
    add_user(house, "leaver@example.com", "viewer", name="Lea Ver")
    leaver = Person(house, sign_in_link(house, "leaver@example.com"))
    customer = house.customers["fair"]
    with leaver.session.get(f"{house.url}/customers/{customer}/live", stream=True, timeout=60) as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines()
        assert next(lines).startswith(b"retry:")
        house.run("user", "sign-out", "leaver@example.com")
        house.track(f"u-{customer}", "Report Created")
        assert not any(line.startswith(b"data:") for line in lines), "it says nothing more, and ends"
