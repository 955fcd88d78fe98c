"""The answers: what bound an application, what would make it shorter, what looks wrong in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """What a core's time went to; the parts of an application are disjoint and make up all of it.

    The unit is core-time: the application's cores times the time that it took.
    """

    CPU = "cpu"
    """In the JVM's task threads, or waiting for a core of a node that was busy with them."""
    PYTHON_CPU = "python-cpu"
    THROTTLED = "throttled"
    """CPU time of a node that its firmware kept below its full frequency."""
    GC = "gc"
    MEMORY = "memory"
    """Waiting for memory that the node had swapped out; tasks that ended for lack of memory."""
    SPILL = "spill"
    """Waiting for a disk, in a stage that wrote what did not fit into its memory to it."""
    DISK = "disk"
    NETWORK = "network"
    SKEW = "skew"
    """Free cores that waited for tasks which took longer than the others of their stage."""
    TOO_FEW_TASKS = "too-few-tasks"
    SCHEDULING = "scheduling"
    """Sending tasks, taking them apart, sending results back; free cores while tasks waited."""
    DRIVER = "driver"
    """No stage ran: the driver was at work, or waited."""
    STARTING = "starting"
    """Cores that the application had not been given yet, or had lost."""
    WAITING = "waiting"
    """Inside tasks and not on a CPU, for nothing that a node's figures explain."""
    UNMEASURED = "unmeasured"
    """Tasks that left no metrics: failed, killed, lost."""


MIXED = "mixed"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Bound:
    """What bound an application or a stage."""

    by: str
    """A part, `mixed`, or `unknown`."""
    share: float
    """Of the core-time, of that part, or of the largest; 0 to 1."""
    text: str
    """The verdict in a sentence with figures."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """Share of each part of the core-time; they add up to 1. Largest first."""

    def json(self) -> dict[str, Any]:
        """Return it as `jobs APP --json` and a run's JSON have it."""
        parts = _rounded_shares(self.parts)
        return {
            "by": self.by,
            "share": parts.get(self.by, round(self.share, 4)),
            "text": self.text,
            "parts": parts,
        }


def _rounded_shares(shares: Mapping[str, float]) -> dict[str, float]:
    """Return shares with four digits that add up to what they added up to; the first takes it."""
    found = {name: round(share, 4) for name, share in shares.items()}
    rest = sum(shares.values()) - sum(found.values())
    return found | {name: round(share + rest, 4) for name, share in [*found.items()][:1]}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How long it would have taken otherwise, in seconds; computed by running all tasks again."""

    one_more_node_seconds: float | None = None
    """With one more node like one of those that it had; None where that cannot be said."""
    without: Mapping[str, float] = field(default_factory=dict)
    """By part: the least that it would have taken without that part of its tasks' time."""
    seconds: float | None = None
    """What it took."""
    like: str | None = None
    """The node of which there would be one more."""
    texts: Sequence[str] = ()
    """The same in sentences."""

    def json(self) -> dict[str, Any]:
        """Return it as `jobs APP --json` and a run's JSON have it."""
        one_more = self.one_more_node_seconds
        return {
            "one_more_node_seconds": None if one_more is None else round(one_more, 3),
            "without": {name: round(seconds, 3) for name, seconds in self.without.items()},
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "like": self.like,
            "texts": list(self.texts),
        }


class SuspectKind(StrEnum):
    """What may be wrong with an application, whatever bound it."""

    SKEW = "skew"
    STRAGGLERS = "stragglers"
    TINY_TASKS = "tiny-tasks"
    TOO_FEW_TASKS = "too-few-tasks"
    SPILL = "spill"
    GC = "gc"
    SMALL_FILES = "small-files"
    CROSS_JOIN = "cross-join"
    SAME_STAGE = "same-stage"
    """The same stage was computed more than once."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something inside an application that costs time."""

    kind: SuspectKind
    stage: int | None
    """Its stage's id; None where it is none's alone."""
    text: str
    """What it is and what to do, with figures."""
    saves_seconds: float
    """What the application would have taken less without it, at most; computed, not guessed."""

    def json(self) -> dict[str, Any]:
        """Return it as `jobs APP --json` has it."""
        return {
            "kind": str(self.kind),
            "stage": self.stage,
            "text": self.text,
            "saves_seconds": round(self.saves_seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class StageBound:
    """What bound one attempt at a stage."""

    stage: int
    attempt: int
    seconds: float
    """Core-time of the stage divided by the application's cores."""
    bound: Bound


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that can be said of where an application's time went."""

    bound: Bound
    what_if: WhatIf
    suspects: tuple[Suspect, ...] = ()
    """The one that would save most first."""
    stages: tuple[StageBound, ...] = ()
    """The one with most core-time first."""
    note: str = ""
    """What the answer does not rest on: no figures of nodes, a log that was cut."""

    def json(self) -> dict[str, Any]:
        """Return the keys that `jobs APP --json` has of it."""
        return {
            "bound": self.bound.json(),
            "what_if": self.what_if.json(),
            "suspects": [suspect.json() for suspect in self.suspects],
        }


NOTHING = Bound(UNKNOWN, 0.0, "Unknown: no task of it is known.")
"""Where there is nothing to divide."""
