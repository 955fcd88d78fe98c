"""Costly expressions in a query's plan: computed again where another filter stands above them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from pitui.domain.bottleneck.task_record import CostlyExpression

_BRACKET = re.compile(r"(?<!\w)([A-Za-z_]\w*)?\(|\(|\)")
"""Each bracket, an opening one with the name of the function before it."""
_COSTLY = re.compile(
    r"(?:regexp_\w+|from_(?:json|csv|xml)|get_json_object|json_tuple|sha\d?|md5|levenshtein"
    r"|parse_url|xpath\w*|aes_\w+|st_\w+)$",
    re.IGNORECASE,
)
"""Functions of which a single call takes long enough to be spared."""
_CHEAP = frozenset(("cast", "isnotnull", "isnull", "if", "coalesce", "max", "min", "sum", "count"))
_NESTED = 4
"""Calls within each other, cheap ones aside, that together take as long as a costly one."""
_LONGEST_TEXT = 20_000
"""Characters of an operator's text beyond which no expression is looked for in it."""
_MOST = 50
"""Expressions of one operator, the longest."""
_SHOWN = 60
"""Characters of an expression that are shown."""


def costly_expressions(text: str, data: str, *, python: bool) -> Iterator[CostlyExpression]:
    """Yield the expressions in an operator's text that are worth to be computed once.

    `data` tells what it reads from what others read. Of an operator that calls Python each call is.
    """
    if len(text) > _LONGEST_TEXT:
        return
    worth = sorted(_costly_spans(text, python=python), key=lambda span: span[0] - span[1])
    calls: set[str] = set()
    for begin, end in worth:
        if len(calls) == _MOST:
            break
        calls.add(text[begin:end])
    for call in calls:
        shown = call if len(call) <= _SHOWN else f"{call[:_SHOWN]}…"
        yield CostlyExpression(shown, sha256(f"{call} of {data}".encode()).hexdigest(), len(call))


@dataclass(slots=True)
class _Open:
    """A bracket that is open: where its call begins, and what stands in it so far."""

    begin: int | None
    calls: int = 0
    costly: bool = False


def _costly_spans(text: str, *, python: bool) -> Iterator[tuple[int, int]]:
    """Yield where each call in a text begins and ends that is worth it, by all that is in it."""
    opened: list[_Open] = []
    for found in _BRACKET.finditer(text):
        if found[0] != ")":
            name = found[1] or ""
            own = name.lower() not in _CHEAP and bool(name)
            costly = own and _COSTLY.match(name) is not None
            opened.append(_Open(found.start() if name else None, int(own), costly))
        elif opened:
            call = opened.pop()
            if call.begin is not None and (python or call.costly or call.calls >= _NESTED):
                yield call.begin, found.end()
            if opened:
                opened[-1].calls += call.calls
                opened[-1].costly |= call.costly
