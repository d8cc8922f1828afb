"""Four times what a server can take: it refuses what is too much and says when to come again, and nothing else suffers."""

import os
import time

import pytest

from flood import EVENTS, Flood, Vitals
from load import folded
from nodes import company

SECONDS = float(os.environ.get("HOLDFAST_OVERLOAD", "30"))
TIMES = 4
# So many connections take what a server can; so many are needed to offer several times as much while some of them wait.
BUSY, MANY = 16, 1_200
# Memory in megabytes: never more than this, by the program as it is tested (without optimization) ...
CEILING = 600
# ... and once the bounded caches are full, which takes this many seconds at least, growing by no more than this.
WARM, GROWTH = 100, 100
# An event that was answered is in its customer's score within so many seconds, even now.
LAG = 10


def possible_rate(server, seconds):
    """Batches a second that the server takes from clients that wait for their answers, and the batches."""
    flood = Flood(server.url, server.key("write"), 0, BUSY)
    began = time.monotonic()
    flood.start()
    time.sleep(seconds)
    flood.finish()
    return len(flood.taken) / (time.monotonic() - began), flood.taken


def test_rule_1_under_four_times_the_possible_load_memory_stays_flat_reads_are_answered_and_nothing_is_lost(own_server):
    server = own_server
    possible, taken = possible_rate(server, max(5, SECONDS / 10))
    vitals = Vitals(server)
    flood = Flood(server.url, server.key("write"), len(taken) + BUSY, MANY, TIMES * possible)
    began = time.monotonic()
    vitals.start()
    flood.start()
    time.sleep(SECONDS)
    flood.finish()
    lasted = time.monotonic() - began
    vitals.finish()
    recovering = time.monotonic()
    folded(server)

    offered, kept = (len(flood.taken) + flood.refused) / lasted, len(flood.taken) / lasted
    memory = [megabytes for _, megabytes in vitals.memory]
    growth = vitals.growth_after(WARM)
    print(f"possible {possible * EVENTS:.0f} events/s; for {lasted:.0f} s offered {offered * EVENTS:.0f}, taken {kept * EVENTS:.0f} "
          f"({len(flood.taken) * EVENTS} events), refused {flood.refused} batches")
    print(f"memory in MB: {vitals.curve()}; most {max(memory):.0f}; grew by {growth:.0f} after the first {WARM} s")
    print(f"lag at most {max(vitals.lags):.1f} s, no lag {time.monotonic() - recovering:.1f} s after; "
          f"the slowest of {len(vitals.waits)} reads took {max(vitals.waits):.1f} s")
    assert flood.refused > 0 and offered >= 2 * kept, "it was too much"
    assert kept >= possible / 4, "what is too much keeps the server from little of what it can do"
    assert max(memory) <= CEILING and growth <= GROWTH
    assert max(vitals.lags) <= LAG
    check_log(server, taken + flood.taken)
    server.track("late-comer", "Signed In")
    server.stop()


@pytest.mark.postgres_only
def test_nodes_that_are_sent_more_than_they_can_fold_refuse_it_rather_than_let_scores_fall_behind(database, tmp_path):
    with company(tmp_path, database, 2) as nodes:
        nodes.start().wait_shared()
        # Whom the watcher asks for is there from the beginning.
        nodes[0].track("user-7", "Signed In")
        nodes.wait_folded(30)
        known = nodes.sql("SELECT count(*) FROM event")[0][0]
        vitals = Vitals(nodes[0])
        floods = [Flood(node.url, node.key("write"), number * 10_000_000, 100) for number, node in enumerate(nodes)]
        vitals.start()
        for flood in floods:
            flood.start()
        time.sleep(SECONDS)
        for flood in floods:
            flood.finish()
        vitals.finish()
        nodes.wait_folded(60)
        taken, refused = [number for flood in floods for number in flood.taken], sum(flood.refused for flood in floods)
        print(f"two nodes for {SECONDS:.0f} s: taken {len(taken) * EVENTS} events, refused {refused} batches, "
              f"lag at most {max(vitals.lags):.1f} s")
        assert max(vitals.lags) <= LAG
        assert nodes.sql("SELECT count(*) FROM event")[0][0] == known + len(taken) * EVENTS, "what was answered is there, once"
        nodes.stop()


def check_log(server, answered):
    """Every event of each answered batch is in the log once; of the others nothing is."""
    found = server.sql("SELECT substr(message_id, 1, 8), count(*), count(DISTINCT message_id) FROM event GROUP BY 1")
    batches = {int(number, 16): (rows, ids) for number, rows, ids in found}
    lost = [number for number in answered if number not in batches]
    assert not lost, f"{len(lost)} of {len(answered)} batches are lost"
    assert set(batches.values()) == {(EVENTS, EVENTS)}, "each event of a batch once"
    assert len(batches) == len(set(answered)), "what was refused is not there"
    assert server.stats()["accepted"] == len(batches) * EVENTS
