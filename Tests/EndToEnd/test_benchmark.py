"""`make bench` in short: that it measures something, says what went wrong, and leaves nothing behind. What it measures is not judged here."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

from holdfast import BINARY
from polling import eventually

BENCHMARK = BINARY.with_name("holdfast-benchmark")
pytestmark = pytest.mark.skipif(not BENCHMARK.exists(), reason=f"{BENCHMARK} is not built")

YARDSTICKS = ["yardstick_appends_per_second", "yardstick_append_p50_seconds", "yardstick_inserts_per_second"]
# At least one figure of each scenario, and those that others are held against.
FIGURES = [
    "intake_answered_per_second", "intake_folded_per_second", "intake_share", "intake_fold_lag_p99_seconds", "intake_memory_peak_bytes",
    "idle_answer_p50_seconds", "idle_answer_p99_ratio", "idle_score_p99_seconds",
    "alert_idle_p50_seconds", "alert_busy_p99_seconds",
    "import_rows_per_second", "import_share", "import_memory_peak_bytes",
    "read_customer_p99_seconds", "read_explanation_p99_seconds", "read_band_p99_seconds", "read_signal_p99_seconds",
    "read_summary_p99_seconds",
    "page_today_paint_p50_seconds", "page_customer_paint_max_seconds", "page_customers_weight_bytes", "digest_seconds",
    "start_empty_seconds", "start_first_seconds", "start_clean_seconds", "start_killed_seconds", "memory_filled_bytes",
    "batch_seconds", "batch_yardstick_seconds", "batch_ratio",
]
NODES = ["nodes_one_folded_per_second", "nodes_two_folded_per_second", "nodes_two_ratio", "nodes_two_fold_lag_p99_seconds"]


def environment(binary=BINARY):
    paint = pathlib.Path(__file__).with_name("paint.py")
    return {**os.environ, "HOLDFAST_BINARY": str(binary), "HOLDFAST_PAINT": f"{sys.executable} {paint}"}


def run(*arguments, binary=BINARY, timeout=600):
    return subprocess.run(
        [BENCHMARK, *map(str, arguments)], env=environment(binary), capture_output=True, text=True, timeout=timeout)


def missing(needed, figures):
    return [name for name in needed if figures.get(name, -1) < 0]


def test_the_benchmark_measures_all_it_names_and_leaves_nothing_behind(tmp_path):
    work, path = tmp_path / "work", tmp_path / "figures.json"
    work.mkdir()
    done = run("--quick", "--directory", work, "--json", path)
    assert done.returncode == 0, done.stderr
    assert list(work.iterdir()) == []
    measured = json.loads(path.read_text())
    assert measured["machine"]["cores"] >= 1 and measured["problems"] == []
    needed = YARDSTICKS + FIGURES
    if os.environ.get("HOLDFAST_POSTGRES"):
        needed += ["yardstick_copies_per_second"] + ["postgres_" + name for name in FIGURES + NODES]
    assert missing(needed, measured["figures"]) == []
    assert measured["figures"]["intake_folded_per_second"] > 0
    assert "answered and scored" in done.stdout


def test_the_growth_table_has_a_column_for_each_number_of_customers_and_what_ten_times_as_many_cost(tmp_path):
    work, path = tmp_path / "work", tmp_path / "figures.json"
    work.mkdir()
    done = run("--quick", "--growth", "400,40", "--only", "batch,single", "--database", "sqlite", "--directory", work, "--json", path)
    assert done.returncode == 0, done.stderr
    assert list(work.iterdir()) == []
    figures = json.loads(path.read_text())["figures"]
    for size in ["40_customers", "400_customers"]:
        assert missing(["idle_answer_p50_seconds", "batch_seconds", "batch_ratio"], figures[size]) == []
    head = next(line for line in done.stdout.splitlines() if line.startswith("The daily batch, SQLite"))
    assert re.search(r"\s40\s+400\s+× for tenfold$", head), done.stdout
    batch = next(line for line in done.stdout.splitlines() if "all scores derived anew" in line)
    factor = figures["400_customers"]["batch_seconds"] / figures["40_customers"]["batch_seconds"]
    assert float(batch.split()[-1]) == pytest.approx(factor, abs=0.006)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_benchmark_says_so_and_leaves_nothing_behind(tmp_path, number):
    running = subprocess.Popen(
        [BENCHMARK, "--only", "intake", "--database", "sqlite", "--directory", tmp_path], env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
        # Whoever runs the tests under nohup would have it deaf to SIGHUP.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))

    def port():
        logs = [path.read_text() for path in tmp_path.glob("*/sqlite/intake/server.log")]
        return re.search(r"listens on http://127\.0\.0\.1:(\d+)", " ".join(logs))

    try:
        server = int(eventually(port, "its server is started", 60).group(1))
        running.send_signal(number)
        said, _ = running.communicate(timeout=60)
        assert running.returncode == 1
    finally:
        running.kill()
        running.communicate()
    assert f"interrupted by signal {number.value}" in said
    assert "bare SQLite inserts" in said, "what was measured until then"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server), timeout=5)


def test_what_cannot_be_measured_is_told_with_its_reason_and_what_can_be_is_shown(tmp_path):
    broken = tmp_path / "holdfast"
    broken.write_text("#!/bin/sh\necho broken on purpose >&2\nexit 3\n")
    broken.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    done = run("--quick", "--only", "intake,import", "--database", "sqlite", "--directory", work, binary=broken)
    assert done.returncode == 1
    assert "bare SQLite inserts" in done.stdout
    for scenario in ["intake on SQLite", "import on SQLite"]:
        assert re.search(f"^  {scenario}: holdfast init .* failed:\nbroken on purpose", done.stderr, re.MULTILINE), done.stderr
    assert list(work.iterdir()) == []


def test_a_table_that_nobody_can_read_is_an_error():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [BENCHMARK, "--help"], env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    finally:
        os.close(writer)
    assert done.returncode == 1
    assert "cannot be written to standard output: Broken pipe" in done.stderr


def test_a_name_that_nobody_knows_is_refused_with_those_that_are_known():
    done = run("--only", "intakes")
    assert done.returncode == 1
    assert "--only takes some of intake, single, alerts, import, nodes, reads, pages, start, batch, not “intakes”" in done.stderr
