"""Costly expressions in a query's plan: computed again where another filter stands above them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from pitui.domain.bottleneck.task_record import CostlyExpression

_CALL = re.compile(r"([A-Za-z_]\w*)\(")
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
    worth = [call for call, names in _calls(text) if python or _is_costly(names)]
    for call in sorted(set(worth), key=lambda call: (-len(call), call))[:_MOST]:
        shown = call if len(call) <= _SHOWN else f"{call[:_SHOWN]}…"
        yield CostlyExpression(shown, sha256(f"{call} of {data}".encode()).hexdigest(), len(call))


def _calls(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each call in a text, with the names of all functions in it."""
    opened: list[tuple[int, int | None]] = []
    found = [(match.start(), match.end() - 1, match[1]) for match in _CALL.finditer(text)]
    begins: Mapping[int, int] = {bracket: start for start, bracket, _ in found}
    for at, sign in enumerate(text):
        if sign == "(":
            opened.append((at, begins.get(at)))
        elif sign == ")" and opened:
            bracket, start = opened.pop()
            if start is not None:
                names = [name for _, place, name in found if bracket <= place < at]
                yield text[start : at + 1], names


def _is_costly(names: Sequence[str]) -> bool:
    own = [name for name in names if name.lower() not in _CHEAP]
    return len(own) >= _NESTED or any(map(_COSTLY.match, own))
