"""access.sudo: the configuration counts on sudo without a password, and it is not so."""

from collections.abc import Iterator

from pitui.config.model import Node
from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, finding, warning
from pitui.doctor.severity import FindingSeverity
from pitui.domain.text.number_words import counted, listed
from pitui.facts.node_facts.node_facts import NodeFacts
from pitui.spark.daemons.systemd_units import sudoers_line, unit_commands
from pitui.spark.daemons.unit_files import unit_name

_MOST = 3
"""Commands that are named."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        if evidence.nodes[name].sudo != "passwordless":
            continue
        if facts.sudo.state == "some":
            yield _of_some(evidence.nodes[name], facts)
        elif facts.sudo.state in ("asks", "missing"):
            yield _of_none(name, missing=facts.sudo.state == "missing")


def _of_none(name: str, *, missing: bool) -> Finding:
    said = "there is no sudo" if missing else "sudo asks for a password"
    return warning(
        f"{said}, and the configuration says `sudo: passwordless`",
        f"set nodes.{name}.sudo to none"
        if missing
        else "set ssh.sudo to ask, or run: pitui provision {nodes} --only access",
        node=name,
        several=f"{said}, and the configuration says `sudo: passwordless`",
    )


def _of_some(node: Node, facts: NodeFacts) -> Finding:
    """Return what pitui may do where sudoers name commands: for daemons' sake that may be meant."""
    units = [unit_name(role) for role in node.roles]
    units = [unit for unit in units if facts.units.get(unit) in ("enabled", "disabled")]
    wanted = [command for unit in units for command in unit_commands(unit)]
    refused = [command for command in wanted if not facts.sudo.allow(command)]
    free = facts.sudo.free_commands
    more = f" and {len(free) - _MOST} more" if len(free) > _MOST else ""
    can = f"pitui can start and stop {listed(units)}" if wanted and not refused else ""
    cannot = f"pitui cannot run {listed([f'`{one}`' for one in refused])}" if refused else ""
    rest = "provisioning, and what else needs root, is refused"
    line = sudoers_line(facts.machine.user or "LOGIN", *wanted)
    return finding(
        FindingSeverity.WARNING if refused else FindingSeverity.INFO,
        f"sudo allows only {counted(len(free), 'command')} without a password: "
        f"{', '.join(free[:_MOST])}{more}",
        f"add with `sudo visudo -f /etc/sudoers.d/pitui`: {line}"
        if refused
        else f"set nodes.{node.name}.sudo to ask where it shall be provisioned",
        node=node.name,
        detail="; ".join(word for word in (can, cannot, rest) if word),
        several="sudo allows only some commands without a password",
    )


CHECK = Check(
    id="access.sudo",
    title="A login cannot use sudo as the configuration says",
    why="Provisioning, and starting and stopping services of systemd, need it",
    reads=Reads.NODES,
    rule=_rule,
)
