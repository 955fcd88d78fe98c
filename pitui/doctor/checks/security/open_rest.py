"""security.open-rest: the master takes submissions over REST from anybody."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.ip_address import is_loopback

_PORT = 6066
_ENABLED = "spark.master.rest.enabled"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    name = evidence.master_name
    facts = evidence.facts.get(name)
    if facts is None or facts.listening is None or not evidence.master_alive:
        return
    told = evidence.masters_setting("spark.master.rest.port")
    port = int(told) if told.isdecimal() else _PORT
    if any(at == port and not is_loopback(host) for host, at in facts.listening):
        fix = Fix.provisioning("conf", on=[name], restart=[DaemonTarget(name, Role.MASTER)])
        by_step = _is_turned_off_by_step(evidence, name)
        yield warning(
            f"the master takes submissions over REST on port {port}, from anybody, whatever "
            "spark.authenticate says",
            fix if by_step else f"set spark.defaults: {{{_ENABLED}: false}}, then: {fix.commands}",
            node=name,
        )


def _is_turned_off_by_step(evidence: Evidence, name: str) -> bool:
    """Whether provisioning turns it off: it does where nobody says otherwise."""
    chosen = evidence.config.spark.defaults.get(_ENABLED, False)
    return str(chosen).lower() != "true" and is_written_by_step(evidence, name, _ENABLED)


CHECK = Check(
    id="security.open-rest",
    title="The master takes submissions from anybody",
    why="Whoever is in the network runs programs as Spark's account; on by default since Spark 4.1",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("conf", "restart"),
)
