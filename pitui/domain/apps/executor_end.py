"""How an executor ended: by what its driver gives as the reason, or by the master's list."""

import re
from dataclasses import dataclass
from enum import StrEnum

_CODE = re.compile(
    r"(?:exited with code|exit code|exitStatus|exited with status)[ =]*(-?\d+)", re.IGNORECASE
)
_DECOMMISSIONED = re.compile(r"decommission", re.IGNORECASE)
_RELEASED = re.compile(
    r"killed by (?:driver|user)|shutdown|idle|not needed|requestTotalExecutors", re.IGNORECASE
)

_MEANINGS = {
    50: "an uncaught exception",
    51: "an uncaught exception, and another while logging it",
    52: "out of memory in the JVM: give it more (spark.executor.memory) or fewer cores",
    53: "its local disk was unusable",
    54: "its external block store could not be prepared",
    55: "its external block store could not make a folder",
    56: "its heartbeats did not reach the driver",
    57: "a task that was killed did not end",
    58: "its block manager could not register again",
    101: "the class that it was to run was not found",
    124: "it waited too long for its driver",
    134: "it aborted (SIGABRT): a native library or Java itself crashed",
    137: "killed by SIGKILL: often the kernel, out of memory",
    143: "ended by SIGTERM: it or its worker was stopped",
}
"""What the exit codes mean: 50 to 124 are Spark's own (ExecutorExitCode), from 128 signals."""

EXECUTOR_DEATHS = (
    "Error occurred during initialization of VM",
    r"Caused by: .*[/\w]:\d+",
    "Caused by: ",
    r"\b(?:ERROR|FATAL)\b",
    r"(?:Exception|Error)\b",
)
"""Regular expressions for the line of an executor's log that explains its end, the best first."""


class EndKind(StrEnum):
    """Whether somebody wanted it."""

    LOST = "lost"
    RELEASED = "released"
    DECOMMISSIONED = "decommissioned"


@dataclass(frozen=True, slots=True)
class ExecutorEnd:
    """How an executor ended."""

    kind: EndKind
    code: int | None
    """The exit status of its process, where the driver says one."""
    meaning: str
    """What that code stands for; empty where it is no special one."""


def end_of(reason: str) -> ExecutorEnd:
    """Return how an executor ended, from `removeReason` of the driver's API."""
    match = _CODE.search(reason)
    code = int(match[1]) if match else None
    if _DECOMMISSIONED.search(reason):
        kind = EndKind.DECOMMISSIONED
    elif code == 0 or (code is None and _RELEASED.search(reason)):
        # Executors that the driver tells to stop say no more than that they exited with code 0.
        kind = EndKind.RELEASED
    else:
        kind = EndKind.LOST
    return ExecutorEnd(kind, code, _meaning(code))


def _meaning(code: int | None) -> str:
    if code is None:
        return ""
    return _MEANINGS.get(code) or (f"ended by signal {code - 128}" if 128 < code < 160 else "")


_BY_MASTER = {
    "EXITED": "it exited by itself",
    "FAILED": "it failed to start",
    "LOST": "its worker was lost",
}


@dataclass(frozen=True, slots=True)
class RemovedExecutor:
    """An executor that the master's page lists as removed."""

    id: str
    worker: str
    """The id of its worker."""
    state: str
    """EXITED, FAILED, KILLED, LOST or DECOMMISSIONED."""

    @property
    def died(self) -> bool:
        """Whether it ended without being told to."""
        return self.state in _BY_MASTER

    @property
    def reason(self) -> str:
        """Why it is gone, where its driver does not say."""
        return f"{_BY_MASTER.get(self.state, self.state)}, according to the master; see its log"
