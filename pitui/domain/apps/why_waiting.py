"""Why an application waits or does not move, in words with the figures, and what to do about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from pitui.domain.apps.stall_reason import StallKind, StallReason
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    MasterState,
    MasterView,
    Worker,
)
from pitui.domain.sizing import (
    LEAST_MEMORY,
    SMALLEST_EXECUTOR_MIB,
    SMALLEST_SERIAL_EXECUTOR_MIB,
)
from pitui.domain.spark_driver import ClusterDriver

SHORT_WAIT = 3.0
"""Seconds in which waiting is just starting."""

MIB = 1024 * 1024

LOOP = 2
"""Executors that ended by themselves from which on they are taken to die in a loop."""

_UNREACHABLE = re.compile(
    r"Failed to connect to|Connection refused|No route to host|UnknownHostException"
    r"|onnection timed out|Cannot receive any reply from|Network is unreachable"
)
_MEMORY = re.compile(r"OutOfMemoryError|Cannot allocate memory|insufficient memory|enough space")
_HEAP = re.compile(r"INVALID_EXECUTOR_MEMORY\S* .*?([1-9]\d{6,}) must be at least (\d{7,})")
_PEER = re.compile(r"(?:connect to|refused:|host:|timed out:|reply from) *(\S+?:\d+)")


@dataclass(frozen=True, slots=True)
class ExecutorDeaths:
    """Executors of an application that died, with what is known of the latest."""

    count: int
    executor: str
    node: str = ""
    last_line: str = ""
    """Of its standard error: the last that speaks of an error."""
    memory_mib: int = 0
    """What the application asks for each."""


def waits(application: Application, view: MasterView) -> StallReason | None:
    """Return the reason for which an application has no executor; None where it does not wait.

    Rule: Spark's standalone master places an executor only where all of its memory fits on an
    ALIVE worker that has a core free.
    """
    if application.state is not ApplicationState.WAITING:
        return None
    return no_room(application, view) or _nothing_seen(application)


def no_room(application: Application, view: MasterView) -> StallReason | None:
    """Return why no executor can be placed, as far as the master's view of the workers shows it."""
    if view.state is not MasterState.ALIVE:
        return StallReason(
            f"the master is {view.state}", "Work continues when the master is ALIVE."
        )
    if not view.alive:
        return StallReason("no worker is alive", "Start them: pitui start workers.")
    others = [a for a in view.applications if a.cores and a.id != application.id]
    wanted = application.memory_per_executor_mib
    return _too_large_request(
        wanted, view.alive, "per executor", "--executor-memory"
    ) or _all_taken(wanted, view.alive, others)


def driver_waits(driver: ClusterDriver, view: MasterView) -> StallReason | None:
    """Return why a cluster-mode driver is not started; None where it does not wait."""
    if driver.worker or not driver.state.active:
        return None
    if view.state is not MasterState.ALIVE:
        return StallReason(
            f"the master is {view.state}", "Work continues when the master is ALIVE."
        )
    if not view.alive:
        return StallReason("no worker is alive", "Start them: pitui start workers.")
    most = max(worker.cores for worker in view.alive)
    if driver.cores > most:
        return StallReason(
            f"the driver wants {driver.cores} cores, the largest worker has {most}",
            f"Submit it with --driver-cores {most} or less.",
        )
    others = [application for application in view.applications if application.cores]
    return _too_large_request(
        driver.memory_mib, view.alive, "for the driver", "--driver-memory"
    ) or _all_taken(driver.memory_mib, view.alive, others)


def too_many_cores(wanted: int, alive: Sequence[Worker]) -> StallReason | None:
    """Return why no executor is placed, by the cores that each of them asks for."""
    most, free = max(w.cores for w in alive), max(w.cores_free for w in alive)
    if wanted > most:
        return StallReason(
            f"wants {wanted} cores per executor, the largest worker has {most}",
            f"Ask for {most} or less: --executor-cores {most} (spark.executor.cores).",
        )
    if wanted > free:
        return StallReason(
            f"wants {wanted} cores per executor, at most {free} are free on one worker",
            f"Wait, or ask for {free} or less with --executor-cores (spark.executor.cores).",
        )
    return None


SEE_ITS_LOG = "Its log says what came before; kill the application to end it."
"""The advice where nothing better is known."""


def dying(deaths: ExecutorDeaths) -> StallReason | None:
    """Return why executors that were started are of no use; None where too few have died."""
    if deaths.count < LOOP:
        return None
    where = f" on {deaths.node}" if deaths.node else ""
    latest = f"{deaths.count} executors died, the latest ({deaths.executor}){where}"
    line = deaths.last_line
    if _UNREACHABLE.search(line):
        peer = _PEER.search(line)
        at = f" at {peer[1]}" if peer else ""
        return StallReason(
            f"its executors cannot reach the driver{at}; {latest}: {line}",
            (
                "Give it an address that the workers can reach (--conf "
                "spark.driver.host=ADDRESS), and open its port in the firewall "
                "(spark.driver.port)."
            ),
            StallKind.DRIVER_UNREACHABLE,
            deaths.executor,
        )
    if heap := _HEAP.search(line):
        return _heap_too_small(deaths, int(heap[1]), int(heap[2]))
    if _MEMORY.search(line):
        advice = "Ask for more with --executor-memory, or split the data into more partitions."
        return _die_in_a_loop(deaths, f"{latest}: {line}", advice)
    said = f": {line}" if line else ", and its log contains no error"
    return _die_in_a_loop(deaths, f"{latest}{said}", SEE_ITS_LOG)


def _die_in_a_loop(deaths: ExecutorDeaths, reason: str, fix: str) -> StallReason:
    return StallReason(reason, fix, StallKind.EXECUTORS_DIE, deaths.executor)


def _heap_too_small(deaths: ExecutorDeaths, heap: int, least: int) -> StallReason:
    # The JVM keeps some of what it is given to itself: as much more must be asked for.
    asked = deaths.memory_mib or SMALLEST_EXECUTOR_MIB
    enough = max(ceil(asked * least / heap), SMALLEST_SERIAL_EXECUTOR_MIB)
    return _die_in_a_loop(
        deaths,
        f"{deaths.memory_mib} MiB leave a heap of {heap // MIB} MiB, Spark needs {least // MIB} "
        f"MiB: {deaths.count} executors died",
        f"Submit it again with --executor-memory {enough}m or more.",
    )


def idle(executors: Sequence[Executor] | None) -> StallReason | None:
    """Return why executors that are there get no task, as far as the driver's rows show it."""
    if executors is None or not any(executor.active for executor in executors):
        return None
    active = [executor for executor in executors if executor.active]
    if not any(executor.cores for executor in active):
        return StallReason("its executors are starting")
    return StallReason(
        f"its {len(active)} executors are idle",
        (
            "Either its driver is busy itself, or a task needs more than an executor offers "
            "(spark.task.cpus)."
        ),
    )


def _too_large_request(
    wanted: int, alive: Sequence[Worker], what: str, option: str
) -> StallReason | None:
    largest = max(worker.memory_mib for worker in alive)
    if wanted <= largest:
        return None
    reason = f"wants {wanted} MiB {what}, the largest worker has {largest} MiB"
    more = f"give a worker {wanted} MiB (spark.worker.memory in the configuration)"
    if largest < SMALLEST_EXECUTOR_MIB:
        return StallReason(reason, f"Spark needs {LEAST_MEMORY}: {more}.")
    return StallReason(reason, f"Submit it again with {option} {largest}m or less, or {more}.")


def _all_taken(
    wanted: int, alive: Sequence[Worker], others: Sequence[Application]
) -> StallReason | None:
    held = ", ".join(f"{app.name} ({app.id})" for app in others)
    wait = f"Wait for {held}, or kill it." if held else "Wait until a driver or executor ends."
    free = max(worker.memory_free_mib for worker in alive)
    if wanted > free:
        return StallReason(f"wants {wanted} MiB per executor, at most {free} MiB are free", wait)
    if not any(worker.cores_free for worker in alive):
        limit = " To share: spark.cores.max for each application." if held else ""
        return StallReason(
            f"all {sum(worker.cores for worker in alive)} cores are in use", wait + limit
        )
    if not any(w.cores_free and w.memory_free_mib >= wanted for w in alive):
        return StallReason(f"no worker has both {wanted} MiB and a core free", wait)
    return None


def _nothing_seen(application: Application) -> StallReason:
    if application.duration_s < SHORT_WAIT:
        return StallReason("just submitted")
    return StallReason(
        "a worker has room; it may ask for more cores per executor than any worker has free",
        "Lower --executor-cores (spark.executor.cores), and check the master's log.",
    )
