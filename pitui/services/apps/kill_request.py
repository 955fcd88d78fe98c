"""What every kill through a web UI has in common: its form, its answer, Spark's agreement."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from pitui.domain.errors import NodeError, WebError
from pitui.remote.http.request import Response
from pitui.services.cluster import Cluster
from pitui.spark.api.html_pages import csrf_token

AGREE_LIMIT = 15.0
"""Seconds until Spark must say that what was killed has ended."""

T = TypeVar("T")
_EVERY = 0.25
_TOKEN = "csrfToken"  # noqa: S105 - the name of a field
_TAKEN = (200, 302)
_SWITCHED_OFF = (404, 405)
"""What the path of a kill answers where spark.ui.killEnabled is false."""


def kill_form(page: Response, **fields: str) -> dict[str, str]:
    """Return the form of a kill with the token that its page holds (Spark 4.3 and later)."""
    token = csrf_token(page.body.decode("utf-8", "replace"))
    return fields if token is None else {**fields, _TOKEN: token}


def check_answer(
    cluster: Cluster,
    answer: Response,
    form: Mapping[str, str],
    what: str,
    where: str,
    **target: str,
) -> None:
    """Record a kill in the audit log under its `target`, and see whether it was taken.

    Raises:
        NodeError: it was not; `where` names whose setting may forbid it.
    """
    taken = answer.status in _TAKEN
    cluster.audit.record("kill", cluster.master.name, "ok" if taken else "failed", **target)
    if taken:
        return
    # From Spark 4.3 on a page without a form to kill has no token either, and 403 comes first.
    without = answer.status == 403 and _TOKEN not in form
    if answer.status in _SWITCHED_OFF or without:
        reason = "kills are switched off (spark.ui.killEnabled=false)"
        advice = f"Set spark.ui.killEnabled=true for {where} and start it again."
        if where != "the master":
            advice += " pitui kill APP ends the whole application."
    elif answer.status == 403:
        reason = "Spark refused"
        advice = "Only some users may change things in its UI (spark.ui.acls.enable, modify.acls)."
    else:
        reason, advice = f"the answer was HTTP status {answer.status}", ""
    raise NodeError(cluster.master.name, f"{what} was not killed: {reason}", advice)


async def until_ended(cluster: Cluster, what: str, ended: Callable[[], Awaitable[T | None]]) -> T:
    """Return what `ended` finds, once Spark agrees that what was killed has ended.

    Raises:
        NodeError: it does not within `AGREE_LIMIT`.
    """
    try:
        async with asyncio.timeout(AGREE_LIMIT):
            while True:
                try:
                    if (found := await ended()) is not None:
                        return found
                except WebError:
                    # Just between its end and the master's word of it.
                    pass
                await asyncio.sleep(_EVERY)
    except TimeoutError:
        raise NodeError(
            cluster.master.name,
            f"Spark still lists {what} as active after {AGREE_LIMIT:.0f} s",
            "Its web UI may forbid kills (spark.ui.killEnabled); look at the master's log.",
        ) from None
