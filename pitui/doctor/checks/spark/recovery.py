"""spark.recovery: what becomes of applications and workers when the master is restarted."""

import re
from collections.abc import Iterator, Mapping

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, info, warning
from pitui.doctor.symptoms.settling import process_age
from pitui.domain.cluster import MasterState, Role
from pitui.facts.node_facts.node_facts import NodeFacts

_MODE, _FOLDER = "spark.deploy.recoveryMode", "spark.deploy.recoveryDirectory"
_KEPT = "/var/lib/spark/recovery"
_LONG = 90.0
"""Seconds; it waits 60 for those that do not answer (spark.worker.timeout)."""
_IN_RAM = re.compile(r"(?:file:/*)?/?(?:tmp|run|dev/shm)(?:/|$)")


def _rule(evidence: Evidence) -> Iterator[Finding]:
    name = evidence.master_name
    facts, master = evidence.facts.get(name), evidence.snapshot.master
    if master.state is MasterState.RECOVERING and _master_age(evidence) > _LONG:
        yield warning(
            "the master is RECOVERING: it waits for the workers and applications of before",
            "wait a minute; if it stays so, stop workers that are gone for good, then: "
            "pitui restart master",
            node=name,
            about="state",
        )
    if facts is None or not facts.has_home or not evidence.master_alive:
        return
    mode = evidence.masters_setting(_MODE).upper()
    if mode in ("", "NONE"):
        yield info(
            "spark.deploy.recoveryMode is NONE: a master that is restarted knows no application",
            _to_set(evidence, facts, {_MODE: "FILESYSTEM", _FOLDER: _KEPT}),
            node=name,
            about="mode",
        )
    elif mode == "FILESYSTEM":
        folder = evidence.masters_setting(_FOLDER)
        if not folder or _IN_RAM.match(folder):
            where = folder or "not set, and so the folder that the master was started in"
            yield warning(
                f"spark.deploy.recoveryDirectory is {where}: what is kept there may be gone "
                "when it is needed",
                _to_set(evidence, facts, {_FOLDER: _KEPT}),
                node=name,
                about="folder",
            )


def _to_set(evidence: Evidence, facts: NodeFacts, settings: Mapping[str, str]) -> str:
    """Return how the master comes to settings; a cluster on one machine is never provisioned."""
    if evidence.on_one_machine:
        lines = ", ".join(f"`{name} {value}`" for name, value in settings.items())
        file = facts.defaults_path or "spark-defaults.conf"
        return f"make {_KEPT}, and add {lines} to {file}, then: pitui restart master"
    words = ", ".join(f"{name}: {value}" for name, value in settings.items())
    return f"set spark.defaults: {{{words}}}, then: {_apply(evidence)}"


def _apply(evidence: Evidence) -> str:
    """Return the commands that make the folder and have the master use it."""
    name, status = evidence.master_name, evidence.status(evidence.master_name)
    running = [p.user for p in status.processes if p.role is Role.MASTER] if status else []
    user = next(iter(running), "") or evidence.config.spark.user or "spark"
    return (
        f"pitui exec {name} -- sudo install -d -o {user} -m 700 {_KEPT} ; "
        f"pitui provision {name} --only conf ; pitui restart master"
    )


def _master_age(evidence: Evidence) -> float:
    """Return for how many seconds the master's process has run; 0 where that is not known."""
    status = evidence.status(evidence.master_name)
    if status is None:
        return 0.0
    ages = [process_age(status, p) for p in status.processes if p.role is Role.MASTER]
    return max(ages, default=0.0)


CHECK = Check(
    id="spark.recovery",
    title="A restart of the master loses the applications",
    why="They run on, but get no executor any more, and the master lists none of them",
    reads=Reads.NODES,
    rule=_rule,
)
