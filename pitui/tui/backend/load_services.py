"""How the app comes to its services, which it must not import before its first paint."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from pitui.config.model import Config
from pitui.config.nodes import resolve_nodes
from pitui.domain.cluster import MasterStatus, NodeStatus
from pitui.domain.snapshot import Snapshot

if TYPE_CHECKING:
    from pitui.remote.prompts import PasswordPrompter
    from pitui.tui.backend.backend_interface import Backend

BackendFactory = Callable[[Config, "PasswordPrompter"], AbstractAsyncContextManager["Backend"]]


def open_live(
    config: Config, prompter: "PasswordPrompter"
) -> "AbstractAsyncContextManager[Backend]":
    """Open the real services; call it off the event loop's thread first, for its imports."""
    from pitui.tui.backend.live_backend import open_backend

    return open_backend(config, prompter)


def load_live() -> None:
    """Import what `open_live` needs; in a thread, after the first paint."""
    from pitui.remote.ssh.asyncssh_import import import_ssh

    import_ssh()
    import pitui.tui.backend.live_backend  # noqa: F401
    from pitui.tui.terminal.gc_tuning import tune_gc

    tune_gc()


def first_snapshot(config: Config) -> Snapshot:
    """Return what is known before anything was asked: the configured nodes."""
    nodes = resolve_nodes(config)
    master = nodes[config.cluster.master]
    host = config.spark.master.host or (master.name if master.local else master.host)
    return Snapshot(
        cluster=config.cluster.name,
        master=MasterStatus(node=master.name, url=f"spark://{host}:{config.spark.master.port}"),
        nodes=tuple(
            NodeStatus(
                name=node.name,
                host=node.host,
                roles=node.roles,
            )
            for node in nodes.values()
        ),
    )
