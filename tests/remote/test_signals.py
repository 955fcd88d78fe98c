"""Signals at any moment of a long command: a sentence, its status, and nothing left anywhere."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from remote.test_locks import left_behind
from support.demo import naming, wait_until
from support.ssh_spark_homes import SshSparkHomes, append

LIMIT = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOMENTS = (0.05, 0.4, 1.0, 2.5)
"""Seconds after the start; how far it has come by then, the machine's load decides."""


def _submit(homes: SshSparkHomes, folder: Path) -> tuple[str, ...]:
    program = homes.spark("nuc") / "bin" / "spark-submit"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    (folder / "job.py").write_text("print(1)\n")
    return ("submit", "--", str(folder / "job.py"))


def _push(homes: SshSparkHomes, folder: Path) -> tuple[str, ...]:
    with (folder / "large").open("wb") as file:
        file.truncate(300_000_000)
    return ("push", str(folder / "large"), f"{homes.servers['pi1'].home}/large", "pi1")


def _logs(homes: SshSparkHomes, _folder: Path) -> tuple[str, ...]:
    append(homes.log("pi1"), "a line\n")
    return ("logs", "-f", "pi1")


COMMANDS: dict[str, Callable[[SshSparkHomes, Path], tuple[str, ...]]] = {
    "exec": lambda _homes, _folder: ("exec", "--", "sleep 600"),
    "logs -f": _logs,
    "events -f": lambda _homes, _folder: ("events", "-f"),
    "push": _push,
    "doctor": lambda _homes, _folder: ("doctor",),
    "submit": _submit,
}


def left(homes: SshSparkHomes) -> list[object]:
    """What a command left on the nodes: sessions, locks, and processes in folders of theirs."""
    found: list[object] = [*left_behind(homes)]
    for server in homes.servers.values():
        found += server.sessions()
        found += [line for line in naming(server.folder) if "[listener]" not in line]
    return found


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_ends_well_at_any_moment(
    command: str, number: signal.Signals, spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    words = COMMANDS[command](spark_homes, tmp_path)
    started = [sys.executable, "-m", "pitui", "--config", str(spark_homes.config), *words]
    for moment in MOMENTS:
        process = subprocess.Popen(
            started, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, cwd=tmp_path,
        )  # fmt: skip
        time.sleep(moment * random.uniform(0.5, 1.5))
        by_itself = process.poll() is not None
        process.send_signal(number)
        _, said = process.communicate(timeout=LIMIT)
        assert "Traceback" not in said or _before_us(said), said
        # Before a command has begun there is nothing to say or to clean up.
        by_itself = by_itself or (command == "doctor" and process.returncode in (0, 1))
        if not by_itself and process.returncode != -number:
            assert process.returncode == 128 + number or _before_us(said), said
            assert said.splitlines()[-1].startswith("pitui: ") or _before_us(said), said
        if command == "submit" and number == signal.SIGHUP:
            continue  # whoever loses the terminal finds the run again
        wait_until(lambda: not left(spark_homes), LIMIT, f"nothing is left after {moment} s")


def _before_us(said: str) -> bool:
    """Whether Python itself was interrupted as it started."""
    return "KeyboardInterrupt" in said and "pitui/" not in said
