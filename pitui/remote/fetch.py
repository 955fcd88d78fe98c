"""Fetching a large file from the web, once, resumed after a break."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pitui.domain.errors import WebError

if TYPE_CHECKING:
    import httpx

CONNECT_LIMIT = 15.0
READ_LIMIT = 60.0
"""Seconds without a byte after which a download counts as broken."""

TRIES = 5
_BLOCK = 1024 * 1024

Received = Callable[[int, int | None], None]
"""Called with the bytes that are there and, where the server says, of all."""


async def fetch(url: str, target: Path, received: Received | None = None) -> None:
    """Fetch an https address into a file; `.part` beside it is resumed, and renamed last.

    Args:
        url: where it is; redirects are followed as long as they stay with https.
        target: where it goes.
        received: called with the bytes that are there and, where the server says, of all.

    Raises:
        WebError: it could not be fetched.
    """
    import httpx

    if urlsplit(url).scheme != "https":
        raise WebError(url, "only https:// addresses are fetched")
    part = target.with_name(target.name + ".part")
    await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
    timeout = httpx.Timeout(READ_LIMIT, connect=CONNECT_LIMIT)
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client:
        for number in range(TRIES):
            try:
                await _once(client, url, part, received or _nobody)
            except httpx.TransportError as error:
                if number == TRIES - 1:
                    raise WebError(url, str(error) or type(error).__name__) from error
                await asyncio.sleep(number + 1)
            except httpx.HTTPError as error:
                raise WebError(url, str(error)) from error
            else:
                break
    await asyncio.to_thread(part.replace, target)


async def _once(
    client: "httpx.AsyncClient",
    url: str,
    part: Path,
    received: Received,
) -> None:
    have = await asyncio.to_thread(_size, part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.url.scheme != "https":
            raise WebError(url, f"it leads to {answer.url}, which is not https")
        if answer.status_code == 416 and have:
            # All of it is there; whether it is right is told by its digest and its own checksum.
            return
        if not answer.is_success:
            said = f"the server answers {answer.status_code} {answer.reason_phrase}"
            raise WebError(url, said, status=answer.status_code)
        if answer.status_code != 206:
            have = 0
        length = answer.headers.get("content-length", "")
        total = have + int(length) if length.isdigit() else None
        with part.open("ab" if have else "wb") as file:
            async for block in answer.aiter_bytes(_BLOCK):
                await asyncio.to_thread(file.write, block)
                have += len(block)
                received(have, total)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _nobody(_have: int, _total: int | None) -> None:
    """Tell nobody how far it is."""
