"""reach.ssh: a node cannot be reached."""

from collections.abc import Iterator

from pitui.config.model import Node
from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, error, warning
from pitui.doctor.fix.sudo_prefix import ssh_command
from pitui.doctor.symptoms.node_losses import node_losses
from pitui.domain.cluster import NodeStatus, WorkerState
from pitui.domain.link import LinkState

_SEVERAL = {
    LinkState.REFUSED: "they cannot be reached: connection refused",
    LinkState.UNREACHABLE: "they cannot be reached: nobody answers",
}
"""What is likely one cause: a switch, or the power of all."""

_OFTEN = 3
"""Losses in an hour that are no chance any more."""


def _rule(evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
    for status in evidence.snapshot.nodes:
        link = status.link
        if link.state is LinkState.CONNECTING:
            yield SkippedCheck("it is still being connected to", status.name)
            continue
        several = ""
        if link.state is not LinkState.CONNECTED:
            said = f"it cannot be reached: {link.error or link.state}"
            several = _SEVERAL.get(link.state, "")
        elif link.error is not None and status.name not in evidence.facts:
            said = f"it is connected, but {link.error}"
        else:
            continue
        lives = _masters_word(evidence, status)
        yield error(
            said,
            link.advice or _way_to(evidence.nodes[status.name]),
            node=status.name,
            detail=lives,
            several=several,
            why="Nothing can be seen or done there" if lives else "",
        )
    yield from _lost_again_and_again(evidence)


def _masters_word(evidence: Evidence, status: NodeStatus) -> str:
    """Return what the master says of the worker of a node; empty where that is gone as well."""
    alive = any(worker.state is WorkerState.ALIVE for worker in status.workers)
    if evidence.snapshot.master.state.silent or not alive:
        return ""
    return "the master still has its worker as ALIVE: what runs there may go on"


def _way_to(node: Node) -> str:
    """Return the command that shows what is wrong with a node, as a person would begin."""
    if node.local:
        return "it is this machine: see with top what keeps it busy, and with free its memory"
    return ssh_command(node)


def _lost_again_and_again(evidence: Evidence) -> Iterator[Finding]:
    kernel = {name: facts.kernel or () for name, facts in evidence.facts.items()}
    for name, losses in node_losses(evidence.events, kernel, evidence.now).items():
        count, low = len(losses.times), losses.with_undervoltage
        if count < _OFTEN or name not in evidence.nodes:
            continue
        share = "each time" if low == count else f"{low} times"
        yield warning(
            f"it was lost {count} times in the last hour"
            + (f", {share} with under-voltage" if low else ""),
            "give it a power supply of its own for its model, and a short, thick cable"
            if 2 * low >= count
            else f"pitui events --node {name} --since 1h ; try another cable and another port, and "
            "look at its power and memory",
            node=name,
            about="again",
            several="they were lost several times in the last hour",
        )


CHECK = Check(
    id="reach.ssh",
    title="A node cannot be reached",
    why="Nothing can be seen or done there, and its worker is likely gone too",
    reads=Reads.HEALTH,
    rule=_rule,
    explains=("spark.unregistered", "ports.blocked"),
)
