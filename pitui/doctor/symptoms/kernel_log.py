"""Lines of a node's kernel log that are young enough to matter."""

import re

from pitui.facts.node_facts.node_facts import NodeFacts

_DAY = 86400.0
_STAMP = re.compile(r"(\d{9,11}\.\d+) ")


def recent(facts: NodeFacts) -> list[str]:
    """Return the lines of the last day, and those whose time is not known."""
    now = facts.clocks[1]
    return [
        line
        for line in facts.kernel or ()
        if not now or (stamp := _STAMP.match(line)) is None or now - float(stamp[1]) < _DAY
    ]
