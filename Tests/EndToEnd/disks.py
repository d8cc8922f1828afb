"""Disks that have no room left, and whoever goes on sending meanwhile."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import uuid

import pytest


class SmallDisk:
    """A file system of its own that has little room."""

    def __init__(self, folder):
        self.folder = folder
        self._stuffing = folder / "stuffing"

    def room(self):
        """Bytes that are left."""
        there = os.statvfs(self.folder)
        return there.f_bavail * there.f_frsize

    def fill(self, leaving=0):
        with contextlib.suppress(OSError), self._stuffing.open("ab", buffering=0) as file:
            while self.room() > leaving:
                file.write(b"\0" * min(1 << 20, max(4096, self.room() - leaving)))

    def free(self):
        self._stuffing.unlink()


@contextlib.contextmanager
def small_disk(megabytes):
    """Mounts one; skips the test where that is not allowed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-small-"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "tmpfs", folder]
    if subprocess.run(mounting, capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("no file system may be mounted here")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
        folder.rmdir()


class Sender:
    """Sends events one by one and knows which were answered 200; a refusal must be a clear 503."""

    def __init__(self, server, customer="filler"):
        self.server, self.customer, self.answered = server, customer, []

    def send(self, size=10):
        """Sends an event of about so many bytes. - Returns: the status."""
        message = str(uuid.uuid4())
        event = {"userId": self.customer, "event": "Report Created", "messageId": message, "properties": {"text": "x" * size}}
        answer = self.server.write("/v1/track", event)
        if answer.status_code == 200:
            self.answered.append(message)
        else:
            assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
            assert "Retry-After" in answer.headers
            for inside in ("relation", "SQL", "postgres://", "disk I/O", ".db"):
                assert inside not in answer.text, answer.text
        return answer.status_code

    def check(self):
        """All that was answered is there, once."""
        there = [event["message_id"] for event in self.server.pages(f"/api/v1/customers/{self.customer}/events", "events")]
        assert not [message for message in self.answered if there.count(message) != 1]
