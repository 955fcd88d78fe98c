"""spark.version-differs: a node has another Spark than the master, or none."""

from collections.abc import Iterable, Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import configured_spark, is_provisioned
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.doctor.symptoms.usual_value import usual
from pitui.domain.cluster import DaemonProcess
from pitui.domain.daemon_target import DaemonTarget

_STEPS = ("spark", "conf", "secret", "sizing", "service")
_BRING = f"pitui provision {{nodes}} --only {','.join(_STEPS)}"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    yield from _without_spark(evidence)
    found = {n: (f.spark, f.scala) for n, f in evidence.spark_facts() if f.spark is not None}
    most = found.get(evidence.master_name) or usual(found, evidence.master_name)
    if most is None:
        return
    for name, own in found.items():
        if own == most:
            continue
        scala = own[0] == most[0]
        what = f"Spark {own[0]} for Scala {own[1]}" if scala else f"Spark {own[0]}"
        right = f"Scala {most[1]}" if scala else str(most[0])
        yield error(
            f"it has {what}, the cluster's is {right}",
            f"{_BRING} ; pitui restart {{nodes}}",
            node=name,
            several=f"their Spark is not that of the cluster, {right}",
            fixed_by=_fix_of_version(evidence, name) if scala is False else None,
        )


def _without_spark(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        home, status = evidence.nodes[name].spark_home, evidence.status(name)
        if not facts.clocks[1]:
            continue
        if status is not None and status.processes:
            yield from _another_home(evidence, name, status.processes)
        elif facts.spark is not None:
            continue
        elif facts.has_home:
            yield error(
                f"no Spark was found in {home}: Spark is elsewhere, or "
                f"{facts.machine.user or 'its login'} may not read that folder",
                f"set nodes.{name}.spark_home, or: pitui exec {name} -- sudo chmod go+rx "
                + quote(home),
                node=name,
            )
        else:
            yield error(
                f"there is no Spark: no folder {home}",
                _BRING,
                node=name,
                several="there is no Spark on them",
                fixed_by=_fix_of_version(evidence, name),
            )


def _another_home(
    evidence: Evidence, name: str, processes: Iterable[DaemonProcess]
) -> Iterator[Finding]:
    """Yield where what runs has another home: Spark is there, and perhaps closed to the login."""
    facts, home = evidence.facts[name], evidence.nodes[name].spark_home
    configured = facts.machine.home + home[1:] if home.startswith("~/") else home
    known = {configured.rstrip("/"), facts.real_home} - {""}
    for process in processes:
        homes = {one.rstrip("/") for one in process.homes}
        real = next((one for one in sorted(homes) if not one.endswith("/conf")), "")
        if process.in_container or homes & known or (facts.spark is not None and not real):
            continue
        by_hand = facts.spark is not None and process.unit is None
        yield warning(
            f"the {process.role} that runs there is of the Spark in {real or 'another folder'}, "
            f"and not of the one in {home}",
            f"pitui restart {name}"
            if by_hand
            else f"set nodes.{name}.spark_home: {real or 'where its Spark is'}",
            node=name,
            about=f"{process.role} {real}",
        )


def _fix_of_version(evidence: Evidence, name: str) -> Fix | None:
    """Return the steps that bring the cluster's Spark, where the configuration has that one."""
    master = evidence.facts.get(evidence.master_name)
    if name == evidence.master_name or not is_provisioned(evidence, evidence.master_name):
        return None
    if master is None or master.spark != configured_spark(evidence.config):
        return None
    status = evidence.status(name)
    roles = [process.role for process in status.processes] if status is not None else []
    again = [DaemonTarget(name, role) for role in dict.fromkeys(roles)]
    return Fix.provisioning(*_STEPS, on=[name], restart=again)


CHECK = Check(
    id="spark.version-differs",
    title="A node has another version of Spark, or none",
    why="Even patch versions do not fit: `InvalidClassException ... local class incompatible`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.waiting"),
    fixes=(*_STEPS, "restart"),
)
