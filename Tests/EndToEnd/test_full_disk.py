"""A disk without room under an embedded database: each refusal is clear, reads go on, and all is well once there is room again."""

import pytest

from databases import SQLite, sqlite_file
from disks import Sender, small_disk
from holdfast import installed
from load import CLIENTS, Load, folded
from polling import eventually, settles
from records import DAY, iso, now, tickets_csv

pytestmark = pytest.mark.sqlite_only

# Pages of the write-ahead log from which they are moved to where they belong (Sources/SQLite/Checkpointer.swift), and their size in it.
PAGES, PAGE = 20_000, 4_096 + 24


def on(disk, tmp_path):
    return installed(tmp_path, SQLite(disk.folder))


def halves(server):
    """Scores without the move that led to them."""
    return server.sql(
        "SELECT customer, score FROM health WHERE score IS NOT (SELECT score_to FROM health_change AS move "
        "WHERE move.shard = health.shard AND move.customer = health.customer ORDER BY at DESC, ordinal DESC LIMIT 1)")


def check_whole(server):
    """The file is sound, no score lacks its cause, and a rebuild changes nothing."""
    assert halves(server) == []
    assert server.sql("PRAGMA integrity_check") == [("ok",)]
    server.stop()
    server.rebuild()


def test_rules_1_and_3_a_full_disk_is_answered_503_while_reads_go_on_and_ends_without_a_restart(tmp_path, slack):
    with small_disk(32) as disk, on(disk, tmp_path) as server:
        server.environment[server.slack_variable()] = slack.url
        sender = Sender(server.start())
        server.track("acme", "Signed In", timestamp=iso(now() - 2 * DAY))
        settles(lambda: server.score("acme"), 60, "the customer is at-risk")
        assert sender.send() == 200
        # A message is on its way while the disk fills: its receipt finds no room.
        slack.always = "hang"
        server.import_records("tickets", tickets_csv("acme", 3))
        eventually(lambda: slack.about("acme"), "the message is on its way")
        disk.fill()
        eventually(lambda: sender.send(20_000) == 503, "it says 503", 60)
        slack.always = None
        slack.released.set()
        tickets = lambda status: server.api_answer(
            "/api/v1/import/tickets", "POST", data=tickets_csv("acme", 3, status="solved", solved=now(), updated=now()),
            headers={"Content-Type": "text/csv"}).status_code == status
        eventually(lambda: tickets(503), "an import is refused in words too", 30)
        assert [server.score("acme"), len(list(server.pages("/api/v1/customers", "customers")))] == [30, 2], "reads go on"
        assert server.api("/api/v1/customers/acme/explanation")["score"] == 30
        assert halves(server) == []
        eventually(lambda: server.log_text().count("receipt of a delivery cannot be written") > 6, "the receipt is tried again", 60)
        assert server.process.poll() is None
        disk.free()
        eventually(lambda: sender.send() == 200, "it takes events again", 30)
        server.wait_ready()
        settles(lambda: server.sql("SELECT state FROM delivery"), [("unknown",)], "the receipt is written after all", 30)
        eventually(lambda: tickets(200), "imports go on", 30)
        settles(lambda: server.score("acme"), 60, "the customer has recovered")
        folded(server)
        sender.check()
        assert len(slack.about("acme")) == 1
        check_whole(server)


def test_rule_1_a_disk_that_fills_while_pages_are_moved_from_the_write_ahead_log_loses_nothing(tmp_path):
    with small_disk(160) as disk, on(disk, tmp_path) as server:
        server.start()
        # While the disk is full no further key can be made.
        server.key("api")
        file = sqlite_file(server.database)
        ahead = file.with_name(f"{file.name}-wal")
        customers = [f"customer-{number}" for number in range(500)]
        clients = [Load(server.url, server.key("write"), customers, seed, may_refuse={429, 503}) for seed in range(CLIENTS)]
        for client in clients:
            client.start()
        small = file.stat().st_size
        # So little room that the log reaches the length from which its pages are moved, and these find no place.
        eventually(lambda: ahead.stat().st_size > (PAGES - 500) * PAGE, "the write-ahead log has grown", 120, every=0.01)
        disk.fill(leaving=(PAGES + 400) * PAGE - ahead.stat().st_size)
        eventually(lambda: ahead.stat().st_size > PAGES * PAGE, "it has the length from which pages are moved", 60)
        eventually(lambda: disk.room() < 64 << 10, "the pages that were moved have taken the room that was left", 60)
        assert file.stat().st_size > small, "some were moved"
        sender = Sender(server)
        eventually(lambda: sender.send(20_000) == 503, "it says 503", 60)
        assert server.customer("customer-7")["health"] and server.process.poll() is None
        disk.free()
        eventually(lambda: sender.send() == 200, "it takes events again", 60)
        for client in clients:
            client.finish()
        folded(server)
        sender.check()
        answered = set().union(*(client.answered for client in clients)) | set(sender.answered)
        counts = dict(server.sql("SELECT message_id, count(*) FROM event GROUP BY message_id"))
        assert len(answered) > 1_000 and not [message for message in answered if counts.get(message) != 1]
        assert set(counts.values()) == {1}
        check_whole(server)
