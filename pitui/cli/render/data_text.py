"""Which nodes have which data, as text and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import printable

if TYPE_CHECKING:
    from pitui.services.data.item_presence import ItemPresence


def data_json(one: "ItemPresence") -> dict[str, object]:
    """Return an item as `pitui data --json` has it."""
    return {
        "source": printable(one.source),
        "target": one.target,
        "bytes": one.size,
        "files": one.files,
        "nodes": {
            name: {"state": node.state, "bytes": node.size} for name, node in one.nodes.items()
        },
    }


def data_lines(found: "Sequence[ItemPresence]") -> Iterator[str]:
    """Yield the items, each with its nodes below it by what they have."""
    if not found:
        yield "`data:` in the configuration is empty"
    for one in found:
        yield f"{one.target}  {_amount(one.size)}, {counted(one.files, 'file')}  from {one.source}"
        states: dict[str, list[str]] = {}
        for name, node in one.nodes.items():
            states.setdefault(node.state, []).append(name)
        for state in ("present", "different", "missing", "unknown"):
            if state in states:
                yield f"  {state:<9}  {', '.join(states[state])}"


def data_problem_lines(found: "Iterable[ItemPresence]") -> Iterator[str]:
    """Yield why something is not known: of an item, else of a node, once."""
    said = set()
    for one in found:
        if one.error:
            yield f"pitui: {one.error}"
            continue
        for name, node in one.nodes.items():
            line = f"pitui: {name}: {node.error}"
            if node.error and line not in said:
                said.add(line)
                yield line
                if node.advice:
                    yield f"  {node.advice}"


def _amount(size: int) -> str:
    mib = size / 1024 / 1024
    return f"{mib:,.1f} MiB" if mib >= 0.1 else counted(size, "byte")
