"""Opening the cluster for a command that changes something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pitui.cli.output import complain

if TYPE_CHECKING:
    from pitui.config.model import Config
    from pitui.remote.prompts import PasswordPrompter
    from pitui.services.cluster import Cluster


@asynccontextmanager
async def open_to_act(
    config: "Config", prompter: "PasswordPrompter", *, read_only: bool
) -> "AsyncIterator[Cluster]":
    """Hand out the cluster, and say at the end where an action could not be recorded.

    While `read_only` it refuses every change.
    """
    from pitui.services.cluster import open_cluster

    async with open_cluster(config, prompter, read_only=read_only) as cluster:
        try:
            yield cluster
        finally:
            if complaint := await cluster.audit.written():
                complain(f"pitui: {complaint}")
