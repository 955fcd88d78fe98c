"""How much memory a worker can offer on its board, and how much an executor can ask for.

Measured with Spark 4.3.0 on Java 17, in MiB: a daemon's JVM takes about 240; an executor with a
heap of 470 took 395 (its heap is not touched to the last page), its Python daemon 45 and each
Python worker 55, of which there is one a core. Standalone mode adds no overhead of its own, so
whatever is beside the heap has to be left free here. Raspberry Pi OS without a desktop takes about
150 (an estimate).

Spark refuses an executor whose heap is under 450 MiB, twice: by what is asked for, and by what the
JVM says it has. The serial collector, which Java chooses on boards with less than 1792 MiB or one
core, keeps a survivor space out of that figure: `-Xmx450m` gives 435, and only from 466 on it is
enough. So no worker is made to offer less than 470 by itself.
"""

from collections.abc import Iterable

SMALLEST_EXECUTOR_MIB = 450
"""Spark refuses an executor or driver of less than 471859200 bytes."""

SMALLEST_SERIAL_EXECUTOR_MIB = 466
"""The same where Java chooses the serial collector, and so on every board."""

LEAST_MEMORY = (
    f"{SMALLEST_SERIAL_EXECUTOR_MIB}m and more "
    f"({SMALLEST_EXECUTOR_MIB}m on boards of 2 GB and more)"
)
"""The rule for people; README, config.example.yaml and `pitui init` say the same."""

_SERVER_CLASS_MIB = 1792
_SERVER_CLASS_CORES = 2
"""From both on Java does not choose the serial collector."""

DEFAULT_EXECUTOR_MIB = 1024
"""spark.executor.memory where nobody sets it."""

SYSTEM_MIB = 150
DAEMON_MIB = 240
PYTHON_MIB = 45 + 4 * 55
_SMALL_HEAP_MIB = 470
_SMALL_EXECUTOR_MIB = 395 + 45 + 55
_STEP_MIB = 64


def least_executor_mib(total_mib: int, cores: int) -> int:
    """Return the MiB of the smallest executor that starts on a board.

    Args:
        total_mib: the board's memory in MiB.
        cores: its cores.
    """
    serial = total_mib < _SERVER_CLASS_MIB or cores < _SERVER_CLASS_CORES
    return SMALLEST_SERIAL_EXECUTOR_MIB if serial else SMALLEST_EXECUTOR_MIB


def fitting_worker_memory_mib(total_mib: int) -> int:
    """Return the MiB that a worker can offer on a board, or 0 where no executor fits.

    From the board's memory, as the kernel counts it, come off the system (150), the worker's
    daemon (240) and the Python processes of four cores (265). Nine tenths of the rest are offered,
    in steps of 64: the last tenth is for what a JVM needs beside its heap, and for the page cache.
    A board of 2 GB (1846 MiB) offers 1024, of 4 GB (3791) 2816, of 8 GB (7820) 6400, of 16 GB
    (15900) 13696.

    A board of 1 GB (906) would so offer less than an executor needs; it gets one of 470, the
    smallest that starts on every JVM, with one Python worker: 150 + 240 + 395 + 45 + 55 = 885.
    Below that the answer is 0.

    Args:
        total_mib: the board's memory in MiB (MemTotal of /proc/meminfo).
    """
    rest = total_mib - SYSTEM_MIB - DAEMON_MIB - PYTHON_MIB
    offered = rest * 9 // 10 // _STEP_MIB * _STEP_MIB
    if offered >= _SMALL_HEAP_MIB:
        return offered
    smallest = SYSTEM_MIB + DAEMON_MIB + _SMALL_EXECUTOR_MIB
    return _SMALL_HEAP_MIB if total_mib >= smallest else 0


def fitting_executor_memory_mib(worker_memory_mib: Iterable[int]) -> int | None:
    """Return the MiB that one executor can ask for and start on every worker that can have one.

    That is what the smallest of them offers, and at most Spark's own default of 1024, so that a
    larger worker has room for the next application. Workers that offer less than 450 can run no
    executor, whatever is asked for, and do not count.

    Args:
        worker_memory_mib: the free (or all) memory in MiB of each ALIVE worker.

    Returns:
        The MiB, or None where no worker offers 450.
    """
    able = [mib for mib in worker_memory_mib if mib >= SMALLEST_EXECUTOR_MIB]
    return min([DEFAULT_EXECUTOR_MIB, *able]) if able else None
