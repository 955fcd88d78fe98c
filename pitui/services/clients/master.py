"""The way to the master's web UI, wherever it listens."""

import asyncio
import time
from dataclasses import replace
from urllib.parse import urljoin

from pitui.config.model import Config, Node
from pitui.config.nodes import LOOPBACK, in_url, spark_url
from pitui.domain.cluster import MasterView
from pitui.domain.errors import NotListeningError, NotSparkError, WebError
from pitui.remote.http.request import Response
from pitui.remote.http.web_client import Web
from pitui.spark.api.html_pages import is_master_page
from pitui.spark.api.master_json import MasterReader

READ_LIMIT = 5.0
_ADVICE = "Start it with `pitui start master`, or check spark.master in the configuration."
_OTHER_ADVICE = "Something else is listening there: check spark.master in the configuration."
_FAILED_ADVICE = (
    "The master's log says why: `pitui logs master`. Where it does not, something else is "
    "listening there: check spark.master in the configuration."
)
_STARTS_WITHIN = 3.0
_AGAIN_AFTER = 0.2
_SERVER_FAILED = 500


class MasterStartingError(WebError):
    """The master has started, and cannot say yet how the cluster stands."""


def _silent_master(error: WebError) -> WebError:
    """Return an error of the web as one of the master, of the same kind."""
    if error.status is not None:
        return error  # it did answer
    reason = f"the master does not answer ({error.reason})"
    return type(error)(error.url, reason, _ADVICE)


class MasterAccess:
    """Asks the master, and remembers under which address it answered."""

    def __init__(self, config: Config, node: Node, web: Web) -> None:
        self._section = config.spark.master
        self._url = spark_url(config, node)
        self._node = node
        self._web = web
        self._reader = MasterReader()
        self._answered: str | None = None
        self._heard: list[str] = []

    @property
    def web_url(self) -> str:
        """Return the base address of the master's web UI: where it answered, else the likeliest."""
        return self._answered or self._candidates()[0]

    @property
    def answering(self) -> bool:
        """Whether it has a question that it has not answered yet."""
        urls = (self.web_url, *self._candidates())
        return any(self._web.answering(url, self._node.name) is not None for url in urls)

    def heard_of(self, host: str, port: int) -> None:
        """Take note of where the master's web UI listens by its own options."""
        base = f"http://{in_url(host)}:{port}/"
        if base not in self._candidates():
            self._heard = [base]

    async def read(self, limit: float = READ_LIMIT) -> MasterView:
        """Return the master's view of the cluster.

        Raises:
            WebError: it does not answer under any address it may have, or has only just started.
            NotSparkError: something else answers there.
        """
        problem: WebError | NotSparkError | None = None
        for base in [self._answered] if self._answered else self._candidates():
            url = urljoin(base, "json/")
            try:
                view = await self._ask(url, limit)
            except MasterStartingError:
                raise
            except WebError as error:
                problem = _more_telling(problem, error)
                continue
            except NotSparkError as error:
                other = NotSparkError(f"{url}: {error}", _OTHER_ADVICE)
                problem = _more_telling(problem, other)
                continue
            self._answered = base
            return view if view.url else replace(view, url=self._url)
        self._answered = None
        if isinstance(problem, WebError):
            raise _silent_master(problem) from problem
        raise problem or WebError(self.web_url, "the master does not answer", _ADVICE)

    async def _ask(self, url: str, limit: float) -> MasterView:
        """Return the answer at an address.

        For a moment after its start a master answers everything with its first page.
        """
        until = time.monotonic() + min(_STARTS_WITHIN, limit)
        while True:
            answer = await self._whole(url, limit)
            try:
                return self._reader.read(answer.body)
            except NotSparkError:
                if not is_master_page(answer.body):
                    raise
            if time.monotonic() > until:
                reason = "the master's page is there, but not what it knows (json/): it is starting"
                raise MasterStartingError(url, reason)
            await asyncio.sleep(_AGAIN_AFTER)

    async def page(self, path: str, limit: float = READ_LIMIT) -> Response:
        """Return a page of the master's web UI; `path` is relative to its root.

        Raises:
            WebError: it does not answer, or fails at it.
        """
        url = urljoin(self.web_url, path)
        try:
            return await self._whole(url, limit)
        except WebError as error:
            raise _silent_master(error) from error

    async def _whole(self, url: str, limit: float) -> Response:
        """Return an answer, asked for a second time where the server fails.

        The master's pages read what it is changing meanwhile: one that meets an executor's end
        fails with status 500 (`ApplicationPage.render`, on Scala 2.13).
        """
        answer = await self._web.get(url, via=self._node.name, limit=limit)
        if answer.status >= _SERVER_FAILED:
            answer = await self._web.get(url, via=self._node.name, limit=limit)
        if answer.status >= _SERVER_FAILED:
            said = f"the server failed with status {answer.status}"
            raise WebError(url, said, _FAILED_ADVICE, status=answer.status)
        return answer

    async def send(
        self,
        path: str,
        form: dict[str, str],
        limit: float = READ_LIMIT,
        *,
        from_node: bool = False,
    ) -> Response:
        """Post a form to the master's web UI; `from_node`: as somebody on its own machine.

        Raises:
            WebError: it does not answer.
        """
        url = urljoin(self.web_url, path)
        try:
            return await self._web.post(
                url, form, via=self._node.name, limit=limit, from_node=from_node
            )
        except WebError as error:
            raise _silent_master(error) from error

    def _candidates(self) -> list[str]:
        """Return the addresses to try; a bound web UI listens on SPARK_LOCAL_IP alone."""
        hosts = [self._section.host] if self._section.host else []
        hosts.append(LOOPBACK if self._node.local else self._node.host)
        port = self._section.webui_port
        configured = [f"http://{in_url(host)}:{port}/" for host in dict.fromkeys(hosts)]
        return configured + self._heard


def _more_telling(
    first: WebError | NotSparkError | None, second: WebError | NotSparkError
) -> WebError | NotSparkError:
    """Return the first of two errors, unless something listens at the second address alone."""
    if first is None:
        return second
    silent = isinstance(first, NotListeningError) and not isinstance(second, NotListeningError)
    return second if silent else first
