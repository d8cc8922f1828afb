"""The real program, run as a user runs it: its command line, its server, its keys."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import uuid

import requests

from databases import rows
from polling import eventually

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HOLDFAST_BINARY", REPOSITORY / ".build/debug/holdfast")).absolute()
DATA = pathlib.Path(os.environ.get("HOLDFAST_DATA", REPOSITORY.parent / "shared/data"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fresh(prefix="c"):
    """An id that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


class Holdfast:
    """One installation: configuration and what it writes in its own folder, a database, and at most one running server."""

    def __init__(self, folder, starter="sop", config=None, environment=None, database=None):
        self.folder = pathlib.Path(folder)
        self.config = pathlib.Path(config) if config else self.folder / "config"
        self.database = database or f"sqlite:{self.folder}/holdfast.db"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "server.log"
        self.environment = dict(environment or {})
        self.process = None
        self.session = requests.Session()
        self._keys = {}
        if config is None:
            self.run("init", self.config, "--starter", starter)

    # The command line

    def run(self, *arguments, exits=0, input=None, timeout=120, database=None):
        """Runs the program to its end; `exits=None` takes any exit status."""
        done = subprocess.run(
            [str(BINARY), *map(str, arguments)], env=self._environment(database), cwd=self.folder, input=input,
            capture_output=True, text=True, timeout=timeout)
        if exits is not None:
            assert done.returncode == exits, (
                f"holdfast {' '.join(map(str, arguments))}: exit status {done.returncode}, not {exits}\n"
                f"--- standard output\n{done.stdout}--- standard error\n{done.stderr}")
        return done

    def _environment(self, database=None):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        return {
            **inherited,
            "HOLDFAST_CONFIG": str(self.config),
            "HOLDFAST_DATABASE": database or self.database,
            "HOLDFAST_LISTEN": f"127.0.0.1:{self.port}",
            **self.environment,
        }

    def key(self, scope):
        """The write or API key of this installation, made on first use."""
        if scope not in self._keys:
            self._keys[scope] = self.add_key(scope)
        return self._keys[scope]

    def add_key(self, scope, name="test"):
        printed = self.run("key", "add", "--scope", scope, "--name", name).stdout
        assert len(printed.split()) == 1, f"the key alone on standard output, not {printed!r}"
        return printed.strip()

    def sql(self, query, *values):
        """What is stored, without Holdfast's help."""
        return rows(self.database, query, *values)

    def rebuild(self):
        """Makes everything anew from the log, which must change nothing. The server does not run."""
        done = self.run("rebuild", timeout=600)
        assert re.search(r"nothing changed|no (change|difference)", done.stdout + done.stderr, re.I), done.stdout + done.stderr

    def files(self):
        """The configuration files, by name."""
        return sorted(path for path in self.config.rglob("*") if path.suffix in (".yaml", ".yml"))

    def slack_variable(self):
        """The environment variable from which the starter takes its Slack webhook address."""
        for path in self.files():
            for line in path.read_text().splitlines():
                found = re.match(r"[^#]*\$\{(\w*SLACK\w*)\}", line)
                if found:
                    return found.group(1)
        raise AssertionError(f"no ${{…SLACK…}} in {self.config}")

    # The server

    def start(self, within=30):
        self.launch()
        self.wait_ready(within)
        return self

    def launch(self):
        """Starts the server and does not wait for it."""
        assert self.process is None, "already running"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "serve"], env=self._environment(), cwd=self.folder, stdout=log, stderr=log)

    def wait_ready(self, within=30):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}\n{self.log_text()[-4000:]}")
            try:
                return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200
            except (requests.ConnectionError, requests.Timeout):
                return False

        eventually(ready, "the server is ready", within)

    def stop(self, within=30):
        """Asks it to end, as an operator would; its exit status must be 0."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(within)
        self.process = None
        assert status == 0, f"exit status {status} after SIGTERM\n{self.log_text()[-4000:]}"

    def kill(self):
        """kill -9: nothing of it runs any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None
        self.session.close()

    def freeze(self):
        """Stops it in the middle of whatever it does, as a machine that stalls would; it knows nothing of it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    # Over HTTP

    def api(self, path, method="GET", status=200, key=None, **options):
        """Calls the JSON API and returns the parsed answer."""
        answer = self.api_answer(path, method, key, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def api_answer(self, path, method="GET", key=None, headers=None, **options):
        headers = {"Authorization": f"Bearer {key or self.key('api')}", **(headers or {})}
        return self.session.request(method, f"{self.url}{path}", headers=headers, timeout=30, **options)

    def write(self, route, body, **options):
        """Posts to the tracking API with the write key as Basic user name and returns the answer."""
        return self.session.post(f"{self.url}{route}", json=body, auth=(self.key("write"), ""), timeout=30, **options)

    def track(self, user, event, **members):
        answer = self.write("/v1/track", {"userId": user, "event": event, "messageId": str(uuid.uuid4()), **members})
        assert answer.status_code == 200, answer.text
        return answer

    def import_records(self, kind, text, content_type="text/csv", status=200):
        return self.api(
            f"/api/v1/import/{kind}", "POST", status, data=text.encode(), headers={"Content-Type": content_type})

    def customer(self, id):
        """The customer, or `None` while it is unknown."""
        answer = self.api_answer(f"/api/v1/customers/{id}")
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        return answer.json()

    def score(self, id):
        customer = self.customer(id)
        return customer["health"]["score"] if customer and customer["health"] else None

    def pages(self, path, member):
        """All items of a paged list."""
        cursor = None
        while True:
            page = self.api(path, params={"limit": 200, **({"cursor": cursor} if cursor else {})})
            yield from page[member]
            cursor = page["next"]
            if not cursor:
                return

    def stats(self):
        return self.api("/api/v1/stats")["events"]


@contextlib.contextmanager
def installed(folder, database, **options):
    """An installation with a database of its own; both are gone afterwards, and whatever still runs."""
    with database.fresh(folder) as url:
        holdfast = Holdfast(folder, database=url, **options)
        try:
            yield holdfast
        finally:
            holdfast.kill()


def customers_in(text):
    """The customers that `holdfast customers --format json` printed."""
    printed = json.loads(text)
    return printed["customers"] if isinstance(printed, dict) else printed


def replace_config(holdfast, other):
    """Puts the configuration of `other` in the place of `holdfast`'s."""
    for path in holdfast.files():
        path.unlink()
    shutil.copytree(other.config, holdfast.config, dirs_exist_ok=True)
