"""Which node an executor ran on."""

from urllib.parse import urlsplit

from pitui.domain.snapshot import Snapshot

_LOCAL = "driver"
"""The id of the executor that is the driver itself."""


def node_of_executor(snapshot: Snapshot, app_id: str, executor: str, host: str) -> str | None:
    """Return the name of an executor's node; None where its host is none of ours.

    Spark calls a host by the address that its worker took, which need not be the configured one.
    One JVM that is driver and executor (`local[*]`) ran where its log is: on the master's node.
    """
    if executor == _LOCAL and app_id.startswith("local-"):
        return snapshot.master.node
    for row in snapshot.executors.get(app_id, ()):
        if row.id == executor and row.node:
            return row.node
    for node in snapshot.nodes:
        webui = node.worker.webui if node.worker and node.worker.webui else ""
        if host in (node.host, node.name, urlsplit(webui).hostname):
            return node.name
    return None
