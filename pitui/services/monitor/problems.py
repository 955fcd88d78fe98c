"""What of a snapshot is a failure: the nodes and the master that could not be asked."""

from pitui.domain.cluster import MasterState
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot

_STOPPED = "the master is not running. Start it with `pitui start master`."


def problems(snapshot: Snapshot) -> list[str]:
    """Return a line for each node without a link, and for a master that does not answer."""
    found = []
    for node in snapshot.nodes:
        if node.link.state is not LinkState.CONNECTED or node.link.error is not None:
            advice = f" {node.link.advice}" if node.link.advice else ""
            found.append(f"{node.name}: {node.link.error or node.link.state}.{advice}")
    if snapshot.master.state is MasterState.UNREACHABLE:
        error = snapshot.master.error or "the master does not answer"
        found.append(f"{snapshot.master.node}: {error}")
    return found


def master_silence(snapshot: Snapshot) -> str | None:
    """Return why the master says nothing, and what to do; None where it answers."""
    master = snapshot.master
    if not master.state.silent:
        return None
    return f"{master.node}: {master.error or _STOPPED}"
