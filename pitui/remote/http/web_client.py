"""Spark's web and REST ports: asked directly where that works, else through a node's SSH link.

A server is asked one question at a time (`request_queue`). A request under way is not cut
when its caller gives up or is cancelled: Spark writes a stack trace into its log for each that is.
"""

import asyncio
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pitui.domain.errors import LinkError, NotListeningError, WebError
from pitui.domain.ip_address import is_loopback
from pitui.remote.http.request import (
    DIRECT_LIMIT,
    DroppedError,
    NotConnectedError,
    Request,
    Response,
    client,
    exchange,
)
from pitui.remote.http.request_queue import Gate
from pitui.remote.locks.change_guard import ChangeGuard
from pitui.remote.ssh.connection_pool import ConnectionPool
from pitui.remote.tcp import open_socket

if TYPE_CHECKING:
    import httpx

LIMIT = 5.0
"""Seconds for which a caller waits for an answer unless it says otherwise."""

GRACE = 2.0
"""Seconds for which closing waits for answers that are under way."""

_BY_WORDS = {
    "refused": "refused",
    "no route": "no route to host",
    "unreachable": "no route to host",
    "timed out": "timed out",
    "not known": "name not found",
    "name resolution": "name not found",
}


class _Route(Enum):
    DIRECT = "direct"
    LINK = "link"


class Web:
    """Web access to services on nodes; remembers for each which way worked."""

    def __init__(self, connections: ConnectionPool, guard: ChangeGuard | None = None) -> None:
        self._connections = connections
        self._guard = guard or ChangeGuard()
        self._ways: dict[tuple[str, str, int], _Route] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._gates: dict[tuple[str, str, int], Gate[Response]] = {}

    async def get(self, url: str, via: str, limit: float = LIMIT) -> Response:
        """Ask for a page of a service as the node `via` sees it.

        Args:
            url: the page.
            via: the node whose service it is.
            limit: seconds without any answer of the server after which the caller gives up. The
                request goes on, and who asks for the same meanwhile gets its answer.

        Raises:
            NotListeningError: nothing took the connection.
            WebError: there was no answer.
        """
        return await self._ask(Request("GET", url, via, limit))

    def answering(self, url: str, via: str) -> float | None:
        """Return for how many seconds a server has been answering; None where it is not."""
        gate = self._gates.get(Request("GET", url, via, LIMIT).server)
        return gate.answering() if gate else None

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        via: str,
        limit: float = LIMIT,
        *,
        from_node: bool = False,
    ) -> Response:
        """Send a form, which changes something; never sent twice.

        Args:
            url: where it goes.
            form: what it holds.
            via: the node whose service it is.
            limit: seconds for the answer; the request itself is not cut then.
            from_node: whether it has to come from the node itself, for services that obey only
                whoever is on their own machine.

        Raises:
            ReadOnlyError: pitui is read-only.
            WebError: there was no answer.
        """
        await self._guard.pass_change(via)
        return await self._ask(Request("POST", url, via, limit, form, from_node))

    async def opened(self, url: str, via: str) -> str:
        """Return the address under which a browser on this machine reaches a page.

        That is the page's own where it can be reached directly. Else it is a port of 127.0.0.1 that
        leads through the link of the node `via`, for as long as that connection stands.

        Raises:
            WebError: the address cannot be asked, or the node not be reached.
        """
        request = Request("GET", url, via, LIMIT)
        if urlsplit(url).scheme != "http" or not request.host:
            raise WebError(url, "only http:// addresses can be opened")
        if self._ways_to_try(request)[0] is _Route.DIRECT and (
            self._connections.node(via).local or await _connects(request.host, request.port)
        ):
            return url
        try:
            port = await self._connections.forward(via, request.host, request.port)
        except LinkError as error:
            raise WebError(url, f"cannot reach {via}: {error.message}") from error
        return urlsplit(url)._replace(netloc=f"127.0.0.1:{port}").geturl()

    async def aclose(self) -> None:
        """Close all connections; those on which an answer is under way after `GRACE` seconds."""
        under_way = [gate.sending for gate in self._gates.values() if gate.sending is not None]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=GRACE)
            for sending in late:
                sending.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        for one in self._clients.values():
            await one.aclose()
        self._clients.clear()

    async def _ask(self, request: Request) -> Response:
        if urlsplit(request.url).scheme != "http" or not request.host:
            raise WebError(request.url, "only http:// addresses can be asked")
        gate = self._gates.setdefault(request.server, Gate())
        send = partial(self._send, request)
        return await gate.ask(request.url, send, request.limit, request.key)

    async def _send(self, request: Request, goes_out: Callable[[], None]) -> Response:
        reason = ""
        for way in self._ways_to_try(request):
            try:
                response = await self._try(way, request, goes_out)
            except NotConnectedError as error:
                if error.of_service or not reason:
                    reason = error.reason
                self._ways.pop(request.service, None)
            else:
                if not request.from_node:
                    self._ways[request.service] = way
                return response
        raise NotListeningError(request.url, reason)

    def _ways_to_try(self, request: Request) -> list[_Route]:
        node = self._connections.node(request.via)
        if node.local:
            return [_Route.DIRECT]
        if request.from_node:
            return [_Route.LINK]
        if is_loopback(request.host) and request.host != node.host:
            # The node's own loopback: here the same address is another machine's.
            return [_Route.LINK]
        if self._ways.get(request.service) is _Route.LINK:
            return [_Route.LINK, _Route.DIRECT]
        return [_Route.DIRECT, _Route.LINK]

    async def _try(self, way: _Route, request: Request, goes_out: Callable[[], None]) -> Response:
        if way is _Route.DIRECT:
            client = self._client("")
            goes_out()
            try:
                return await exchange(client, request)
            except DroppedError as error:
                raise WebError(request.url, str(error)) from error
        try:
            return await self._try_link(request, goes_out)
        except LinkError as error:
            reason = f"cannot reach {request.via}: {error.message}"
            raise NotConnectedError(reason, of_service=False) from error

    async def _try_link(self, request: Request, goes_out: Callable[[], None]) -> Response:
        path = await self._connections.socket(request.via, request.host, request.port)
        client = self._client(str(path))
        goes_out()
        try:
            return await exchange(client, request)
        except (DroppedError, NotConnectedError) as error:
            # The socket always takes the connection; whether the node got through shows later.
            why = await self._connections.why_not(request.via, request.host, request.port)
            if why is not None:
                raise NotConnectedError(_tunnel_reason(why)) from error
            # It can: perhaps over a link that has just been made anew.
            fresh = await self._connections.socket(request.via, request.host, request.port)
            unsent = isinstance(error, NotConnectedError)
            if fresh == path or not (unsent or request.method == "GET"):
                raise WebError(request.url, str(error)) from error
        await self._clients.pop(str(path)).aclose()
        try:
            return await exchange(self._client(str(fresh)), request)
        except DroppedError as error:
            raise WebError(request.url, str(error)) from error

    def _client(self, path: str) -> "httpx.AsyncClient":
        if path not in self._clients:
            self._clients[path] = client(path)
        return self._clients[path]


async def _connects(host: str, port: int) -> bool:
    try:
        (await open_socket(host, port, DIRECT_LIMIT)).close()
    except OSError:  # TimeoutError is one
        return False
    return True


def _tunnel_reason(reason: str) -> str:
    """Return what sshd says of a connection it could not make in the words used here."""
    lowered = reason.lower()
    return next((plain for words, plain in _BY_WORDS.items() if words in lowered), reason)
