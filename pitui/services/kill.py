"""Killing an application through the master's web UI."""

import asyncio

from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.errors import NodeError, UsageError
from pitui.services.cluster import Cluster
from pitui.spark.app_page import csrf_token

_AGREE_LIMIT = 15.0
_REFUSALS = {
    403: ("the master refused", "It may forbid kills from its web UI (spark.ui.killEnabled)."),
    405: ("kills are switched off", "Set spark.ui.killEnabled=true on the master and restart it."),
}


async def kill_application(cluster: Cluster, app_id: str) -> Application:
    """Kill an application and return it as the master then lists it.

    From Spark 4.3 the request needs the token that the index page holds.

    Raises:
        UsageError: the master lists no such active application.
        NodeError: the master refused, or does not agree within a limit.
    """
    application = await _find(cluster, app_id)
    if not application.state.active:
        raise UsageError(f"{app_id} is {str(application.state).lower()} already")
    node = cluster.master.name
    page = await cluster.spark_master.page("")
    form = {"id": app_id, "terminate": "true"}
    token = csrf_token(page.body.decode("utf-8", "replace"))
    if token is not None:
        form["csrfToken"] = token
    answer = await cluster.spark_master.send("app/kill/", form)
    good = answer.status in (200, 302)
    cluster.audit.record("kill", node, "ok" if good else "failed", application=app_id)
    if not good:
        reason, advice = _REFUSALS.get(answer.status, (f"HTTP status {answer.status}", ""))
        raise NodeError(node, f"{app_id} was not killed: {reason}", advice)
    return await _until_ended(cluster, app_id)


async def _until_ended(cluster: Cluster, app_id: str) -> Application:
    try:
        async with asyncio.timeout(_AGREE_LIMIT):
            while (application := await _find(cluster, app_id)).state.active:
                await asyncio.sleep(0.25)
            return application
    except TimeoutError:
        node = cluster.master.name
        raise NodeError(
            node,
            f"the master still lists {app_id} as active after {_AGREE_LIMIT:.0f} s",
            "Its web UI may forbid kills (spark.ui.killEnabled); look at the master's log.",
        ) from None


async def _find(cluster: Cluster, app_id: str) -> Application:
    view = await cluster.spark_master.read()
    for application in view.applications:
        if application.id == app_id:
            return application
    active = [a.id for a in view.applications if a.state is not ApplicationState.FINISHED]
    known = f"There are: {', '.join(active)}." if active else "It lists none."
    raise UsageError(f"the master lists no application {app_id!r}", known)
