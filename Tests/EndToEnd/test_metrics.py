"""What operators watch: figures for Prometheus, a dashboard for Grafana, logs for collectors."""

import json
import re
import subprocess

import requests

from holdfast import REPOSITORY, fresh
from polling import eventually

DASHBOARD = REPOSITORY / "Examples/grafana/holdfast.json"


def metrics(server):
    answer = requests.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {server.key('metrics')}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def test_prometheus_own_checker_finds_nothing_to_say_about_the_figures(server):
    server.track(fresh(), "Signed In")
    text = eventually(lambda: (lambda seen: seen if "holdfast_http_request_duration_seconds" in seen else None)(metrics(server)), "requests are counted")
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked.stdout + checked.stderr


def test_the_figures_follow_what_happens(server):
    def accepted():
        return int(re.search(r'holdfast_intake_entries_total\{result="accepted"\} (\d+)', metrics(server)).group(1))

    before = accepted()
    server.track(fresh(), "Signed In")
    eventually(lambda: accepted() > before, "the event is counted")


def test_every_figure_of_the_dashboard_file_is_one_that_the_server_gives(server):
    dashboard = json.loads(DASHBOARD.read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {name for text in expressions for name in re.findall(r"\b(?:holdfast|process)_[a-z_]+", text)}
    assert len(named) >= 8
    server.track(fresh(), "")
    eventually(lambda: "holdfast_intake_rejected_total" in metrics(server), "something was rejected")
    given = set(re.findall(r"^([a-z_]+)[{ ]", metrics(server), re.M)) | {"holdfast_deliveries_pending", "holdfast_deliveries_due_seconds"}
    assert named <= given, named - given


def test_logs_for_collectors_are_one_json_object_a_line_and_name_the_request(own_server):
    server = own_server
    server.stop()
    server.environment |= {"HOLDFAST_LOG_FORMAT": "json", "HOLDFAST_LOG": "info"}
    start = len(server.log_text())
    server.start()
    answer = requests.get(f"{server.url}/api/v1/stats", headers={"Authorization": f"Bearer {server.key('api')}"}, timeout=10)
    server.stop()
    lines = [json.loads(line) for line in server.log_text()[start:].splitlines() if line.startswith("{")]
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    assert any(line.get("request_id") == answer.headers["x-request-id"] and line["path"] == "/api/v1/stats" for line in lines)
    assert server.key("api") not in server.log_text()
