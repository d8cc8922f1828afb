"""More than a server can take: very many connections that offer batches at a steady rate, whatever they are answered; and what can be
seen of the server meanwhile."""

import asyncio
import collections
import contextlib
import json
import subprocess
import threading
import time
from base64 import b64encode
from urllib.parse import urlsplit

import requests

EVENTS = 100
NAMES = ["Signed In", "Report Created", "Dashboard Viewed", "Comment Added"]
PEOPLE = 4_000
# Stands in a body where its batch's number goes.
PLACE = b"########"


def template(start):
    """A batch of people who come one after the other, each event with an id of its own."""
    events = [
        {"type": "track", "messageId": f"{PLACE.decode()}-{number:02}", "userId": f"user-{(start + number) % PEOPLE}",
         "event": NAMES[number % len(NAMES)]}
        for number in range(EVENTS)]
    return json.dumps({"batch": events}, separators=(",", ":")).encode()


TEMPLATES = [template(start) for start in range(0, PEOPLE, EVENTS)]


class Flood(threading.Thread):
    """Connections that post batches: each as soon as it is answered, or all together at a rate that the answers do not change."""

    def __init__(self, url, key, first, connections, batches_per_second=None):
        super().__init__(daemon=True)
        self.place = urlsplit(url)
        self.connections, self.rate, self.number = connections, batches_per_second, first
        self.head = (
            f"POST /v1/batch HTTP/1.1\r\nHost: {self.place.netloc}\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {b64encode(f'{key}:'.encode()).decode()}\r\n").encode()
        self.taken, self.refused, self.wrong = [], 0, collections.Counter()
        self.stopping = threading.Event()

    def run(self):
        asyncio.run(self.pour())

    async def pour(self):
        # Batches that are due and have no connection yet; as many as come within the time of some answers.
        due = asyncio.Queue(self.connections)
        senders = [asyncio.create_task(self.send(due)) for _ in range(self.connections)]
        began, offered = time.monotonic(), 0
        while not self.stopping.is_set():
            await asyncio.sleep(0.01)
            target = (time.monotonic() - began) * self.rate if self.rate else float("inf")
            while offered < target and not due.full():
                due.put_nowait(True)
                offered += 1
        # Whoever waits for a batch ends at once, the others with the answer that they wait for.
        while not due.empty():
            due.get_nowait()
        for _ in senders:
            due.put_nowait(False)
        for ended in await asyncio.gather(*senders, return_exceptions=True):
            if ended is not None:
                self.wrong[repr(ended)] += 1

    async def send(self, due):
        goes_on = True
        while goes_on:
            reader, writer = await asyncio.open_connection(self.place.hostname, self.place.port)
            with contextlib.closing(writer):
                stays_open = True
                while stays_open and (goes_on := await due.get() and not self.stopping.is_set()):
                    stays_open = await self.post(reader, writer)

    async def post(self, reader, writer):
        """Sends a batch. Whether the connection stays open: a call that is refused unread ends it."""
        number, self.number = self.number, self.number + 1
        body = TEMPLATES[number % len(TEMPLATES)].replace(PLACE, b"%08x" % number)
        writer.write(b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(length)
        status = int(head.split()[1])
        if status == 200:
            self.taken.append(number)
        elif status == 429 and any(line.startswith("retry-after:") and int(line.split(":")[1]) > 0 for line in head.split("\r\n")):
            self.refused += 1
        else:
            self.wrong[head] += 1
        return "\r\nconnection: close\r\n" not in head

    def finish(self):
        self.stopping.set()
        self.join(120)
        assert not self.is_alive(), "no answer within 120 s"
        assert not self.wrong, self.wrong.most_common(5)


class Vitals(threading.Thread):
    """Asks a server every half second how it is, as whoever watches it would: readiness, a list, a customer; notes its memory and lag."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.url, self.pid, self.key = server.url, server.process.pid, server.key("api")
        self.stopping, self.wrong = threading.Event(), []
        self.began, self.memory, self.lags, self.waits = time.monotonic(), [], [], []

    def run(self):
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.key}"
            while not self.stopping.wait(0.5):
                for path in ["/readyz", "/api/v1/stats", "/api/v1/customers?limit=50", "/api/v1/customers/user-7"]:
                    self.ask(session, path)
                self.memory.append((time.monotonic() - self.began, resident(self.pid)))

    def ask(self, session, path):
        asked = time.monotonic()
        try:
            answer = session.get(f"{self.url}{path}", timeout=30)
        except requests.RequestException as error:
            return self.wrong.append(f"{path}: {error!r}")
        self.waits.append(time.monotonic() - asked)
        if answer.status_code != 200:
            self.wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")
        elif path.endswith("stats"):
            self.lags.append(answer.json()["fold"]["lag_seconds"])

    def finish(self):
        self.stopping.set()
        self.join(120)
        assert not self.wrong, self.wrong[:5]

    def growth_after(self, seconds):
        """By how much the most memory after so many seconds is more than the most before; 0 where it did not last so long."""
        before = [megabytes for at, megabytes in self.memory if at <= seconds]
        after = [megabytes for at, megabytes in self.memory if at > seconds]
        return max(0, max(after) - max(before)) if before and after else 0

    def curve(self, points=12):
        """The memory over time, for people."""
        step = max(1, len(self.memory) // points)
        return ", ".join(f"{at:.0f} s: {megabytes:.0f}" for at, megabytes in self.memory[::step])


def resident(pid):
    """Megabytes of a process that are in memory."""
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout) / 1024
