"""The README's five minutes, run as they stand there: a command shown is a command that works."""

import os
import subprocess
import sys

import requests

from documents import Document
from holdfast import BINARY, free_port
from polling import eventually

README = Document("README.md")


def test_the_five_minutes_of_the_readme_work_as_written(tmp_path):
    commands = [block for block in README.blocks("Five minutes with your own data", "sh") if "swift build" not in block]
    assert len(commands) >= 5
    port = free_port()
    files = {
        "customers.csv": "id,name,plan,created_at\nacme,Acme Corporation,enterprise,2024-01-01\n",
        "tickets.csv": "id,customer,status,opened_at\nT-1,acme,open,2024-05-01\n",
        "subscriptions.csv": "id,customer,mrr,started_at\ns-1,acme,100,2024-01-01\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    events = '{"contact":"ada","customer":"acme","event":"Report Created","timestamp":"2024-05-02T10:00:00Z"}\n'
    subprocess.run(["gzip", "-c"], input=events.encode(), stdout=(tmp_path / "events.ndjson.gz").open("wb"), check=True)
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "holdfast").symlink_to(BINARY)
    waits = f"for i in $(seq 150); do curl -sf http://127.0.0.1:{port}/readyz >/dev/null && break; sleep 0.1; done\n"
    script = "set -euo pipefail\n"
    for block in commands:
        block = block.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        # Failures of curl are failures of the reader.
        script += block.replace("curl ", "curl -sSf ")
        if "holdfast serve &" in block:
            script += waits
    script += "kill %1; wait %1\n"
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "HOLDFAST_LISTEN": f"127.0.0.1:{port}"}
    done = subprocess.run(["bash", "-m", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '{"success":true}' in done.stdout
    assert "Acme Corporation (acme)" in done.stdout


def test_the_python_example_of_the_readme_moves_the_score(own_server):
    (example,) = README.blocks("Five minutes with your own data", "python")
    example = example.replace("http://127.0.0.1:8080", own_server.url).replace("the write key", own_server.key("write"))
    subprocess.run([sys.executable, "-c", example], check=True, timeout=60)

    def scored():
        answer = requests.get(
            f"{own_server.url}/api/v1/customers/acme", headers={"Authorization": f"Bearer {own_server.key('api')}"}, timeout=10)
        return answer.status_code == 200 and answer.json()["name"] == "Acme Corporation" and answer.json()["health"]["score"] == 70

    eventually(scored, "Acme signed in")
