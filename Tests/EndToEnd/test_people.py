"""People come in by links and passwords, go as far as their role, and are kept out again from the command line."""

import html
import re

import requests

from wire import Wire, request

PASSWORD = "seven green doors"


class Browser:
    """Keeps cookies and sends forms as a page of the server would."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def get(self, path):
        return self.session.get(self.url + path, allow_redirects=False, timeout=60)

    def post(self, path, **fields):
        return self.session.post(
            self.url + path, data=fields, headers={"Origin": self.url}, allow_redirects=False, timeout=60)

    def submit(self, path, **fields):
        """With the token of this session's forms."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.get("/account").text).group(1)
        return self.post(path, csrf=html.unescape(token), **fields)

    def is_in(self):
        answer = self.get("/account")
        assert answer.status_code in (200, 303), answer.text
        return answer.status_code == 200


def add(holdfast, email, role):
    """Adds a user and returns the path of the link that was printed."""
    return path(holdfast.run("user", "add", email, "--name", "Ann Lee", "--role", role).stdout)


def path(printed):
    assert len(printed.split()) == 1, f"the link alone on standard output, not {printed!r}"
    return re.fullmatch(r"http://[^/]+(/link/[\w-]{43})", printed.strip()).group(1)


def signed_in(holdfast, email, password=PASSWORD):
    browser = Browser(holdfast.url)
    answer = browser.post("/sign-in", email=email, password=password)
    assert answer.status_code == 303, answer.text
    return browser


def test_from_the_invitation_to_the_last_sign_out(own_server, database):
    assert "holdfast user add" in Browser(own_server.url).get("/sign-in").text
    link = add(own_server, "Ann@Example.com", "lead")
    assert "ann@example.com" in Browser(own_server.url).get(link).text
    ann = Browser(own_server.url)
    assert ann.post(link, password="short", repeat="short").status_code == 422
    assert ann.post(link, password=PASSWORD, repeat=PASSWORD).status_code == 303
    assert ann.is_in()
    assert Browser(own_server.url).post(link, password=PASSWORD, repeat=PASSWORD).status_code == 410
    assert ann.get("/people").status_code == 403
    assert "lead" in own_server.run("user", "list").stdout
    own_server.run("user", "role", "ann@example.com", "operations")
    assert ann.get("/people").status_code == 200
    elsewhere = signed_in(own_server, "ann@example.com")
    assert elsewhere.submit("/sign-out").status_code == 303 and not elsewhere.is_in()
    assert ann.is_in()
    once = path(own_server.run("user", "link", "ann@example.com").stdout)
    third = Browser(own_server.url)
    assert third.post(once).status_code == 303 and third.is_in()
    own_server.run("user", "sign-out", "ann@example.com")
    assert not ann.is_in() and not third.is_in()
    again = path(own_server.run("user", "reset", "ann@example.com").stdout)
    other = "eight blue windows"
    assert ann.post(again, password=other, repeat=other).status_code == 303 and ann.is_in()
    own_server.run("key", "add", "--scope", "api", "--name", "ci")
    log = ann.get("/audit").text
    for action in (
            "key.added", "user.added", "user.role_changed", "user.link_made", "user.password_chosen", "session.began", "session.ended"):
        assert action in log, action
    assert "command line" in log
    own_server.run("user", "disable", "ann@example.com")
    assert not ann.is_in()
    assert Browser(own_server.url).post("/sign-in", email="ann@example.com", password=other).status_code == 422
    assert own_server.run("user", "link", "ann@example.com", exits=1).stdout == ""
    own_server.run("user", "enable", "ann@example.com")
    signed_in(own_server, "ann@example.com", other)
    tokens = [cookie.value for browser in (ann, third, elsewhere) for cookie in browser.session.cookies]
    own_server.stop()
    content = database.everything(own_server.database)
    assert b"ann@example.com" in content, "what is stored is seen"
    secrets = [PASSWORD, other, *(each.rsplit("/", 1)[1] for each in (link, once, again)), *tokens]
    assert all(secret.encode() not in content and secret not in own_server.log_text() for secret in secrets)


def test_guessing_is_slowed_down(own_server):
    link = add(own_server, "bob@example.com", "viewer")
    bob = Browser(own_server.url)
    assert bob.post(link, password=PASSWORD, repeat=PASSWORD).status_code == 303
    guesser = Browser(own_server.url)
    answers = [guesser.post("/sign-in", email="bob@example.com", password=f"guess {number}") for number in range(7)]
    assert [answer.status_code for answer in answers[:5]] == [422] * 5
    refused = [answer for answer in answers[5:] if answer.status_code == 429]
    assert refused and all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert bob.is_in(), "who is in stays in"


def test_strangers_that_hold_half_a_form_keep_nobody_from_signing_in(own_server):
    link = add(own_server, "bob@example.com", "viewer")
    assert Browser(own_server.url).post(link, password=PASSWORD, repeat=PASSWORD).status_code == 303

    def half(length):
        return request(
            own_server, b"x" * (length - 100), path="/sign-in", headers=[f"Origin: {own_server.url}"], key=False, length=length)

    wires = [Wire(own_server).send(half(length)) for length in [64_000] * 20 + [8_000] * 40]
    try:
        signed_in(own_server, "bob@example.com")
    finally:
        for wire in wires:
            wire.__exit__()


def test_mistakes_on_the_command_line_are_told(installation):
    installation.run("user", "add", "ann@example.com", "--name", "Ann", "--role", "emperor", exits=2)
    installation.run("user", "add", "no address", "--name", "Ann", "--role", "lead", exits=1)
    add(installation, "ann@example.com", "lead")
    twice = installation.run("user", "add", "ANN@example.com", "--name", "Ann", "--role", "lead", exits=1)
    assert "ann@example.com already" in twice.stderr and twice.stdout == ""
    unknown = installation.run("user", "disable", "bob@example.com", exits=1)
    assert "no user with the address bob@example.com" in unknown.stderr
