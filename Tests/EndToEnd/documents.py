"""What the documents show, to be run as it stands there."""

import os
import re
import subprocess

from holdfast import BINARY, REPOSITORY


class Document:
    def __init__(self, path):
        self.text = (REPOSITORY / path).read_text()

    def blocks(self, title, language):
        """The fenced blocks of a section; there is one at least."""
        section = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", self.text, re.M | re.S).group(1)
        found = re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
        assert found, f"no {language} in the section {title}"
        return found


def run_commands(commands, folder, environment, timeout=180):
    """Runs commands as a reader would, in a shell that stops at the first that fails."""
    environment = {**os.environ, **environment}
    environment["PATH"] = f"{BINARY.parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-m", "-c", f"set -euo pipefail\n{commands}"], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=timeout)
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
    return done.stdout
