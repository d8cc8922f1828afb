"""A real Chromium: Debian's, driven by Playwright, in which nothing may go wrong unseen."""

import contextlib
import os
import shutil

from playwright.sync_api import sync_playwright

WIDTHS = {"phone": (360, 780), "laptop": (1280, 800), "desk": (1920, 1080)}


def executable():
    found = os.environ.get("HOLDFAST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "there is no chromium: run scripts/system-packages --tests"
    return found


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        # Without a sandbox of its own it runs for root too, as in containers.
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One person's look at the pages: keeps what the browser complained of, and whom else it asked."""

    def __init__(self, browser, url, width="laptop", theme="light", javascript=True, time_zone="Europe/Berlin"):
        size = WIDTHS[width]
        self.url = url
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, java_script_enabled=javascript, timezone_id=time_zone,
            base_url=url, reduced_motion="reduce")
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.elsewhere = []
        self.weight = {}
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith((url, "data:")) or self.elsewhere.append(request.url))

    def sign_in(self, link):
        """By a link of `holdfast user link`, as the demo prints one."""
        self.page.goto(link)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda address: "/link/" not in address)
        return self

    def check(self):
        assert not self.complaints, self.complaints
        assert not self.elsewhere, self.elsewhere

    def close(self):
        self.context.close()


@contextlib.contextmanager
def visit(browser, url, **manner):
    person = Visit(browser, url, **manner)
    try:
        yield person
        person.check()
    finally:
        person.close()
