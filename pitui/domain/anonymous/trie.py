"""One regular expression for many texts, which looks at each letter once."""

import re
from collections.abc import Iterable

_Trie = dict[str, "_Trie"]
_END = ""


def pattern_of(texts: Iterable[str]) -> str:
    """Return an expression that matches the longest of some texts; without any it never does."""
    root: _Trie = {}
    for text in texts:
        node = root
        for letter in text:
            node = node.setdefault(letter, {})
        node[_END] = {}
    root.pop(_END, None)
    return _rendered(root) if root else r"(?!)"


def _rendered(node: _Trie) -> str:
    """Return the expression for what comes after a node."""
    # Without branches a text may be longer than Python can call itself.
    run = []
    while len(node) == 1 and _END not in node:
        ((letter, node),) = node.items()
        run.append(re.escape(letter))
    ends = _END in node
    branches = [
        re.escape(letter) + _rendered(after) for letter, after in node.items() if letter != _END
    ]
    if not branches:
        return "".join(run)
    return f"{''.join(run)}(?:{'|'.join(branches)}){'?' * ends}"
