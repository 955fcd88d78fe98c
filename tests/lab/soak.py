"""A soak: random faults on a lab of four machines with the UI open, and what has to hold after."""

import argparse
import fcntl
import json
import os
import random
import signal
import statistics
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyte

from tests.lab import configuration, needs
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down
from tests.lab.pitui import ROOT, pitui, provision
from tests.lab.soak_faults import FAULTS, KEYS, Fault, faults

MACHINES = 4
KIND = Kind(memory_mib=1536, disk_mib=3000, java=True)
SIZES = ((24, 80), (40, 120), (50, 200), (10, 40), (40, 120))
SETTLE = 150.0
"""Seconds within which all is well again and the screen says so."""
LATEST = 1.0
"""Seconds for which the UI may hang."""
NEAR = 3.0
"""Seconds for which a fault that is over may be the cause of what comes then."""
SILENT = 5.0
"""Seconds without a word of the UI, which has one each second, after which it hangs for good."""
FAULT_WORDS = ("Traceback", "never retrieved", "Fatal Python error")
GROWTH = 1.10
"""How much more memory than after the first minute it may have at the end."""


class Screen:
    """The UI in a terminal of its own."""

    def __init__(self, config: Path, folder: Path) -> None:
        self.report = folder / "soak.jsonl"
        self.errors = folder / "soak.err"
        self.report.unlink(missing_ok=True)
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._terminal, theirs = os.openpty()
        self.resize(40, 120)
        home = folder / "home"
        home.mkdir(exist_ok=True)
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.lab.soak_ui", str(config), str(self.report)],
                cwd=home,
                env={
                    **os.environ,
                    "HOME": str(home),
                    "PYTHONPATH": str(ROOT),
                    "TERM": "xterm-256color",
                },
                stdin=theirs,
                stdout=theirs,
                stderr=errors,
                start_new_session=True,
            )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        with self._lock:
            self._screen.resize(rows, columns)

    def lines(self) -> list[str]:
        with self._lock:
            return list(self._screen.display)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)

    def _read(self) -> None:
        with suppress(OSError):
            while block := os.read(self._terminal, 65536):
                with self._lock:
                    self._stream.feed(block)


@dataclass
class Soaked:
    """What came of a soak."""

    seed: int
    faults: list[Fault]
    crashed: str = ""
    crashed_at: float = 0.0
    """Seconds from the beginning."""
    late: float = 0.0
    """Seconds for which the UI hung at most."""
    late_at: float = 0.0
    """When that was over, in seconds from the beginning."""
    first_mib: float = 0.0
    last_mib: float = 0.0
    settled: float = -1.0
    """Seconds until the screen agreed with the machines; negative where it never did."""
    disagrees: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """What did not hold, each with the seed and what was wrong at that time."""
        seed = f"seed {self.seed}: "
        found = []
        if self.crashed:
            found.append(f"{seed}it crashed {self._amid(self.crashed_at)}: {self.crashed}")
        if self.late > LATEST:
            found.append(f"{seed}it hung for {self.late:.2f} s {self._amid(self.late_at)}")
        if self.last_mib > self.first_mib * GROWTH:
            grown = f"memory grew from {self.first_mib:.0f} to {self.last_mib:.0f} MiB"
            found.append(f"{seed}{grown} within {len(self.faults)} faults")
        if self.settled < 0:
            last = ", ".join(f"{one.kind} {one.node}".strip() for one in self.faults[-3:])
            found.append(f"{seed}the screen does not agree with the machines, last {last}:")
            found += self.disagrees
        return found

    def _amid(self, at: float) -> str:
        """Return when something was, and which faults were under way or had just begun."""
        near = [
            one
            for one in self.faults
            if one.at <= at and at - self.late - NEAR <= one.at + one.seconds
        ]
        amid = "; ".join(str(one).strip() for one in near) or "no fault"
        return f"at {at:.1f} s, amid: {amid}"

    def __str__(self) -> str:
        """Return its figures as one line."""
        return (
            f"seed {self.seed}: {len(self.faults)} faults, hung {self.late:.2f} s at most, "
            f"memory {self.first_mib:.0f} MiB after a minute and {self.last_mib:.0f} at the end, "
            f"agreed after {self.settled:.0f} s"
        )


def up(name: str, say: Callable[[str], None]) -> tuple[Lab, Path]:
    """Boot four machines and make a running cluster of them."""
    lab = Lab.up(name, [KIND] * MACHINES, say)
    values = configuration.document(lab, spark_archive(slim=True))
    config = configuration.write(lab.folder / "config.yaml", values)
    done = provision(config)
    if done.status != 0:
        raise RuntimeError(f"{done.stdout}{done.stderr}")
    started = pitui(config, "start", "--json")
    if started.status != 0:
        raise RuntimeError(f"{started.stdout}{started.stderr}")
    return lab, config


def soak(lab: Lab, config: Path, seed: int, minutes: float, say: Callable[[str], None]) -> Soaked:
    """Let things go wrong for some minutes, and look at what is left."""
    done = Soaked(seed, faults(seed, minutes * 60, list(lab.machines)))
    screen = Screen(config, lab.folder)
    began = time.time()
    try:
        _go_wrong(lab, screen, done, minutes * 60, say)
        _settle(lab, screen, done)
        ended = time.time()
        said = screen.errors.read_text(errors="replace").strip().splitlines()
        if screen.process.poll() is not None:
            done.crashed = f"status {screen.process.returncode}; {' | '.join(said[-12:])}"
            done.crashed_at = done.crashed_at or ended - began
        elif any(word in line for line in said for word in FAULT_WORDS):
            done.crashed = f"it goes on, and said: {' | '.join(said[-12:])}"
    finally:
        screen.end()
    measure(screen.report, done, began, ended)
    return done


def _go_wrong(
    lab: Lab, screen: Screen, done: Soaked, seconds: float, say: Callable[[str], None]
) -> None:
    """Let faults happen; after a crash none begins any more, so that the last is its cause."""
    draw = random.Random(done.seed)
    began = time.monotonic()
    to_do: list[tuple[float, Fault, bool]] = [(one.at, one, True) for one in done.faults]
    to_do += [(one.at + one.seconds, one, False) for one in done.faults if one.seconds]
    begun: list[Fault] = []
    for at, fault, begins in sorted(to_do, key=lambda one: one[0]):
        if not done.crashed_at:
            time.sleep(max(0.0, began + at - time.monotonic()))
        if screen.process.poll() is not None and not done.crashed_at:
            done.crashed_at = time.monotonic() - began
            done.faults = begun
        if done.crashed_at and (begins or fault not in begun):
            continue
        if begins:
            begun.append(fault)
            say(str(fault))
        try:
            _do(lab, screen, fault, draw, begins=begins)
        except Exception as error:
            what = "done" if begins else "undone"
            raise RuntimeError(f"seed {done.seed}: {fault} could not be {what}") from error
    if not done.crashed_at:
        time.sleep(max(0.0, began + seconds - time.monotonic()))


def _do(lab: Lab, screen: Screen, fault: Fault, draw: random.Random, *, begins: bool) -> None:
    if fault.kind == "keys":
        screen.type("".join(draw.choice(KEYS) for _ in range(12)))
    elif fault.kind == "size":
        screen.resize(*draw.choice(SIZES))
    else:
        FAULTS[fault.kind][0 if begins else 1](lab.machines[fault.node])


def _settle(lab: Lab, screen: Screen, done: Soaked) -> None:
    """Wait until all workers are alive, by their machines, and on the screen."""
    began = time.monotonic()
    screen.resize(40, 120)
    screen.type("\x1b")
    while time.monotonic() < began + SETTLE and screen.process.poll() is None:
        time.sleep(2.0)
        # One at a time: two at once are Alt and a key.
        screen.type("\x1b")
        time.sleep(0.5)
        screen.type("1c")
        time.sleep(1.0)
        done.disagrees = _disagreement(lab, screen)
        if not done.disagrees:
            done.settled = time.monotonic() - began
            return


def _disagreement(lab: Lab, screen: Screen) -> list[str]:
    found = []
    try:
        master = f"http://{lab.machines['pi1'].address}:8080/json/"
        with urllib.request.urlopen(master, timeout=5) as answer:
            workers = json.load(answer)["workers"]
    except (OSError, ValueError) as error:
        return [f"the master does not answer: {error}"]
    alive = {worker["host"] for worker in workers if worker["state"] == "ALIVE"}
    lines = screen.lines()
    for name, machine in lab.machines.items():
        rows = [line for line in lines if f" {name} " in line[:20]]
        shown = any("alive" in row for row in rows)
        if machine.address not in alive and name not in alive:
            found.append(f"{name} is not alive for the master: {sorted(alive)}")
        elif not shown:
            found.append(f"{name} is alive, and the screen says: {rows}")
    if found:
        found += [line.rstrip() for line in lines if line.strip()][:20]
    return found


def measure(report: Path, done: Soaked, began: float, ended: float) -> None:
    """Take what the UI said of itself; times are Unix times."""
    rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    if not rows:
        done.crashed = done.crashed or "it was never ready"
        return
    # Starting takes as long as the machine has work besides.
    worst = max(rows, key=lambda row: row["late"] if row["at"] > 5.0 else 0.0)
    if worst["at"] > 5.0:
        done.late, done.late_at = worst["late"], worst["time"] - began
    silent = ended - rows[-1]["time"]
    if not done.crashed and silent > SILENT:
        done.late, done.late_at = silent, ended - began
    after = [row["rss_kib"] / 1024 for row in rows if row["at"] > 60.0 and "rss_kib" in row]
    if after:
        done.first_mib = statistics.median(after[:3])
        done.last_mib = statistics.median(after[-3:])


def main() -> int:
    """Run one soak after the other on one lab, and print what came of each."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[random.randrange(10**6)])
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    if reason := needs.missing():
        print(reason, file=sys.stderr)
        return 1

    def say(what: str) -> None:
        print(what, flush=True)

    wrong = False
    try:
        lab, config = up("soak", say)
        for seed in options.seed:
            say(f"seed {seed}, {options.minutes:g} minutes")
            done = soak(lab, config, seed, options.minutes, say)
            say(str(done))
            for line in done.wrong:
                say(f"  {line}")
            wrong = wrong or bool(done.wrong)
    finally:
        down("soak")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
