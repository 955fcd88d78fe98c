"""disk.logs-grow: a log has become very large, and nothing keeps it from growing."""

from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning

_ROLLING = "spark.executor.logs.rolling.strategy"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        if not facts.logs.large:
            continue
        path, size = max(facts.logs.large.items(), key=lambda pair: pair[1])
        more = len(facts.logs.large) - 1
        executors = path.endswith(("/stderr", "/stdout"))
        rolls = bool(facts.defaults.get(_ROLLING))
        yield warning(
            f"{path} has {size >> 20} MiB{f', and {more} more are large' if more else ''}",
            f"pitui exec {name} -- sudo truncate -s 0 {quote(path)} ; "
            "pitui provision {nodes} --only conf",
            node=name,
            detail=f"{_ROLLING} is not set, so logs of executors only grow; provisioning has them "
            "roll at 16 MiB, and keep five"
            if executors and not rolls
            else "",
            several="some of their logs are large",
        )


CHECK = Check(
    id="disk.logs-grow",
    title="A log grows without end",
    why="Spark writes up to 1 GB a minute when something fails in a loop, and the disk is full",
    reads=Reads.NODES,
    rule=_rule,
    explains=("disk.space",),
)
