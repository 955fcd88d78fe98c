"""reach.duplicate-host-key: machines show the same SSH host key, as copied cards do."""

from collections.abc import Iterator
from shlex import quote

from pitui.config.model import Node
from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning

# A machine without any key lets nobody log in any more.
_NEW_KEYS = (
    'sudo sh -c "cd /etc/ssh && mkdir -p copied-keys && mv ssh_host_*_key* copied-keys && '
    'if ssh-keygen -A; then systemctl restart ssh; else mv copied-keys/* . ; exit 1; fi"'
)


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
            forget = [f"ssh-keygen -R {_known_host(evidence.nodes[one])}" for one in again]
            yield warning(
                f"its SSH host key is also that of {', '.join(others)}",
                " ; ".join([f"pitui exec {' '.join(again)} -- {quote(_NEW_KEYS)}", *forget]),
                node=name,
                detail="Then log in to them once more, and trust their new keys",
                several="they have the same SSH host key",
            )


def _known_host(node: Node) -> str:
    """Return a node's host as a file of known hosts has it, for a shell."""
    return node.host if node.port in (None, 22) else quote(f"[{node.host}]:{node.port}")


CHECK = Check(
    id="reach.duplicate-host-key",
    title="Several machines have the same SSH host key",
    why="One can be taken for another, by people and by SSH: their cards were copied from one",
    reads=Reads.NODES,
    rule=_rule,
)
