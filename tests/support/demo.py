"""`pitui demo --no-ui` as a process of its own, for tests."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from support.looking import pause_after

READY_LIMIT = 90.0
END_LIMIT = 60.0
_PR_SET_PDEATHSIG = 1


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with a HOME of its own and nothing of pitui's or Spark's in it."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("XDG_", "SPARK_", "PYSPARK_", "PITUI_"))
    }
    return {**kept, "HOME": str(home), **more}


def _end_with_parent() -> None:
    """Have the kernel send SIGTERM when the tests are gone, even by SIGKILL (Linux only)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class DemoProcess:
    """A demonstration that was started; `config` is there once `wait_ready` returned."""

    def __init__(self, *options: str, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pitui", "demo", "--no-ui", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
        )
        self.config = Path()

    @property
    def folder(self) -> Path:
        return self.config.parent

    def wait_ready(self) -> Path:
        """Return the path that the first line of output names."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        timer = threading.Timer(READY_LIMIT, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if not line:
            raise AssertionError(f"the demo did not come up: {self.process.stderr.read()}")
        self.config = Path(line.rstrip("\n"))
        return self.config

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        self.process.communicate(timeout=END_LIMIT)
        return self.process.returncode


def said_by_master(config: Path) -> dict[str, Any]:
    """Return what the master's page knows: to wait for it costs less than to ask pitui."""
    master = yaml.safe_load(config.read_text())["spark"]["master"]
    url = f"http://{master['host']}:{master['webui_port']}/json/"
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def naming(folder: Path) -> list[str]:
    """Return the command lines of processes that name a folder, or carry it in the environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
            if str(folder).encode() in command + (entry / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], bool], limit: float, what: str) -> None:
    """Wait for a condition, with a limit in seconds."""
    end = (began := time.monotonic()) + limit
    while not condition():
        assert time.monotonic() < end, f"waited {limit} s in vain until {what}"
        time.sleep(pause_after(began))
        began = time.monotonic()
