"""access.sudo: the configuration counts on sudo without a password, and it is not so."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        if evidence.nodes[name].sudo != "passwordless" or facts.sudo not in ("asks", "missing"):
            continue
        missing = facts.sudo == "missing"
        said = "there is no sudo" if missing else "sudo asks for a password"
        yield warning(
            f"{said}, and the configuration says `sudo: passwordless`",
            f"set nodes.{name}.sudo to none"
            if missing
            else "set ssh.sudo to ask, or run: pitui provision {nodes} --only access",
            node=name,
            several=f"{said}, and the configuration says `sudo: passwordless`",
        )


CHECK = Check(
    id="access.sudo",
    title="A login cannot use sudo as the configuration says",
    why="Provisioning, and starting and stopping services of systemd, need it",
    reads=Reads.NODES,
    rule=_rule,
)
