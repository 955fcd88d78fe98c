"""java.unfit: a node's Java is too old or too new for its Spark."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import configured_spark, is_written_by_step
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.daemon_target import DaemonTarget
from pitui.spark.java_versions import JAVA_24, runs_on, series_of


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        version = facts.spark or evidence.snapshot.master.version
        series = series_of(version or "")
        if facts.java is None or series is None:
            continue
        low, high = runs_on(series)
        major = facts.java.major
        fix = "pitui provision {nodes} --only java,conf ; pitui restart {nodes}"
        by = _fix_of_java(evidence, name, series)
        what = f"its Java is {major} ({facts.java.path}), and Spark {version} runs on"
        if major < low:
            said = "UnsupportedClassVersionError"
            yield error(
                f"{what} {low} and newer",
                fix,
                node=name,
                detail=_says(said),
                fixed_by=by,
                several=f"their Java is too old for Spark {version}",
            )
        elif major >= JAVA_24 > high:
            said = "UnsupportedOperationException: getSubject is not supported"
            yield error(
                f"{what} {low} to {high}",
                fix,
                node=name,
                detail=_says(said),
                fixed_by=by,
                several=f"their Java is too new for Spark {version}",
            )
        elif major > high:
            yield warning(f"{what} {low} to {high}", fix, node=name, fixed_by=by,
                          several=f"their Java is newer than Spark {version} supports")  # fmt: skip


def _fix_of_java(evidence: Evidence, name: str, series: tuple[int, int]) -> Fix | None:
    """Return the steps that bring a Java for the configured Spark, where that is the node's."""
    same = series_of(configured_spark(evidence.config)) == series
    if not same or not is_written_by_step(evidence, name, "JAVA_HOME"):
        return None
    status = evidence.status(name)
    roles = dict.fromkeys(process.role for process in status.processes) if status else ()
    again = [DaemonTarget(name, role) for role in roles]
    return Fix.provisioning("java", "conf", on=[name], restart=again)


def _says(text: str) -> str:
    return f"Spark ends with `{text}`"


CHECK = Check(
    id="java.unfit",
    title="A node's Java does not fit its Spark",
    why="Daemons and executors end as they start, or fail in ways that nobody has tested",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.waiting"),
    fixes=("java", "conf", "restart"),
)
