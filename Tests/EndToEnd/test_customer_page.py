"""The page that a Slack message links to."""

import requests

from holdfast import fresh
from polling import eventually


def test_the_page_shows_the_score_to_whoever_has_an_api_key(server):
    person = fresh()
    server.write("/v1/identify", {"userId": person, "traits": {"name": "<script>alert(1)</script> & Sons"}})
    url = f"{server.url}/customers/{person}"
    page = eventually(
        lambda: (lambda answer: answer if answer.status_code == 200 else None)(requests.get(url, auth=(server.key("api"), ""), timeout=10)),
        "the customer has a page")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "30 of 100, critical" in page.text
    assert "&lt;script&gt;" in page.text and "<script" not in page.text


def test_without_a_key_the_browser_is_asked_for_one(server):
    answer = requests.get(f"{server.url}/customers/anyone", timeout=10)
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Basic")
    assert requests.get(f"{server.url}/customers/anyone", auth=(server.key("write"), ""), timeout=10).status_code == 401


def test_a_customer_that_is_not_there_is_a_404(server):
    assert requests.get(f"{server.url}/customers/{fresh()}", auth=(server.key("api"), ""), timeout=10).status_code == 404
