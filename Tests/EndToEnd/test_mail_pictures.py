"""Mails as people see them: the alert's and the digest's, in a real browser, on a phone and on a desk, light and dark."""

import os
import pathlib

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import WIDTHS, chromium, visit
from mails import Authority, MailServer
from test_alerts import turns_critical
from test_mail import OWNER, configure, owned

# Where the pictures are kept for people: `make screenshots` says where.
PICTURES = os.environ.get("HOLDFAST_PICTURES")
LONG = "Vereinigte Donaudampfschifffahrtsgesellschaft für Elektrizitätswerke & Söhne"


@pytest.fixture
def mails(installation, tmp_path):
    """The mail of an alert and that of a digest, as a mail program has them."""
    authority = Authority(tmp_path)
    mail = MailServer(authority)
    server = configure(installation, authority, mail.channel(), digest={"to": ["mail"]}, public_url="https://cs.example.com").start()
    for name in ("Müller", LONG):
        customer = owned(server, name=name)
    turns_critical(server, customer)
    alert = mail.arrives(OWNER)
    server.run("digest", "--send")
    yield {"alert": alert, "digest": mail.arrives("team@example.com")}
    mail.close()


@pytest.mark.sqlite_only
def test_alert_and_digest_are_good_to_read_at_every_width_in_both_themes(mails):
    seen = {}
    with chromium() as browser:
        for theme in ("light", "dark"):
            for width in WIDTHS:
                with visit(browser, "https://cs.example.com", width=width, theme=theme) as person:
                    for name, mail in mails.items():
                        seen[name, theme, width] = look(person.page, mail, f"{name}-{width}-{theme}")
    for name in mails:
        for width in WIDTHS:
            assert seen[name, "light", width] != seen[name, "dark", width], "it follows the reader's theme"


def look(page, mail, name):
    """Checks a mail's HTML part as it is on the screen. Returns the colour it stands on."""
    page.set_content(mail.html)
    picture = page.screenshot(full_page=True)
    if PICTURES:
        (pathlib.Path(PICTURES) / f"mail-{name}.png").write_bytes(picture)
    assert page.locator(".card").get_by_text(LONG).first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], f"{name} is wider than the screen"
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert not found.violations_count, (name, [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]])
    return page.evaluate("getComputedStyle(document.body).backgroundColor")
