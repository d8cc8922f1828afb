"""A stranger's data set, whole: the activity of an online school, where the customer is a person."""

import re

import pytest

from holdfast import DATA, REPOSITORY, customers_in, installed

FOLDER = DATA / "learning365"
EXAMPLE = REPOSITORY / "Examples/learning365"
LAST_DAY = "2022-10-21T00:00:00Z"

# On one database: the other stranger' data set is imported into both, and this one takes long enough once.
pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the data set is not in {FOLDER} (set HOLDFAST_DATA)"),
]


@pytest.fixture(scope="module")
def imported(tmp_path_factory, database):
    with installed(tmp_path_factory.mktemp("learning365"), database, config=EXAMPLE / "config") as holdfast:
        done = holdfast.run("import", "--plan", EXAMPLE / "import.yaml", "--from", FOLDER, timeout=1_200)
        holdfast.said = done.stdout + done.stderr
        yield holdfast


def test_every_student_is_a_customer_with_a_score_as_of_the_last_day(imported):
    customers = customers_in(imported.run("customers", "--at", LAST_DAY, "--format", "json", timeout=600).stdout)
    assert len(customers) == 35_230
    assert all(0 <= customer["health"]["score"] <= 100 for customer in customers)


def test_the_report_counts_what_came_in(imported):
    said = imported.said.replace(",", "")
    for rows in (35_230, 64_535, 34_030):
        assert re.search(rf"\b{rows}\b", said), imported.said


def test_score_prints_bands_and_average(imported):
    text = imported.run("score", "--at", LAST_DAY, timeout=600).stdout.lower()
    for word in ("healthy", "at-risk", "critical", "average"):
        assert word in text
