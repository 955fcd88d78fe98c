"""One HTTP request on one connection: what is sent, what comes, and why nothing does."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pitui.domain.errors import WebError
from pitui.domain.ip_address import is_loopback

if TYPE_CHECKING:
    import httpx

ANSWER_LIMIT = 300.0
"""Seconds after which a request is cut that nothing came of, whoever waits for it."""

DIRECT_LIMIT = 2.0
"""Seconds in which a direct connection has to be made."""

_DEAD_AFTER = 25
"""Seconds after which a peer that is gone without a word is noticed (TCP keep-alive)."""

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of the largest answer that is taken."""

HTTP_PORT = 80

_BY_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "no route to host",
    errno.ETIMEDOUT: "timed out",
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


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, and which way."""

    method: str
    url: str
    via: str
    limit: float
    form: Mapping[str, str] | None = None
    from_node: bool = False

    @property
    def host(self) -> str:
        """Where the service listens."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or HTTP_PORT

    @property
    def service(self) -> tuple[str, str, int]:
        """What a way leads to."""
        return self.via, self.host, self.port

    @property
    def server(self) -> tuple[str, str, int]:
        """The same for all requests to one process, whichever node leads there."""
        return (self.via if is_loopback(self.host) else "", self.host, self.port)

    @property
    def key(self) -> tuple[str, str] | None:
        """What two requests have in common that one answer is enough for."""
        return (self.via, self.url) if self.method == "GET" else None


class NotConnectedError(Exception):
    """A way did not lead to the service at all; another one may."""

    def __init__(self, reason: str, *, of_service: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.of_service = of_service
        """Whether the reason is about the service rather than about the way to it."""


class DroppedError(Exception):
    """The connection was closed before there was an answer."""


def client(path: str) -> "httpx.AsyncClient":
    """Return a client that connects directly, or to a unix socket where there is a path."""
    import httpx

    # Plain HTTP only: an empty context spares loading the authorities' certificates.
    transport = httpx.AsyncHTTPTransport(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        uds=path or None,
        socket_options=None if path else _keep_alive(),
    )
    return httpx.AsyncClient(transport=transport, trust_env=False)


async def exchange(client: "httpx.AsyncClient", request: Request) -> Response:
    """Send a request and return its answer.

    Raises:
        NotConnectedError: the connection could not be made.
        DroppedError: it was closed before there was an answer.
        WebError: there was no answer, or none that is taken.
    """
    try:
        async with asyncio.timeout(ANSWER_LIMIT):
            if request.method == "GET":
                with contextlib.suppress(DroppedError):
                    return await _send_request(client, request)
                # A kept connection that the server closed meanwhile; a new one tells.
            return await _send_request(client, request)
    except TimeoutError as error:
        raise _no_answer(request.url) from error


async def _send_request(client: "httpx.AsyncClient", request: Request) -> Response:
    import httpx

    timeout = httpx.Timeout(ANSWER_LIMIT, connect=DIRECT_LIMIT)
    form = dict(request.form) if request.form is not None else None
    try:
        async with client.stream(request.method, request.url, data=form, timeout=timeout) as answer:
            return await _read_body(answer, request.url)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotConnectedError(_connect_reason(error)) from error
    except httpx.TimeoutException as error:
        raise _no_answer(request.url) from error
    except httpx.TransportError as error:
        raise DroppedError("the connection was closed without an answer") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WebError(request.url, str(error)) from error


async def _read_body(answer: "httpx.Response", url: str) -> Response:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > BODY_LIMIT:
            said = f"the answer is larger than {BODY_LIMIT >> 20} MiB"
            raise WebError(url, said, status=answer.status_code)
    headers = answer.headers
    return Response(
        answer.status_code,
        headers.get("content-type", ""),
        bytes(body),
        headers.get("location", ""),
    )


def _no_answer(url: str) -> WebError:
    return WebError(url, f"no answer for {ANSWER_LIMIT:.0f} s")


def _keep_alive() -> list[tuple[int, int, int]]:
    """Return the socket options by which a machine that lost its power does not keep us waiting."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    values = {
        "TCP_KEEPIDLE": _DEAD_AFTER - 15,
        "TCP_KEEPINTVL": 5,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": _DEAD_AFTER * 1000,
    }
    # Not every system has every one of them.
    known = {
        getattr(socket, name): value for name, value in values.items() if hasattr(socket, name)
    }
    return options + [(socket.IPPROTO_TCP, option, value) for option, value in known.items()]


def _connect_reason(error: BaseException) -> str:
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
