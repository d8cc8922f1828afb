"""Waiting for something to hold, with a deadline: never a bare sleep."""

import time


def eventually(probe, what, within=10.0, every=0.05):
    """Returns the first truthy answer of `probe`; fails with `what` and the last answer after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {within:g} s: {what}; last seen: {answer!r}")
        time.sleep(every)


def settles(read, expected, what, within=10.0):
    """Waits until `read()` equals `expected`; the failure shows what it was instead."""
    seen = []

    def probe():
        seen[:] = [read()]
        return seen[0] == expected

    try:
        eventually(probe, what, within)
    except AssertionError:
        raise AssertionError(f"{what}: expected {expected!r}, still {seen[0]!r} after {within:g} s") from None


def counted(server, before, **more):
    """Waits until the statistics have grown by exactly that much."""
    expected = {name: before[name] + more.get(name, 0) for name in ("accepted", "duplicate", "rejected")}
    settles(lambda: {name: server.stats()[name] for name in expected}, expected, "the statistics count what came")
