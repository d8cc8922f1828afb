"""`make bench` in short: that it measures something and leaves nothing behind. What it measures is not judged here."""

import json
import os
import re
import signal
import socket
import subprocess

import pytest

from holdfast import BINARY
from polling import eventually

BENCHMARK = BINARY.with_name("holdfast-benchmark")
pytestmark = pytest.mark.skipif(not BENCHMARK.exists(), reason=f"{BENCHMARK} is not built")


def environment():
    return {**os.environ, "HOLDFAST_BINARY": str(BINARY)}


def test_the_benchmark_measures_all_it_names_and_leaves_nothing_behind(tmp_path):
    work, figures = tmp_path / "work", tmp_path / "figures.json"
    work.mkdir()
    done = subprocess.run(
        [BENCHMARK, "--quick", "--directory", work, "--json", figures], env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert list(work.iterdir()) == []
    measured = json.loads(figures.read_text())
    assert measured["machine"]["cores"] >= 1
    needed = [
        "yardstick_appends_per_second", "yardstick_inserts_per_second", "intake_answered_per_second", "intake_folded_per_second",
        "intake_fold_lag_p99_seconds", "idle_answer_p50_seconds", "idle_score_p50_seconds", "import_rows_per_second", "start_full_seconds",
    ]
    if os.environ.get("HOLDFAST_POSTGRES"):
        needed += ["yardstick_copies_per_second"] + ["postgres_" + name for name in needed if not name.startswith("yardstick")]
    assert [name for name in needed if measured["figures"].get(name, -1) < 0] == []
    assert measured["figures"]["intake_folded_per_second"] > 0
    assert "answered and folded" in done.stdout


def test_an_interrupted_benchmark_leaves_nothing_behind(tmp_path):
    running = subprocess.Popen([BENCHMARK, "--directory", tmp_path], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def port():
        logs = [path.read_text() for path in tmp_path.glob("*/serve/server.log")]
        return re.search(r"listens on http://127\.0\.0\.1:(\d+)", " ".join(logs))

    try:
        server = int(eventually(port, "its server is started", 60).group(1))
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 1
    finally:
        running.kill()
        running.communicate()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server), timeout=5)
