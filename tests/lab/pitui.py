"""pitui's command line, run on a lab as a person would."""

import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LIMIT = 400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The last line that is JSON."""
        found: dict[str, Any] = json.loads(self.stdout[self.stdout.index("{") :])
        return found

    def states(self) -> dict[str, str]:
        """Return each node's state."""
        return {node["name"]: node["state"] for node in self.document["nodes"]}

    def steps(self, node: str) -> dict[str, dict[str, Any]]:
        """Return a node's steps by id."""
        found = next(entry for entry in self.document["nodes"] if entry["name"] == node)
        return {entry["step"]: entry for entry in found["steps"]}


def start(config: Path, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Start pitui; give the process to `finish`."""
    return subprocess.Popen(
        [sys.executable, "-m", "pitui", "--config", str(config), *words],
        cwd=config.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def at_terminal(config: Path, *words: str, typed: str) -> tuple[Answer, int]:
    """Run a command with a terminal, typing at each question; return it and how many came."""
    ours, theirs = os.openpty()
    process = start(config, *words, stdin=theirs)
    os.close(theirs)
    said, asked = "", 0
    assert process.stderr is not None
    try:
        while block := read_within(process.stderr.fileno(), LIMIT):
            said += block.decode()
            while said.count("Password for sudo on") > asked:
                asked += 1
                os.write(ours, f"{typed}\n".encode())
        answer = finish(process, 60)
        return Answer(answer.status, answer.stdout, said), asked
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.communicate()


def read_within(descriptor: int, seconds: float) -> bytes:
    """Return the next bytes, none at the end.

    Raises:
        TimeoutError: nothing comes.
    """
    if not select.select([descriptor], [], [], seconds)[0]:
        raise TimeoutError(f"nothing was said within {seconds:.0f} s")
    return os.read(descriptor, 65536)


def finish(process: subprocess.Popen[str], limit: float = LIMIT) -> Answer:
    """Wait for the end; pitui is killed when it takes longer."""
    try:
        stdout, stderr = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        raise
    return Answer(process.returncode, stdout, stderr)


def pitui(config: Path, *words: str, limit: float = LIMIT) -> Answer:
    """Run a command of pitui to its end."""
    return finish(start(config, *words), limit)


def provision(config: Path, *words: str) -> Answer:
    """Run `pitui provision --json`, trusting new host keys."""
    return pitui(config, "provision", "--json", "--trust-new", *words)
