"""What bound applications: of the driver's tasks while one runs, else of the event log."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

from pitui.domain.apps.app_detail import DetailOrigin
from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import Explanation
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.errors import NotSparkError, WebError
from pitui.remote.http.request_queue import polling
from pitui.services.apps.app_details import AppDetails
from pitui.services.clients.app_api import WorkSource
from pitui.services.clients.task_record_reader import RecordReader

AGAIN = 10.0
"""Seconds between two looks at an application that runs."""

_REST = 10
"""How many times as long as a look took there is none."""

_SamplesByNode = Mapping[str, Sequence[NodeSample]]

Recorded = Callable[[str], Awaitable[tuple[_SamplesByNode, Sequence[Repeat]]]]
"""Returns what was recorded of the nodes during an application, and what it measured itself."""


class Explanations:
    """Says what bound applications, for whoever asks."""

    def __init__(self, app_details: AppDetails, recorded: Recorded | None = None) -> None:
        self._app_details = app_details
        self._recorded = recorded
        self._readers: dict[str, tuple[object, RecordReader]] = {}

    async def explain(
        self,
        app_id: str,
        samples: _SamplesByNode | None = None,
        repeats: Sequence[Repeat] = (),
    ) -> Explanation:
        """Return what bound an application; `samples` by node are what was recorded meanwhile.

        Without them it is looked up what was.

        `repeats` are what a benchmark measured: what it did besides is left out then.

        Raises:
            PituiError: nothing is left of it, or it cannot be read.
        """
        if samples is None and self._recorded is not None:
            samples, repeats = await self._recorded(app_id)
        record = await self._record(app_id)
        return await asyncio.to_thread(explanation, record, samples or {}, repeats)

    async def follow(self, app_id: str) -> AsyncGenerator[Explanation, None]:
        """Yield what bounds an application, again and again while it runs.

        Raises:
            PituiError: nothing is left of it, or it cannot be read.
        """
        found: Explanation | None = None
        while True:
            begun = time.monotonic()
            # The first look is a person's, those after it come of themselves.
            with polling(found is not None):
                found = await self.explain(app_id)
            yield found
            if not self._app_details.is_living(app_id):
                return
            await asyncio.sleep(max(AGAIN, _REST * (time.monotonic() - begun)))

    async def _record(self, app_id: str) -> ApplicationRecord:
        source = await self._app_details.source(app_id)
        if source is None or source.origin is not DetailOrigin.DRIVER:
            # The log has more than the history server tells, at one question.
            log = await self._app_details.record_of_log(app_id)
            if log is not None:
                return log
        if source is None:
            raise await self._app_details.nothing_left(app_id)
        try:
            return await self._reader(app_id, source).read()
        except (WebError, NotSparkError):
            # It may have ended this moment.
            self._app_details.forget(app_id)
            log = await self._app_details.record_of_log(app_id)
            if log is None or source.origin is not DetailOrigin.DRIVER:
                raise
            return log

    def _reader(self, app_id: str, source: WorkSource) -> RecordReader:
        known = self._readers.get(app_id)
        if known is None or known[0] is not source:
            node_of = self._app_details.node_of(app_id)
            self._readers[app_id] = known = (source, RecordReader(source, node_of))
        return known[1]
