"""Alerts and digests by mail: a real mail server takes them, and a mail program reads them."""

import datetime
import re
import sqlite3
import time
from urllib.parse import quote

import pytest
import yaml

from databases import connect, sqlite_file
from holdfast import fresh
from mails import PASSWORD, Authority, MailServer, Mute, copy_authority
from polling import eventually, settles
from records import DAY, now
from test_alerts import at_sixty, turns_critical

OWNER = "ann@example.com"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server_of(authority):
    """Makes mail servers that are gone afterwards."""
    servers = []

    def make(security="starttls"):
        servers.append(MailServer(authority, security))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def mail(server_of):
    """A mail server with STARTTLS that wants a password."""
    return server_of()


def configure(holdfast, authority, channel, alerts=("mail",), digest=None, **more):
    """Adds the channel `mail`, and says what goes out by which channel."""
    copy_authority(authority, holdfast.config)
    holdfast.environment.setdefault("SMTP_PASSWORD", PASSWORD)
    for path in holdfast.files():
        settings = yaml.safe_load(path.read_text()) or {}
        if "channels" not in settings:
            continue
        settings["channels"]["mail"] = channel
        settings["alerts"]["critical"]["to"] = list(alerts)
        settings["digests"] = {"at_risk": digest or "off"}
        path.write_text(yaml.safe_dump(settings | more, sort_keys=False))
    holdfast.run("check")
    return holdfast


def owned(server, owner=OWNER, name="Acme", customer=None):
    """An at-risk customer with an owner and a name."""
    customer = at_sixty(server, customer)
    server.write("/v1/group", {"userId": fresh("u"), "groupId": customer, "traits": {"name": name, "owner": owner}})
    settles(lambda: (server.customer(customer) or {}).get("name"), name, "the customer has its name")
    return customer


def delivery(holdfast, key):
    """The deliveries whose key holds a text."""
    listed = yaml.safe_load(holdfast.run("outbox", "list", "--format", "json").stdout)
    return [delivery for delivery in listed if key in delivery["key"]]


def finished(holdfast, key, within=30):
    """The one delivery with such a key, once it is final."""
    def probe():
        return [found for found in delivery(holdfast, key) if found["state"] not in ("pending", "sending")]

    (found,) = eventually(probe, f"{key} is final", within)
    return found


def test_a_critical_alert_reaches_the_owner(installation, authority, mail):
    server = configure(installation, authority, mail.channel(), public_url="https://cs.example.com").start()
    customer = owned(server, name="Müller & Söhne")
    turns_critical(server, customer)
    got = mail.arrives(OWNER)
    assert got.receivers == [OWNER] and got.sender == "holdfast@example.com"
    assert got["From"] == "Holdfast <holdfast@example.com>" and got["To"] == OWNER
    assert got["Subject"] == "Critical: Müller & Söhne, 30 of 100"
    assert got["Auto-Submitted"] == "auto-generated" and got["Precedence"] is None and got["List-Unsubscribe"] is None
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", got["Message-ID"])
    sent = datetime.datetime.strptime(got["Date"], "%a, %d %b %Y %H:%M:%S %z")
    assert abs(sent - now()) < datetime.timedelta(minutes=2)
    assert got.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in got.message.iter_parts()] == ["text/plain", "text/html"]
    link = f"https://cs.example.com/customers/{customer}"
    for part in (got.plain, got.html):
        assert "30 of 100" in part and "Open tickets" in part and "0 of 30 points" in part and link in part
        assert "You get this because you own this customer." in part
    assert "Müller & Söhne is critical" in got.html.replace("&amp;", "&")
    assert re.findall(r'(?:href|src)="([^"]*)"', got.html) == [link], "it leads to the pages and nowhere else"
    assert mail.logins and all(encrypted and right for _, encrypted, right in mail.logins)
    assert finished(server, OWNER)["state"] == "sent"


def test_without_an_owner_the_channel_says_who(installation, authority, mail):
    server = configure(installation, authority, mail.channel(to=["team@example.com", "Lead <lead@example.com>"])).start()
    customer = at_sixty(server)
    turns_critical(server, customer)
    for address in ("team@example.com", "lead@example.com"):
        got = mail.arrives(address)
        assert got.receivers == [address] and customer in got.plain and "because the channel mail names you" in got.plain


def test_with_nobody_to_tell_the_delivery_says_so(installation, authority, mail):
    server = configure(installation, authority, mail.channel(to=None)).start()
    customer = owned(server, owner="Ann Smith")
    turns_critical(server, customer)
    found = finished(server, customer)
    assert found["state"] == "failed" and "no owner with a mail address" in found["last_error"]
    assert mail.tries == []


def test_a_hostile_name_does_no_harm(installation, authority, mail):
    name = "<script>alert(1)</script>\r\nBcc: x@y.example"
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server, name=name)
    turns_critical(server, customer)
    got = mail.arrives(OWNER)
    assert mail.tries == [OWNER] and got["Bcc"] is None and b"\nBcc:" not in got.raw
    assert got["Subject"] == "Critical: <script>alert(1)</script> Bcc: x@y.example, 30 of 100"
    assert "<script" not in got.html and "&lt;script&gt;alert(1)&lt;/script&gt; Bcc: x@y.example" in got.html
    assert sorted(set(got.message.keys())) == sorted(
        ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type"])


def test_greylisted_mail_comes_again_as_the_same_message(installation, authority, mail):
    mail.answers += ["450 4.2.0 greylisted, try again", "450 4.2.0 greylisted, try again"]
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server)
    turns_critical(server, customer)
    mail.arrives(OWNER, within=60)
    assert len(mail.tries) == 3
    found = finished(server, customer)
    assert found["state"] == "sent" and found["attempts"] == 3


def test_a_refusal_is_kept_and_shown(installation, authority, mail):
    mail.always = "550 5.1.1 <ann@example.com>: no such user here"
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server)
    turns_critical(server, customer)
    found = finished(server, customer)
    assert found["state"] == "failed"
    assert found["last_error"] == "the mail server answered 550 5.1.1 <ann@example.com>: no such user here"
    assert mail.tries == [OWNER], "a final refusal is not tried again"
    mail.always = None
    server.run("outbox", "retry", found["key"])
    mail.arrives(OWNER)


def test_a_wrong_password_is_told_and_never_shown(installation, authority, mail):
    installation.environment["SMTP_PASSWORD"] = "wrong-horse-battery"
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server)
    turns_critical(server, customer)
    found = finished(server, customer)
    assert found["state"] == "failed" and "535" in found["last_error"] and "password" in found["last_error"]
    assert mail.taken == []
    shown = server.log_text() + server.run("outbox").stdout + server.run("doctor", exits=None).stdout
    assert "wrong-horse-battery" not in shown


def test_tls_from_the_first_byte_and_no_secret_anywhere(installation, authority, server_of, database):
    mail = server_of("tls")
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server)
    turns_critical(server, customer)
    got = mail.arrives(OWNER)
    finished(server, customer)
    server.stop()
    assert PASSWORD.encode() not in got.raw and PASSWORD not in server.log_text()
    assert PASSWORD.encode() not in database.everything(server.database)


def test_a_certificate_that_nobody_knows_is_not_trusted(installation, authority, server_of):
    for security in ("starttls", "tls"):
        mail = server_of(security)
        configure(installation, authority, mail.channel(trusted=False))
        done = installation.run("mail", "test", "mail", "--to", OWNER, exits=1)
        assert "certificate is not trusted" in done.stderr, done.stderr
        assert mail.logins == [] and mail.tries == []
        # The right authority, but another name.
        configure(installation, authority, mail.channel(host="127.0.0.1"))
        done = installation.run("mail", "test", "mail", "--to", OWNER, exits=1)
        assert "certificate is not trusted" in done.stderr, done.stderr
        assert mail.logins == [] and mail.tries == []


def test_the_test_message_tells_in_words_what_happened(installation, authority, mail):
    configure(installation, authority, mail.channel())
    done = installation.run("mail", "test", "mail", "--to", "Ann <ann@example.com>")
    assert f"localhost:{mail.port} took the message" in done.stderr
    got = mail.arrives(OWNER)
    assert got["To"] == "Ann <ann@example.com>" and "It works" in got.html and "http://127.0.0.1:8080" in got.plain
    mail.answers = ["550 5.7.1 not you", "451 4.7.1 later"]
    assert "refused the message: the mail server answered 550 5.7.1 not you" in (
        installation.run("mail", "test", "mail", "--to", OWNER, exits=1).stderr)
    assert "did not take the message now" in installation.run("mail", "test", "mail", "--to", OWNER, exits=1).stderr
    installation.environment["SMTP_PASSWORD"] = "wrong-horse-battery"
    wrong = installation.run("mail", "test", "mail", "--to", OWNER, exits=1).stderr
    assert "535" in wrong and "nothing goes out by this channel" in wrong and "wrong-horse-battery" not in wrong
    assert "there is no channel “post”; those that send mail: mail" in (
        installation.run("mail", "test", "post", "--to", OWNER, exits=1).stderr)
    assert "sends no mail" in installation.run("mail", "test", "success_team", "--to", OWNER, exits=1).stderr
    installation.run("mail", "test", "mail", "--to", "ann@example.com\nBcc: x@y.z", exits=2)
    del installation.environment["SMTP_PASSWORD"]
    assert "is not there" in installation.run("mail", "test", "mail", "--to", OWNER, exits=1).stderr


@pytest.mark.sqlite_only
def test_a_server_that_falls_silent_after_the_message_leaves_the_outcome_unknown(installation, authority, mail):
    mail.final = "hang"
    server = configure(installation, authority, mail.channel()).start()
    customer = owned(server)
    turns_critical(server, customer)
    found = finished(server, customer, within=90)
    assert found["state"] == "unknown" and "no answer came" in found["last_error"]
    time.sleep(2)
    assert mail.tries == [OWNER], "what may have arrived is not sent again"


@pytest.mark.sqlite_only
def test_a_server_that_never_greets_delays_nobody_else_and_is_tried_again(installation, authority, slack):
    mute = Mute()
    installation.environment[installation.slack_variable()] = slack.url
    channel = {"kind": "smtp", "host": "127.0.0.1", "port": mute.port, "tls": "starttls", "from": "holdfast@example.com"}
    server = configure(installation, authority, channel, alerts=("success_team", "mail")).start()
    customer = owned(server)
    turns_critical(server, customer)
    eventually(lambda: slack.taken(customer), "Slack hears of it", 8)
    eventually(lambda: len(mute.calls) >= 2, "it is tried again", 40)
    gaps = mute.calls[1][1] - mute.calls[0][1]
    assert 9 < gaps < 20, "it is given up after ten seconds"
    (found,) = delivery(server, OWNER)
    assert found["state"] in ("pending", "sending") and "did not answer in time" in found["last_error"]
    # A server that is told to stop does not wait for it for long.
    server.stop()
    mute.close()


def test_the_digest_goes_out_by_mail_and_slack_once(installation, authority, mail, slack):
    installation.environment[installation.slack_variable()] = slack.url
    digest = {"to": ["mail", "success_team"]}
    server = configure(
        installation, authority, mail.channel(to=["a@example.com", "b@example.com"]), alerts=("success_team",), digest=digest,
        public_url="https://cs.example.com").start()
    hostile = "<script>alert(1)</script>\r\nBcc: x@y.example"
    customer = owned(server, name=hostile)
    preview = server.run("digest", "--preview").stdout
    assert re.match(r"Subject: At-risk digest, \d{4}-\d\d-\d\d: ", preview) and "1 customer at risk or critical" in preview
    assert "Average health: 60.0" in preview
    assert server.run("digest").stdout == preview
    assert server.run("digest", "--preview", "--html").stdout.startswith("<!DOCTYPE html>")
    assert "3 messages are in the outbox" in server.run("digest", "--send").stderr
    link = f"https://cs.example.com/customers/{quote(customer, safe='')}"
    for address in ("a@example.com", "b@example.com"):
        got = mail.arrives(address)
        assert got.receivers == [address] and got["Precedence"] == "bulk" and got["Subject"] == preview.splitlines()[0][9:]
        assert got["List-Unsubscribe"] == "<mailto:holdfast@example.com?subject=unsubscribe>"
        assert "<script" not in got.html and got["Bcc"] is None
        assert link in got.plain and link in got.html and "https://cs.example.com/health" in got.plain
        assert all(url.startswith("https://cs.example.com/") for url in re.findall(r'(?:href|src)="([^"]*)"', got.html))
        assert "60 at-risk" in got.html and "because the channel mail names you" in got.html
    (post,) = eventually(lambda: slack.posts, "Slack has it")
    assert link in str(post["body"]) and "At-risk digest" in post["body"]["text"] and len(post["body"]["blocks"]) <= 50
    assert "<script" not in str(post["body"])
    assert "everybody has this week's digest already" in server.run("digest", "--send").stderr
    assert len(mail.taken) == 2 and len(slack.posts) == 1


def set_last_digest(holdfast, at):
    """As if the digest had last been made then."""
    sql = "UPDATE schedule SET last_run_at = {} WHERE name = 'digest at_risk'".format(int(at.timestamp() * 1_000_000))
    if holdfast.database.startswith("sqlite:"):
        with sqlite3.connect(sqlite_file(holdfast.database), timeout=30) as connection:
            count = connection.execute(sql).rowcount
    else:
        with connect(holdfast.database) as connection:
            count = connection.execute(sql).rowcount
    assert count == 1


def test_the_digest_comes_at_its_time_and_not_again_after_a_restart(installation, authority, mail):
    today = now().strftime("%A").lower()
    server = configure(installation, authority, mail.channel(), digest={"to": ["mail"], "day": today, "hour": "00:00"}).start()
    eventually(lambda: server.sql("SELECT 1 FROM schedule WHERE name = 'digest at_risk'"), "the schedule is noted")
    assert delivery(server, "digest/") == [], "the first sight sends nothing"
    server.stop()
    set_last_digest(server, now() - 8 * DAY)
    server.start()
    mail.arrives("team@example.com")
    for _ in range(2):
        server.stop()
        server.start()
    server.stop()
    # The mark says that this week's is due; its messages were made all the same.
    set_last_digest(server, now() - 8 * DAY)
    before = server.sql("SELECT last_run_at FROM schedule WHERE name = 'digest at_risk'")
    server.start()
    eventually(
        lambda: server.sql("SELECT last_run_at FROM schedule WHERE name = 'digest at_risk'") != before, "it has looked", 30)
    assert len(mail.taken) == 1 and len(delivery(server, "digest/")) == 1
