"""security.default-password: an account has the password that its image came with."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, warning
from pitui.doctor.fix.sudo_prefix import ssh_command


def _rule(evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
    for name, facts in evidence.facts.items():
        may = evidence.nodes[name].sudo != "none"
        if may and facts.machine.user and not facts.access.passwords_seen:
            yield SkippedCheck("it needs sudo without a password there", name)
        for account in facts.access.default_passwords:
            login = ssh_command(evidence.nodes[name], "-t")
            yield warning(
                f"{account} has the password that its image came with, which everybody knows",
                f"{login} sudo passwd {account}",
                node=name,
                detail="Or let it have none, logins by key still work: pitui exec NODE -- sudo "
                f"passwd -l {account}",
                about=account,
                several=f"{account} has the password that its image came with",
            )


CHECK = Check(
    id="security.default-password",
    title="An account has a password that everybody knows",
    why="Whoever reaches the machine's SSH has it, and sudo with it; such logins are tried all day",
    reads=Reads.NODES,
    rule=_rule,
)
