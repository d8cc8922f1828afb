"""People at work: a real Chromium signs in, filters, opens a customer, sees its score move, snoozes, closes a task, signs out."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import WIDTHS, chromium, visit
from holdfast import fresh
from pages import ROOMS, add_user, company, sign_in_link
from polling import eventually
from records import DAY, iso, now


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def house(tmp_path_factory, database):
    with company(tmp_path_factory.mktemp(f"browser-{database.name}"), database) as server:
        add_user(server, "ann@example.com", "operations")
        yield server


def test_a_success_manager_gets_through_her_day(house, browser):
    bad = house.customers["bad"]
    with visit(browser, house.url) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        page.get_by_role("heading", name="Today", level=1).wait_for()
        page.get_by_text("Bad & Sons").first.wait_for()

        page.goto("/customers")
        page.get_by_label("Condition").fill('band == "critical"')
        page.get_by_label("Condition").press("Enter")
        page.get_by_role("link", name="Bad & Sons").first.wait_for()
        assert page.get_by_role("link", name="Good & Sons").count() == 0
        page.get_by_role("link", name="Bad & Sons").first.click()
        page.get_by_role("heading", name="Bad & Sons", level=1).wait_for()

        before = page.locator("[data-live-part=head]").inner_text()
        house.track(f"u-{bad}", "Signed In")
        eventually(lambda: page.locator("[data-live-part=head]").inner_text() != before, "the score moves while one looks")

        task = page.locator("#tasks")
        task.get_by_text("Close", exact=True).first.click()
        task.get_by_label("Outcome").first.select_option("contacted")
        task.get_by_label("Note").first.fill("They will call back.")
        task.get_by_role("button", name=re.compile("Close")).first.click()
        page.get_by_text("The task is closed.").wait_for()

        page.goto("/alerts")
        page.get_by_text("Snooze", exact=True).first.click()
        page.get_by_label("Until").first.fill((now() + 30 * DAY).date().isoformat())
        page.get_by_label("Reason").first.fill("They are on holiday.")
        page.get_by_role("button", name=re.compile("Snooze")).first.click()
        page.get_by_text("The alert is silent until then.").wait_for()

        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Password").wait_for()
        page.goto("/")
        page.get_by_label("Password").wait_for()


def sleepy(house):
    """A customer of whom nothing was heard for so long that its score moves with the next sign-in."""
    customer = fresh("sleepy")
    house.write("/v1/group", {"userId": f"u-{customer}", "groupId": customer, "traits": {"name": "Sleepy"}})
    house.track(f"u-{customer}", "Signed In", timestamp=iso(now() - 10 * DAY))
    eventually(lambda: house.score(customer) is not None, "the customer has a score")
    return customer


def add_task(house, customer, title):
    house.api("/api/v1/tasks", "POST", status=201, json={
        "customer": customer, "title": title, "owner": "ann@example.com", "due_at": iso(now() + DAY)})


def test_what_somebody_has_chosen_stays_while_the_page_moves(house, browser):
    customer = sleepy(house)
    add_task(house, customer, "Call them")
    with visit(browser, house.url) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        page.goto(f"/customers/{customer}")
        tasks, head = page.locator("#tasks"), page.locator("[data-live-part=head]")
        tasks.get_by_text("Close", exact=True).first.click()
        tasks.get_by_label("Outcome").first.select_option("no_answer")
        page.get_by_role("heading", level=1).click()
        before = head.inner_text()
        # Now the part differs from what the server would show, and would be exchanged if nobody were at it.
        add_task(house, customer, "Write to them")
        house.track(f"u-{customer}", "Signed In")
        eventually(lambda: head.inner_text() != before, "the score moves while one looks")
        assert tasks.get_by_label("Outcome").first.input_value() == "no_answer"
        assert tasks.get_by_text("Write to them").count() == 0


def test_a_move_between_a_page_and_its_stream_is_seen(house, browser):
    customer = sleepy(house)
    with visit(browser, house.url) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        held = []
        page.route("**/live", lambda route: held.append(route))
        page.goto(f"/customers/{customer}")
        head = page.locator("[data-live-part=head]")
        before, score = head.inner_text(), house.score(customer)
        eventually(lambda: page.evaluate("document.readyState") and held, "the page wants to listen")
        house.track(f"u-{customer}", "Signed In")
        eventually(lambda: house.score(customer) != score, "the score has moved before the page listens")
        held[0].continue_()
        eventually(lambda: head.inner_text() != before, "the page catches up")


def test_everything_works_without_scripts(house, browser):
    with visit(browser, house.url, javascript=False) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        page.get_by_role("searchbox").first.fill("Good")
        page.get_by_role("searchbox").first.press("Enter")
        page.get_by_role("link", name="Good & Sons").first.click()
        page.get_by_text("New task", exact=True).click()
        page.get_by_label("What is to be done").fill("Say thank you")
        page.get_by_role("button", name="Add task").click()
        page.get_by_text("The task is made.").wait_for()
        page.get_by_text("Say thank you").first.wait_for()


def test_keys_move_through_a_list_search_and_help(house, browser):
    with visit(browser, house.url) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        page.goto("/customers")
        page.keyboard.press("j")
        page.keyboard.press("j")
        second = page.locator("[data-list] tr a").nth(1).inner_text()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=second, level=1).wait_for()
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")
        page.keyboard.press("/")
        page.wait_for_function("document.activeElement.id === 'search'")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(house, browser, theme):
    with visit(browser, house.url, theme=theme) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        paths = ROOMS + [f"/customers/{house.customers['bad']}", f"/customers/{house.customers['hostile']}", "/customers?where=scroe",
                         "/alerts?state=all", "/no/such/page"]
        found = {}
        for path in paths:
            person.complaints.clear()
            page.goto(path)
            result = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
            if result.violations_count:
                found[path] = [(v["id"], v["nodes"][0]["html"][:200]) for v in result.response["violations"]]
        person.complaints.clear()
        assert not found, found


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen_or_heavier_than_100_kB(house, browser, width):
    with visit(browser, house.url, width=width) as person:
        page = person.sign_in(sign_in_link(house, "ann@example.com")).page
        sizes = {}
        page.on("response", lambda answer: sizes.update({answer.url: int(answer.header_value("content-length") or 0)}))
        for path in ROOMS + [f"/customers/{house.customers['bad']}"]:
            sizes.clear()
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0], path
            assert sum(sizes.values()) <= 100_000, (path, sizes)
