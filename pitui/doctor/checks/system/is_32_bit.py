"""system.32-bit: a 32-bit system, for which Spark's native libraries are missing."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        machine = facts.machine
        if machine.arch.startswith("armv6"):
            yield error(
                f"its board is ARMv6 ({machine.board or machine.arch}), which has no usable Java",
                "remove it from the configuration: a Pi 2 or newer is needed",
                node=name,
            )
        elif machine.bits == 32:
            yield warning(
                f"its system has 32 bits ({machine.package_arch} on {machine.arch})",
                "write a 64-bit image to its card, then: pitui provision {nodes}",
                node=name,
                several="their systems have 32 bits",
            )


CHECK = Check(
    id="system.32-bit",
    title="A node runs a 32-bit system",
    why="There are no libraries of lz4, RocksDB and Netty for it: `UnsatisfiedLinkError`",
    reads=Reads.NODES,
    rule=_rule,
)
