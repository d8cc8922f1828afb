"""Records by the command line and by HTTP: repeatable, one bad line harms no other, nothing is lost without a word."""

import gzip
import json

import pytest

from holdfast import customers_in, fresh
from polling import settles
from records import tickets_csv

CUSTOMERS = '''id,name,plan,created_at
acme,Acme,enterprise,2025-03-01T00:00:00Z
globex,"Globex, ""Inc""",starter,2025-04-01
'''


def listed(installation):
    return {customer["id"]: customer for customer in customers_in(installation.run("customers", "--format", "json").stdout)}


def points(installation, id, pillar):
    explained = json.loads(installation.run("explain", id, "--format", "json").stdout)
    return {pillar["name"]: pillar["points"] for pillar in explained["pillars"]}[pillar]


def put(installation, name, content):
    path = installation.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv_with_quotes_is_taken(installation):
    installation.run("import", "customers", put(installation, "customers.csv", CUSTOMERS))
    assert {id: customer["name"] for id, customer in listed(installation).items()} == {"acme": "Acme", "globex": 'Globex, "Inc"'}


@pytest.mark.parametrize("form", ["crlf", "byte order mark", "gzip", "ndjson", "ndjson gzip"])
def test_the_same_records_in_other_forms_are_the_same_customers(installation, form):
    rows = [{"id": "acme", "name": "Acme"}, {"id": "globex", "name": 'Globex, "Inc"'}]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    name, content = {
        "crlf": ("c.csv", CUSTOMERS.replace("\n", "\r\n")),
        "byte order mark": ("c.csv", "\ufeff" + CUSTOMERS),
        "gzip": ("c.csv.gz", gzip.compress(CUSTOMERS.encode())),
        "ndjson": ("c.ndjson", lines),
        "ndjson gzip": ("c.ndjson.gz", gzip.compress(lines.encode())),
    }[form]
    installation.run("import", "customers", put(installation, name, content))
    assert {id: customer["name"] for id, customer in listed(installation).items()} == {"acme": "Acme", "globex": 'Globex, "Inc"'}


def test_importing_again_doubles_nothing(installation):
    installation.run("import", "customers", put(installation, "customers.csv", CUSTOMERS))
    path = put(installation, "tickets.csv", tickets_csv("acme", 2))
    for _ in range(3):
        installation.run("import", "tickets", path)
        assert points(installation, "acme", "support") == 10
    assert len(listed(installation)) == 2


def test_a_later_statement_about_a_ticket_holds_whatever_comes_after(installation):
    installation.run("import", "customers", put(installation, "customers.csv", CUSTOMERS))
    header = "id,customer,status,opened_at,solved_at,updated_at\n"
    older = header + "t-1,acme,open,2026-01-01T00:00:00Z,,2026-01-01T00:00:00Z\n"
    newer = header + "t-1,acme,solved,2026-01-01T00:00:00Z,2026-01-05T00:00:00Z,2026-01-05T00:00:00Z\n"
    for text in (newer, older):
        installation.run("import", "tickets", put(installation, "tickets.csv", text))
    assert points(installation, "acme", "support") == 30


def test_a_bad_line_is_set_aside_with_its_number_and_its_neighbours_go_on(installation):
    text = CUSTOMERS + ',Nameless,team,2025-01-01\ninitech,Initech,team,2025-02-30\nhooli,Hooli,team,2025-05-01\n'
    before = set(installation.folder.rglob("*"))
    done = installation.run("import", "customers", put(installation, "customers.csv", text), exits=None)
    assert done.returncode == 0, done.stderr
    assert {"acme", "globex", "hooli"} <= set(listed(installation))
    made = [path for path in set(installation.folder.rglob("*")) - before if path.is_file() and "holdfast.db" not in path.name]
    (aside,) = [path for path in made if path.name != "customers.csv"]
    kept = aside.read_text()
    assert "4" in kept and "Nameless" in kept
    assert "5" in kept and "2025-02-30" in kept
    assert aside.name in done.stdout + done.stderr, "it says where the bad lines are"


def test_strict_stops_at_the_first_bad_line(installation):
    text = "id,name,created_at\nacme,Acme,2025-01-01\n,Nameless,2025-01-01\nhooli,Hooli,2025-01-01\n"
    done = installation.run("import", "--strict", "customers", put(installation, "customers.csv", text), exits=1)
    assert "3" in done.stderr
    assert "hooli" not in listed(installation)


def test_a_missing_file_and_a_file_without_the_needed_column_are_said_plainly(installation):
    assert "nowhere.csv" in installation.run("import", "customers", "nowhere.csv", exits=1).stderr
    done = installation.run("import", "customers", put(installation, "c.csv", "colour\nblue\n"), exits=1)
    assert "id" in done.stderr and "colour" in done.stderr


def test_events_are_imported_at_their_own_times(installation):
    text = "customer,name,at\nacme,Signed In,2025-06-01T10:00:00Z\nacme,Report Created,2025-06-01T10:05:00Z\n"
    installation.run("import", "events", put(installation, "events.csv", text))
    then = json.loads(installation.run("explain", "acme", "--at", "2025-06-01T12:00:00Z", "--format", "json").stdout)
    assert then["score"] == 75
    assert points(installation, "acme", "engagement") == 0


def test_contacts_and_subscriptions_are_taken(installation):
    installation.run("import", "customers", put(installation, "customers.csv", CUSTOMERS))
    installation.run("import", "contacts", put(installation, "contacts.csv", "id,customer,email\nu-1,acme,ada@acme.example\n"))
    text = "id,customer,plan,mrr,status,started_at,renews_at\ns-1,acme,enterprise,4200,active,2025-03-01,2035-03-01\n"
    installation.run("import", "subscriptions", put(installation, "subscriptions.csv", text))
    rich = customers_in(installation.run("customers", "--where", "mrr >= 4200", "--format", "json").stdout)
    assert [customer["id"] for customer in rich] == ["acme"]


def test_an_import_beside_a_running_server_is_folded_by_it(own_server):
    own_server.run("import", "customers", put(own_server, "customers.csv", CUSTOMERS))
    settles(lambda: (own_server.customer("acme") or {}).get("name"), "Acme", "the server knows the customer")
    own_server.run("import", "tickets", put(own_server, "tickets.csv", tickets_csv("acme", 2)))
    settles(lambda: own_server.score("acme"), 10, "two open tickets cost 20")


def test_http_reports_what_it_took_line_by_line(server):
    good, other = fresh(), fresh()
    text = f"id,name\n{good},Good\n,Nameless\n{other},Other\n{good},Good\n"
    report = server.import_records("customers", text)
    assert report["accepted"] >= 2 and report["rejected"] == 1
    assert report["accepted"] + report["duplicate"] == 3
    (error,) = report["errors"]
    assert error["line"] == 3 and error["reason"]
    again = server.import_records("customers", text)
    assert again["rejected"] == 1 and again["accepted"] + again["duplicate"] == 3


def test_http_takes_ndjson(server):
    id = fresh()
    lines = json.dumps({"id": id, "name": "Lines"}) + "\n{broken\n"
    report = server.import_records("customers", lines, "application/x-ndjson")
    assert (report["accepted"], report["rejected"]) == (1, 1) and report["errors"][0]["line"] == 2
    settles(lambda: (server.customer(id) or {}).get("name"), "Lines", "the customer is there")


def test_http_knows_its_kinds(server):
    server.api("/api/v1/import/planets", "POST", status=404, data="id\nx\n")
