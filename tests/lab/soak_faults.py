"""What goes wrong in a soak, and when: drawn from a seed, the same for the same seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.lab.machine import Machine

MASTER = "pi1"
QUIET = 30.0
"""Seconds before the end in which nothing begins, so that most is over by then."""

_GAPS = (1.0, 5.0)
_LASTS = (2.0, 15.0)

_WORKER = "org.apache.spark.deploy.worker.Worker"
_MASTER = "org.apache.spark.deploy.master.Master"

# One megabyte that a terminal, a markup parser or a layout could trip over.
_FLOOD = r"""
for log in /opt/spark/logs/*.out /var/log/spark/*.out; do
  [ -f "$log" ] || continue
  { head -c 700000 /dev/urandom | base64 -w 0; echo
    printf '\033[2J\033[31m[red]\033]0;title\007[/] \342\200\256drawkcab\342\200\254 [b]bold\n'
    printf '26/01/01 00:00:00 ERROR Soak: planted\n'; } >> "$log"
done
logger -t soak "$(printf 'a\033[2Jb')"
"""
_FILL = """
dd if=/dev/zero of=/var/tmp/full bs=1M 2>/dev/null || true
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    at: float
    """Seconds from the beginning."""
    kind: str
    node: str
    """The machine; empty where it is done to the UI."""
    seconds: float
    """How long it lasts; 0 where it happens once."""

    def __str__(self) -> str:
        """Return it as one line."""
        where = f" {self.node}" if self.node else ""
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.kind}{where}{lasts}"


def _in(script: str) -> Callable[[Machine], None]:
    def run(machine: Machine) -> None:
        if machine.running:
            machine.root(script, check=False)

    return run


def _nothing(_machine: Machine) -> None:
    """Nothing is to be undone."""


Act = Callable[[Machine], None]

FAULTS: dict[str, tuple[Act, Act]] = {
    "worker killed": (_in(f"pkill -KILL -f {_WORKER}"), _nothing),
    "worker frozen": (_in(f"pkill -STOP -f {_WORKER}"), _in(f"pkill -CONT -f {_WORKER}")),
    "master killed": (_in(f"pkill -KILL -f {_MASTER}"), _nothing),
    "master frozen": (_in(f"pkill -STOP -f {_MASTER}"), _in(f"pkill -CONT -f {_MASTER}")),
    "sessions killed": (_in("pkill -KILL -u pi sshd"), _nothing),
    "sessions frozen": (_in("pkill -STOP -u pi sshd"), _in("pkill -CONT -u pi sshd")),
    "ssh refused": (
        _in("systemctl stop ssh.socket ssh; pkill -KILL -u pi sshd"),
        _in("systemctl start ssh"),
    ),
    "cable": (lambda m: m.cable(plugged=False), lambda m: m.cable(plugged=True)),
    "10 kB/s": (lambda m: m.rate("80kbit"), lambda m: m.rate(None)),
    "power": (lambda m: m.power_off(), lambda m: m.power_on(wait=False)),
    "disk full": (_in(_FILL), _in("rm -f /var/tmp/full")),
    "log flood": (_in(_FLOOD), _nothing),
}
"""What is done to a machine, and how it is undone."""

ONCE = frozenset({"worker killed", "master killed", "sessions killed", "log flood"})
OF_MASTER = frozenset({"master killed", "master frozen"})
TO_UI = ("keys", "size")
"""What is done to the UI: random keys, another size of its window."""

KEYS = (
    *"12345678jkgGz/lidotvefnNuHwTrLcSa[]?\r\t ",
    "\x1b", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[Z",
)  # fmt: skip
"""What is typed: all but what ends the UI, leaves the terminal, or copies; it is read-only."""


def faults(seed: int, seconds: float, nodes: Sequence[str]) -> list[Fault]:
    """Return what goes wrong; on a machine one thing at a time."""
    draw = random.Random(seed)
    found: list[Fault] = []
    free = dict.fromkeys([*nodes, ""], 0.0)
    at = draw.uniform(*_GAPS)
    while at < seconds - QUIET:
        kind = draw.choice([*FAULTS, *TO_UI, *TO_UI])
        node = "" if kind in TO_UI else draw.choice(nodes)
        if kind in OF_MASTER:
            node = MASTER
        lasts = 0.0 if kind in ONCE or kind in TO_UI else draw.uniform(*_LASTS)
        if free[node] <= at:
            found.append(Fault(at, kind, node, lasts))
            free[node] = at + lasts + 1.0
        at += draw.uniform(*_GAPS)
    return found
