"""system.page-size: memory pages of 16 KiB, for which some Python wheels are not built."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, info

_USUAL = 4096


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        if facts.page_bytes > _USUAL:
            yield info(
                f"its memory pages have {facts.page_bytes >> 10} KiB, as on a Pi 5",
                "where a library fails with `Unsupported system page size`: a newer wheel, "
                "ARROW_DEFAULT_MEMORY_POOL=system, or kernel=kernel8.img in its config.txt",
                node=name,
                several="their memory pages have 16 KiB, as on a Pi 5",
            )


CHECK = Check(
    id="system.page-size",
    title="A node has large memory pages",
    why="Libraries that were built for pages of 4 KiB crash there and nowhere else",
    reads=Reads.NODES,
    rule=_rule,
)
