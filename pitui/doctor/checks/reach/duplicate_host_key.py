"""reach.duplicate-host-key: machines show the same SSH host key, as copied cards do."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        others = [
            other
            for other, its in evidence.facts.items()
            if other != name
            and facts.access.host_keys & its.access.host_keys
            and not evidence.same_machine(name, other)
        ]
        if others:
            # One of them may keep it.
            again = [one for one in evidence.facts if one in (name, *others)][1:]
            hosts = [evidence.nodes[one].host for one in again]
            forget = " ; ".join(f"ssh-keygen -R {host}" for host in hosts)
            yield warning(
                f"its SSH host key is also that of {', '.join(others)}",
                f"pitui exec {' '.join(again)} -- 'sudo rm /etc/ssh/ssh_host_*_key* && "
                f"sudo ssh-keygen -A && sudo systemctl restart ssh' ; {forget} ; then trust the "
                "new keys",
                node=name,
                several="they have the same SSH host key",
            )


CHECK = Check(
    id="reach.duplicate-host-key",
    title="Several machines have the same SSH host key",
    why="One can be taken for another, by people and by SSH: their cards were copied from one",
    reads=Reads.NODES,
    rule=_rule,
)
