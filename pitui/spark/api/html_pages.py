"""What only Spark's HTML pages say: a driver's address, a kill's token, executors that died."""

import re
from html import unescape
from urllib.parse import urljoin

from pitui.domain.apps.executor_end import RemovedExecutor

_LINK = re.compile(
    r"<a\s[^>]*?href\s*=\s*[\"']([^\"']+)[\"'][^>]*>\s*Application Detail UI\s*</a>", re.IGNORECASE
)
_MASTER_TITLE = re.compile(rb"<title>\s*Spark Master at spark://", re.IGNORECASE)
_TOKEN_INPUT = re.compile(r"<input\s[^>]*\bname\s*=\s*[\"']csrfToken[\"'][^>]*>", re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<td\b[^>]*>(.*?)</td>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_EXECUTOR_STATES = ("EXITED", "FAILED", "KILLED", "LOST", "DECOMMISSIONED")
_VALUE = re.compile(r"\bvalue\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)


def driver_ui(html: str, base: str = "") -> str | None:
    """Return the address of a running application's own UI out of the master's `/app/?appId=`.

    `base` is the page's own address: behind Spark's reverse proxy the link is relative to it.
    None where the application has ended or its UI is disabled.
    """
    link = _LINK.search(html)
    if link is None:
        return None
    address = urljoin(base, unescape(link[1]))
    return address if address.startswith(("http://", "https://", "/")) else None


def is_master_page(body: bytes) -> bool:
    """Whether a page is the first page of a Spark master."""
    return _MASTER_TITLE.search(body) is not None


def csrf_token(html: str) -> str | None:
    """Return the token that a page's kill forms carry (Spark 4.3 and later).

    There is none while the page has no row that can be killed.
    """
    field = _TOKEN_INPUT.search(html)
    value = _VALUE.search(field[0]) if field else None
    return unescape(value[1]) if value else None


def removed_executors(html: str) -> tuple[RemovedExecutor, ...]:
    """Return the executors that the master's `/app/?appId=` lists as removed, the latest last."""
    rows = (
        [_TAG.sub("", unescape(cell)).strip() for cell in _CELL.findall(row)]
        for row in _ROW.findall(html)
    )
    found = []
    for cells in rows:
        state = next((cell for cell in cells[2:] if cell in _EXECUTOR_STATES), None)
        if state is not None and cells[0].isdecimal():
            found.append(RemovedExecutor(cells[0], cells[1], state))
    return tuple(sorted(found, key=lambda executor: int(executor.id)))
