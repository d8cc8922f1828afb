"""`sql`: the health model as a query, and the view that people read."""

import re
import sqlite3

import pytest

from holdfast import REPOSITORY, Holdfast

pytestmark = pytest.mark.sqlite_only


def test_the_document_shows_what_the_program_prints(tmp_path):
    holdfast = Holdfast(tmp_path, starter="sop")
    printed = holdfast.run("sql", "--dialect", "postgres", "--at", "2026-02-20T09:30:00Z").stdout
    blocks = [block for block in re.findall(r"```sql\n(.*?)```", (REPOSITORY / "docs/health-sql.md").read_text(), re.S) if " AS (" in block]
    assert blocks
    for block in blocks:
        assert block.strip() in printed


@pytest.mark.parametrize("starter", ["sop", "full"])
def test_the_printed_query_and_view_run_in_the_databases_own_shell(tmp_path, starter):
    holdfast = Holdfast(tmp_path, starter=starter)
    rows = tmp_path / "customers.csv"
    rows.write_text("id,name\nacme,Acme\nbolt,Bolt\n")
    holdfast.run("import", "customers", rows)
    database = sqlite3.connect(holdfast.database.removeprefix("sqlite:"))
    database.executescript(holdfast.run("sql").stdout)
    viewed = database.execute("SELECT customer_id, total_health_score FROM customer_health_scores ORDER BY 1").fetchall()
    asked = database.execute(holdfast.run("sql", "--at", "now").stdout).fetchall()
    assert [row[0] for row in viewed] == ["acme", "bolt"]
    assert sorted(row[1] for row in asked) == ["acme", "bolt"]
    listed = holdfast.run("customers", "--format", "csv").stdout.splitlines()[1:]
    assert {line.split(",")[0]: int(line.split(",")[3]) for line in listed} == dict(viewed)


def test_a_wrong_instant_or_dialect_is_a_usage_error(installation):
    installation.run("sql", "--at", "yesterday", exits=2)
    installation.run("sql", "--dialect", "oracle", exits=2)
