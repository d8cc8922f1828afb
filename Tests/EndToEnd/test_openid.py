"""People who come in by the company's own sign-in, against a provider of OpenID Connect that is not ours."""

import re
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests

from holdfast import installed
from pages import add_user


@pytest.fixture(scope="module")
def provider():
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def house(tmp_path_factory, database, provider):
    with installed(tmp_path_factory.mktemp(f"openid-{database.name}"), database, environment={"OPENID_CLIENT_SECRET": "s3cret/+"}) as server:
        (server.config / "sign-in.yaml").write_text(f"""
sign_in:
  openid:
    name: Acme
    issuer: {provider}
    client_id: holdfast
    client_secret: ${{OPENID_CLIENT_SECRET}}
    domains: [acme.example]
    role: viewer
""")
        settings = server.config / "holdfast.yaml"
        settings.write_text(settings.read_text().replace("http://127.0.0.1:8080", server.url))
        server.run("check", server.config)
        server.start()
        yield server
        server.stop()
        assert "s3cret" not in server.log_text()


def person(provider, subject, **claims):
    answer = requests.put(f"{provider}/users/{subject}", json={"email": subject, "email_verified": True, "name": "Bo", **claims}, timeout=10)
    assert answer.status_code == 204, answer.text


def come_in(house, subject, browser=None):
    """Goes the way of a browser; returns what it sees in the end."""
    browser = browser or requests.Session()
    browser.headers["Accept"] = "text/html"
    away = browser.get(f"{house.url}/sign-in/openid?next=/health", allow_redirects=False, timeout=20)
    assert away.status_code == 303, away.text
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    back = requests.post(away.headers["location"], data={"sub": subject}, allow_redirects=False, timeout=20)
    return browser.get(back.headers["location"], timeout=20), back.headers["location"]


def test_whoever_has_an_address_of_the_company_comes_in_and_arrives_where_she_wanted_to(house, provider):
    person(provider, "bo@acme.example")
    page, _ = come_in(house, "bo@acme.example")
    assert page.status_code == 200 and page.url == f"{house.url}/health" and ">Bo<" in page.text
    assert "bo@acme.example" in house.run("user", "list").stdout


def test_whoever_was_added_by_address_is_tied_to_the_account_and_keeps_her_role(house, provider):
    add_user(house, "ann@elsewhere.example", "operations")
    person(provider, "ann@elsewhere.example")
    page, _ = come_in(house, "ann@elsewhere.example")
    assert page.status_code == 200 and 'href="/people"' in page.text


def test_strangers_and_addresses_that_nobody_has_checked_stay_outside(house, provider):
    person(provider, "eve@evil.example")
    person(provider, "mallory@acme.example", email_verified=False)
    for subject, word in [("eve@evil.example", "invitation"), ("mallory@acme.example", "verified")]:
        page, _ = come_in(house, subject)
        assert page.status_code == 403 and word in page.text and "Password" in page.text
    assert "evil" not in house.run("user", "list").stdout


def test_an_answer_of_the_provider_works_once_and_only_in_the_browser_that_asked(house, provider):
    person(provider, "bo@acme.example")
    browser = requests.Session()
    page, back = come_in(house, "bo@acme.example", browser)
    assert page.status_code == 200
    again = requests.get(back, headers={"Accept": "text/html"}, timeout=20)
    assert again.status_code == 403 and "another browser" in again.text
    assert browser.get(back, timeout=20).status_code == 403


def test_an_answer_with_another_state_lets_nobody_in_not_even_in_the_browser_that_asked(house, provider):
    person(provider, "bo@acme.example")
    browser = requests.Session()
    browser.headers["Accept"] = "text/html"
    away = browser.get(f"{house.url}/sign-in/openid", allow_redirects=False, timeout=20).headers["location"]
    back = requests.post(away, data={"sub": "bo@acme.example"}, allow_redirects=False, timeout=20).headers["location"]
    foreign = re.sub(r"state=[^&]+", "state=" + "A" * 43, back)
    assert foreign != back
    page = browser.get(foreign, timeout=20)
    assert page.status_code == 403 and "another browser" in page.text
    assert browser.get(f"{house.url}/account", allow_redirects=False, timeout=20).status_code == 303


def test_another_account_with_the_same_address_comes_in_once_the_first_one_is_untied(house, provider):
    add_user(house, "cleo@elsewhere.example", "viewer")
    for subject in ("cleo-1", "cleo-2"):
        person(provider, subject, email="cleo@elsewhere.example")
    assert come_in(house, "cleo-1")[0].status_code == 200
    page, _ = come_in(house, "cleo-2")
    assert page.status_code == 403 and "holdfast user untie" in page.text
    assert "untied" in house.run("user", "untie", "cleo@elsewhere.example").stderr
    assert "no account" in house.run("user", "untie", "cleo@elsewhere.example").stderr
    assert come_in(house, "cleo-2")[0].status_code == 200
    assert come_in(house, "cleo-1")[0].status_code == 403
