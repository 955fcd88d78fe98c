"""Spark's web and REST ports: asked directly where that works, else through a node's SSH link."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pitui.domain.errors import LinkError, WebError
from pitui.remote.links import Links
from pitui.remote.tcp import open_socket

if TYPE_CHECKING:
    import httpx

LIMIT = 5.0
"""Seconds for one answer unless its caller says otherwise; a link has its own limit to connect."""

DIRECT_LIMIT = 2.0
"""Seconds in which a direct connection has to stand."""

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of the largest answer that is taken."""

HTTP_PORT = 80

NO_ANSWER = "no answer in time"

_BY_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "no route to host",
    errno.ETIMEDOUT: "timed out",
}

_BY_WORDS = {
    "refused": "refused",
    "no route": "no route to host",
    "unreachable": "no route to host",
    "timed out": "timed out",
    "not known": "name not found",
    "name resolution": "name not found",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What a web address answered; redirects are not followed."""

    status: int
    content_type: str
    body: bytes
    location: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


class _Way(Enum):
    DIRECT = "direct"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    via: str
    limit: float
    form: Mapping[str, str] | None
    from_node: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or HTTP_PORT

    @property
    def service(self) -> tuple[str, str, int]:
        return self.via, self.host, self.port


class _NotConnectedError(Exception):
    """A way did not lead to the service at all; another one may."""

    def __init__(self, reason: str, *, of_service: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.of_service = of_service
        """Whether the reason is about the service rather than about the way to it."""


class _DroppedError(Exception):
    """The connection was closed before there was an answer."""


class Web:
    """Web access to services on nodes; remembers for each which way worked."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._ways: dict[tuple[str, str, int], _Way] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def get(self, url: str, via: str, limit: float = LIMIT) -> Response:
        """Ask for a page of a service as the node `via` sees it.

        Raises:
            WebError: there was no answer.
        """
        return await self._ask(_Request("GET", url, via, limit, None))

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        via: str,
        limit: float = LIMIT,
        *,
        from_node: bool = False,
    ) -> Response:
        """Send a form; never sent twice.

        Args:
            url: where it goes.
            form: what it holds.
            via: the node whose service it is.
            limit: seconds for the answer.
            from_node: whether it has to come from the node itself, for services that obey only
                whoever is on their own machine.

        Raises:
            WebError: there was no answer.
        """
        return await self._ask(_Request("POST", url, via, limit, form, from_node))

    async def opened(self, url: str, via: str) -> str:
        """Return the address under which a browser on this machine reaches a page.

        That is the page's own where it can be reached directly. Else it is a port of 127.0.0.1 that
        leads through the link of the node `via`, for as long as that connection stands.

        Raises:
            WebError: the address cannot be asked, or the node not be reached.
        """
        request = _Request("GET", url, via, LIMIT, None)
        if urlsplit(url).scheme != "http" or not request.host:
            raise WebError(url, "only http:// addresses can be opened")
        if self._ways_to_try(request)[0] is _Way.DIRECT and (
            self._links.node(via).local or await _connects(request.host, request.port)
        ):
            return url
        try:
            port = await self._links.forward(via, request.host, request.port)
        except LinkError as error:
            raise WebError(url, f"{via} cannot be reached: {error.message}") from error
        return urlsplit(url)._replace(netloc=f"127.0.0.1:{port}").geturl()

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _ask(self, request: _Request) -> Response:
        if urlsplit(request.url).scheme != "http" or not request.host:
            raise WebError(request.url, "only http:// addresses can be asked")
        reason = ""
        for way in self._ways_to_try(request):
            try:
                response = await self._try(way, request)
            except _NotConnectedError as error:
                if error.of_service or not reason:
                    reason = error.reason
                self._ways.pop(request.service, None)
            else:
                if not request.from_node:
                    self._ways[request.service] = way
                return response
        raise WebError(request.url, reason)

    def _ways_to_try(self, request: _Request) -> list[_Way]:
        node = self._links.node(request.via)
        if node.local:
            return [_Way.DIRECT]
        if request.from_node:
            return [_Way.LINK]
        if _is_loopback(request.host) and request.host != node.host:
            # The node's own loopback: here the same address is another machine's.
            return [_Way.LINK]
        if self._ways.get(request.service) is _Way.LINK:
            return [_Way.LINK, _Way.DIRECT]
        return [_Way.DIRECT, _Way.LINK]

    async def _try(self, way: _Way, request: _Request) -> Response:
        if way is _Way.DIRECT:
            try:
                return await _exchange(self._client(""), request)
            except _DroppedError as error:
                raise WebError(request.url, str(error)) from error
        try:
            return await self._try_link(request)
        except LinkError as error:
            reason = f"{request.via} cannot be reached: {error.message}"
            raise _NotConnectedError(reason, of_service=False) from error

    async def _try_link(self, request: _Request) -> Response:
        path = await self._links.socket(request.via, request.host, request.port)
        try:
            return await _exchange(self._client(str(path)), request)
        except (_DroppedError, _NotConnectedError) as error:
            # The socket always takes the connection; whether the node got through shows later.
            why = await self._links.why_not(request.via, request.host, request.port)
            if why is not None:
                raise _NotConnectedError(_plain(why)) from error
            # It can: perhaps over a link that has just been made anew.
            fresh = await self._links.socket(request.via, request.host, request.port)
            unsent = isinstance(error, _NotConnectedError)
            if fresh == path or not (unsent or request.method == "GET"):
                raise WebError(request.url, str(error)) from error
        await self._clients.pop(str(path)).aclose()
        try:
            return await _exchange(self._client(str(fresh)), request)
        except _DroppedError as error:
            raise WebError(request.url, str(error)) from error

    def _client(self, path: str) -> "httpx.AsyncClient":
        if path not in self._clients:
            import httpx

            # Plain HTTP only: an empty context spares loading the authorities' certificates.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, uds=path or None)
            self._clients[path] = httpx.AsyncClient(transport=transport, trust_env=False)
        return self._clients[path]


async def _connects(host: str, port: int) -> bool:
    try:
        (await open_socket(host, port, DIRECT_LIMIT)).close()
    except OSError:  # TimeoutError is one
        return False
    return True


async def _exchange(client: "httpx.AsyncClient", request: _Request) -> Response:
    try:
        async with asyncio.timeout(request.limit):
            if request.method == "GET":
                with contextlib.suppress(_DroppedError):
                    return await _send(client, request)
                # A kept connection that the server closed meanwhile; a new one tells.
            return await _send(client, request)
    except TimeoutError as error:
        raise WebError(request.url, NO_ANSWER) from error


async def _send(client: "httpx.AsyncClient", request: _Request) -> Response:
    import httpx

    timeout = httpx.Timeout(request.limit, connect=min(DIRECT_LIMIT, request.limit))
    form = dict(request.form) if request.form is not None else None
    try:
        async with client.stream(request.method, request.url, data=form, timeout=timeout) as answer:
            return await _read(answer, request.url)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise _NotConnectedError(_reason(error)) from error
    except httpx.TimeoutException as error:
        raise WebError(request.url, NO_ANSWER) from error
    except httpx.TransportError as error:
        raise _DroppedError("the connection was closed without an answer") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WebError(request.url, str(error)) from error


async def _read(answer: "httpx.Response", url: str) -> Response:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise WebError(url, f"the answer is larger than {BODY_LIMIT >> 20} MiB")
    headers = answer.headers
    return Response(
        answer.status_code,
        headers.get("content-type", ""),
        bytes(body),
        headers.get("location", ""),
    )


def _plain(reason: str) -> str:
    """Return what sshd says of a connection it could not make in the words used here."""
    lowered = reason.lower()
    return next((plain for words, plain in _BY_WORDS.items() if words in lowered), reason)


def _reason(error: BaseException) -> str:
    """Return why a connection could not be made; httpx wraps what the system said."""
    found = [_reason_of(cause) for cause in _causes(error)]
    return next((reason for reason in found if reason), "timed out")


def _reason_of(error: BaseException) -> str:
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "name not found"
    return _BY_ERRNO.get(error.errno or 0, "") if isinstance(error, OSError) else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for part in error.exceptions:
                yield from _causes(part)
        error = error.__cause__ or error.__context__


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
