"""Fetching a large file from the web, once: resumed after a break, verified, renamed last."""

import asyncio
import hashlib
import re
import shutil
import time
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pitui.domain.errors import PituiError, WebError
from pitui.remote.http.fetch_part import PartFile, part_of

if TYPE_CHECKING:
    import httpx

CONNECT_LIMIT = 15.0
READ_LIMIT = 60.0
"""Seconds without a byte after which a download counts as broken."""

SLOWEST = 1024
"""Bytes a second; what is slower over `READ_LIMIT` counts as broken too."""

TRIES = 5
"""Tries in a row that bring nothing; one that brought `_WORTH` bytes or more begins again."""
_CONNECT_TRIES = 2
PAUSE = 1.0
"""Seconds before the second try; each further one waits so much longer."""
_WORTH = 1024 * 1024
SMALL = 64 * 1024
"""Bytes of a text that is fetched whole."""

_MIB = 1024 * 1024
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of a server that may be another one in a moment."""

Received = Callable[[int, int | None], None]
"""Called with the bytes that are there and, where the server says, of all."""


class _BrokenError(Exception):
    """A try that brought less than all; another one may bring the rest."""


async def fetch(
    url: str,
    target: Path,
    received: Received | None = None,
    *,
    sha512: str = "",
    waits: Callable[[], None] | None = None,
) -> None:
    """Fetch an https address into a file that is not there yet.

    `.part` beside it is resumed. Whoever fetches the same file meanwhile, in this process or in
    another one, waits for it.

    Args:
        url: where it is; redirects are followed as long as they stay with https.
        target: where it goes.
        received: called with the bytes that are there and, where the server says, of all.
        sha512: what it has to have; nothing stays of a file that has another one.
        waits: called again and again while somebody else fetches it.

    Raises:
        WebError: it could not be fetched, or is another file.
        PituiError: it cannot be written here.
    """
    _only_https(url)
    async with part_of(target, waits or _nobody_waits) as part:
        if part is None:
            return
        async with _client() as client:
            await _all_of(client, url, part, received or _ignore_received)
        if sha512 and (found := await asyncio.to_thread(_sha512_of, part.path)) != sha512.lower():
            part.restart()
            said = f"the download has the SHA-512 {found[:16]}..., expected {sha512[:16]}..."
            raise WebError(url, said, "It was damaged in transit, or is not the published file.")
        part.finish()


async def fetch_text(url: str) -> str:
    """Fetch a small text by https.

    Raises:
        WebError: it could not be fetched, or is no small text.
    """
    import httpx

    _only_https(url)
    text = bytearray()
    try:
        async with (
            asyncio.timeout(READ_LIMIT),
            _client() as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            _check_response(answer, url)
            async for block in answer.aiter_raw():
                text += block
                if len(text) > SMALL:
                    raise WebError(url, "expected a small text file")
    except (httpx.HTTPError, TimeoutError, _BrokenError) as error:
        raise WebError(url, _fetch_error_words(error)) from error
    return text.decode("utf-8", "replace")


def _only_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise WebError(url, "only https:// addresses can be fetched")


def _client() -> "httpx.AsyncClient":
    import httpx

    async def stays_with_https(request: "httpx.Request") -> None:
        if request.url.scheme != "https":
            raise WebError(str(request.url), "redirected to an address that is not https")

    timeout = httpx.Timeout(READ_LIMIT, connect=CONNECT_LIMIT)
    hooks = {"request": [stays_with_https]}
    return httpx.AsyncClient(timeout=timeout, follow_redirects=True, event_hooks=hooks)


async def _all_of(
    client: "httpx.AsyncClient", url: str, part: PartFile, received: Received
) -> None:
    """Try until all is there, or until nothing more comes."""
    import httpx

    tries = 0
    while True:
        before = part.size
        try:
            await _once(client, url, part, received)
        except (httpx.TransportError, _BrokenError) as error:
            unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            tries = 1 if part.size - before >= _WORTH else tries + 1
            certificate = "CERTIFICATE" in str(error).upper()
            if certificate or tries >= min(TRIES, _CONNECT_TRIES if unconnected else TRIES):
                kept = part.size // _MIB
                advice = f"{kept} MiB are kept; the next try resumes there." if kept else ""
                raise WebError(url, _fetch_error_words(error), advice) from error
            await asyncio.sleep(tries * PAUSE)
        except httpx.HTTPError as error:
            raise WebError(url, _fetch_error_words(error)) from error
        else:
            return


async def _once(client: "httpx.AsyncClient", url: str, part: PartFile, received: Received) -> None:
    headers = {"Accept-Encoding": "identity", **part.resume_headers(url)}
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416 and part.size:
            if answer.headers.get("content-range") == f"bytes */{part.size}":
                return  # all of it is there
            part.restart()
            raise _BrokenError("the file on the server does not match what was fetched before")
        _check_response(answer, url)
        start, total = _extent(answer, part)
        part.note(url, answer.headers.get("etag"), answer.headers.get("last-modified"), total)
        _need_room(part, start, total)
        await _write_received(answer, part, start, total, received)
    if total is not None and part.size != total:
        raise _BrokenError("the download ended early")


def _check_response(answer: "httpx.Response", url: str) -> None:
    """Refuse what is not the file.

    Raises:
        WebError: the server has nothing, or a page for people.
        _BrokenError: it may have it in a moment.
    """
    said = f"the server answered {answer.status_code} {answer.reason_phrase}".rstrip()
    if answer.status_code in _AGAIN:
        raise _BrokenError(said)
    if not answer.is_success:
        raise WebError(url, said, status=answer.status_code)
    if answer.headers.get("content-type", "").lower().startswith("text/html"):
        advice = "Is there a login page between this machine and the internet?"
        raise WebError(url, "the server sent a web page instead of the file", advice)


def _extent(answer: "httpx.Response", part: PartFile) -> tuple[int, int | None]:
    """Return where in the file an answer begins, and the size of the whole where it is said.

    Raises:
        _BrokenError: it is another part than was asked for, or of another file.
    """
    length = answer.headers.get("content-length", "")
    if answer.status_code != 206:
        return 0, int(length) if length.isdecimal() else None
    match = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    total = int(match[3]) if match and match[3] != "*" else None
    if match is None or int(match[1]) != part.size or part.total not in (None, total):
        part.restart()
        raise _BrokenError("the server sent a different part than requested")
    return part.size, total


def _need_room(part: PartFile, start: int, total: int | None) -> None:
    if total is None:
        return
    free = shutil.disk_usage(part.path.parent).free + part.size - start
    if total - start > free:
        raise _full(part, total - start, free)


def _full(part: PartFile, needed: int, free: int) -> PituiError:
    short = max(needed - free, 0) // _MIB + 1
    message = (
        f"not enough disk space in {part.path.parent}: {needed // _MIB + 1} MiB still to fetch"
    )
    return PituiError(
        f"{message}, {free // _MIB} MiB are free",
        f"Free {short} MiB there, or set XDG_CACHE_HOME to a folder on a larger disk.",
    )


async def _write_received(
    answer: "httpx.Response", part: PartFile, start: int, total: int | None, received: Received
) -> None:
    """Write the response's body to the part, and report each block.

    Raises:
        _BrokenError: it comes too slowly.
        PituiError: it cannot be written.
    """
    have, marked, since = start, start, time.monotonic()
    with part.open(start) as file:
        # Not decoded: some servers call a .tgz gzip's encoding of a .tar.
        async for block in answer.aiter_raw():
            try:
                await asyncio.to_thread(_write_block, file, block)
            except OSError as error:
                free = shutil.disk_usage(part.path.parent).free
                left = (total or have + len(block)) - have
                if left > free:
                    raise _full(part, left, free) from error
                reason = f"cannot write {part.path}: {error.strerror or error}"
                raise PituiError(reason) from error
            have += len(block)
            received(have, total)
            now = time.monotonic()
            if now - since >= READ_LIMIT:
                if have - marked < SLOWEST * (now - since):
                    raise _BrokenError(f"slower than {SLOWEST // 1024} kB/s")
                marked, since = have, now


def _write_block(file: FileIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _fetch_error_words(error: BaseException) -> str:
    import httpx

    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection within {CONNECT_LIMIT:.0f} s"
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return f"no data arrived for {READ_LIMIT:.0f} s"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the connection was closed early"
    return str(error) or type(error).__name__


def _sha512_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def _ignore_received(_have: int, _total: int | None) -> None:
    """Tell nobody how far it is."""


def _nobody_waits() -> None:
    """Tell nobody that somebody else is at it."""
