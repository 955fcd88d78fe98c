"""The thread dump of an executor, asked from its driver."""

from urllib.parse import quote

from pitui.domain.errors import NodeError
from pitui.services.cluster import Cluster
from pitui.services.monitor.driver_poll import driver_base
from pitui.spark.api.thread_dump import parse_threads

_LIMIT = 60.0
"""Seconds: a busy executor answers its driver late."""

_REFUSALS = {
    400: ("the executor is no longer running", "Only a running executor has threads to show."),
    404: ("the driver does not know this executor", ""),
    503: (
        "thread dumps are off, or only the history server answers",
        "Set spark.ui.threadDumpsEnabled=true. Applications that have ended have no thread dumps.",
    ),
}


async def thread_dump(cluster: Cluster, app_id: str, executor_id: str) -> tuple[str, ...]:
    """Return the threads of an executor (or of `driver`) as lines.

    Raises:
        NodeError: there is none to be had; says why.
        WebError: the driver does not answer.
        NotSparkError: something else answers.
    """
    node = cluster.master.name
    base = await driver_base(cluster.spark_master, app_id)
    if base is None:
        raise NodeError(
            node,
            f"the driver of {app_id} has no web UI to ask",
            "It has ended, or runs with spark.ui.enabled=false.",
        )
    url = f"{base}executors/{quote(executor_id, safe='')}/threads"
    answer = await cluster.web.get(url, via=node, limit=_LIMIT)
    if not answer.ok:
        what = f"no thread dump of executor {executor_id}"
        reason, advice = _REFUSALS.get(answer.status, (f"HTTP status {answer.status}", ""))
        raise NodeError(node, f"{what}: {reason}", advice)
    return parse_threads(answer.body)
