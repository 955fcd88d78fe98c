"""memory.zram: swap in compressed RAM as large as the RAM, beside a worker that fills it."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.domain.sizing import DAEMON_MIB

_LARGE = 0.6
_FULL = 0.75


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        total, status = facts.machine.memory_mib, evidence.status(name)
        zram = sum(s.size_kib for s in facts.swaps if s.path.startswith("/dev/zram")) >> 10
        offered = status.worker.memory_mib if status is not None and status.worker else 0
        if total and zram >= _LARGE * total and offered and offered + DAEMON_MIB > _FULL * total:
            yield warning(
                f"its swap is {zram} MiB of zram, in {total} MiB of RAM, of which the worker "
                f"offers {offered}",
                f"let zram have half of the RAM at most, or set nodes.{name}.worker.memory to "
                f"{int(total * _FULL) - DAEMON_MIB}m or less",
                node=name,
                several="their swap is zram of more than half the RAM",
            )


CHECK = Check(
    id="memory.zram",
    title="Swap in RAM is too large for the worker beside it",
    why="A heap does not compress well: the board freezes for minutes, and then reboots",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "memory.oom-killed"),
)
