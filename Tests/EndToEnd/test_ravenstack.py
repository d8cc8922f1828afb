"""A stranger's data set, whole: five tables of a subscription business that contradict each other."""

import contextlib
import re

import pytest

from databases import SQLite
from holdfast import DATA, REPOSITORY, customers_in, installed

FOLDER = DATA / "ravenstack-saas"
EXAMPLE = REPOSITORY / "Examples/ravenstack"
LAST_DAY = "2025-01-01T00:00:00Z"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the data set is not in {FOLDER} (set HOLDFAST_DATA)")


def numbers(text):
    """The whole numbers in a text, with or without thousands separators."""
    return {int(found.replace(",", "")) for found in re.findall(r"\d{1,3}(?:,\d{3})+|\d+", text)}


@contextlib.contextmanager
def imported_into(database, folder):
    with installed(folder, database, config=EXAMPLE / "config") as holdfast:
        done = holdfast.run("import", "--plan", EXAMPLE / "import.yaml", "--from", FOLDER, timeout=600)
        holdfast.said = done.stdout + done.stderr
        yield holdfast


@pytest.fixture(scope="module")
def imported(tmp_path_factory, database):
    with imported_into(database, tmp_path_factory.mktemp("ravenstack")) as holdfast:
        yield holdfast


def test_every_account_is_a_customer_with_a_score_as_of_the_last_day(imported):
    customers = customers_in(imported.run("customers", "--at", LAST_DAY, "--format", "json", timeout=300).stdout)
    assert len(customers) == 500
    assert all(0 <= customer["health"]["score"] <= 100 for customer in customers)


def test_the_report_counts_what_came_in(imported):
    counts = numbers(imported.said)
    assert {500, 2_000, 5_000} <= counts, imported.said
    assert 25_000 in counts, "every usage row: the example's message ids keep apart the 21 rows that repeat a usage_id"
    assert 600 in counts, "the churn events"


def test_score_prints_bands_average_and_movers(imported):
    text = imported.run("score", "--at", LAST_DAY, timeout=300).stdout.lower()
    for word in ("healthy", "at-risk", "critical", "average"):
        assert word in text
    assert 500 in numbers(text)


def test_no_ticket_of_the_set_is_open(imported):
    still = customers_in(imported.run("customers", "--at", LAST_DAY, "--where", "open_tickets > 0", "--format", "json", timeout=300).stdout)
    assert still == [], "every ticket was closed by then"


@pytest.mark.postgres_only
def test_both_databases_tell_the_same_of_the_same_data(imported, tmp_path):
    questions = [
        ["customers", "--format", "json"], ["customers", "--sort", "name", "--format", "csv"], ["score"],
        ["customers", "--where", "mrr >= 4200 and seats > 10", "--format", "json"]]
    with imported_into(SQLite(), tmp_path) as embedded:
        for question in questions:
            told, expected = (holdfast.run(*question, "--at", LAST_DAY, timeout=300).stdout for holdfast in (imported, embedded))
            assert told == expected, " ".join(question)


def test_importing_again_changes_nothing(imported):
    before = imported.run("customers", "--at", LAST_DAY, "--format", "json", timeout=300).stdout
    imported.run("import", "--plan", EXAMPLE / "import.yaml", "--from", FOLDER, timeout=600)
    assert imported.run("customers", "--at", LAST_DAY, "--format", "json", timeout=300).stdout == before


def test_each_usage_row_is_one_event(imported):
    imported.start(within=120)
    events = 0
    for customer in imported.pages("/api/v1/customers", "customers"):
        ids = [
            event["message_id"] for event in imported.pages(f"/api/v1/customers/{customer['id']}/events", "events")
            if "churn" not in event["name"].lower()
        ]
        assert len(set(ids)) == len(ids)
        events += len(ids)
    imported.stop()
    assert events == 25_000
