"""Whether a run left all workers alive."""

import asyncio
import time
from collections.abc import Sequence

from pitui.domain.cluster import Worker
from pitui.domain.errors import PituiError
from pitui.services.cluster import Cluster

_BACK_LIMIT = 20.0
"""Seconds within which a worker must be alive again after a run."""


async def all_workers_alive(cluster: Cluster, before: Sequence[Worker]) -> None:
    """See that all workers are alive that were before.

    Raises:
        PituiError: one is not; names its address.
    """
    wanted = {(worker.host, worker.port) for worker in before}
    until = time.monotonic() + _BACK_LIMIT
    while True:
        alive = (await cluster.spark_master.read()).alive
        gone = sorted({host for host, _ in wanted - {(w.host, w.port) for w in alive}})
        if not gone:
            return
        if time.monotonic() > until:
            what = f"the worker on {', '.join(gone)} is no longer alive after the run"
            raise PituiError(what, "`pitui doctor` and its log say why; then `pitui start`.")
        await asyncio.sleep(1.0)
