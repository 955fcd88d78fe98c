"""What only the master's HTML pages say: a driver's address, the token that a kill needs."""

import re
from html import unescape
from urllib.parse import urljoin

_LINK = re.compile(
    r"<a\s[^>]*?href\s*=\s*[\"']([^\"']+)[\"'][^>]*>\s*Application Detail UI\s*</a>", re.IGNORECASE
)
_TOKEN_INPUT = re.compile(r"<input\s[^>]*\bname\s*=\s*[\"']csrfToken[\"'][^>]*>", re.IGNORECASE)
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


def csrf_token(html: str) -> str | None:
    """Return the token that a page's kill forms carry (Spark 4.3 and later).

    There is none while the page has no row that can be killed.
    """
    field = _TOKEN_INPUT.search(html)
    value = _VALUE.search(field[0]) if field else None
    return unescape(value[1]) if value else None
