"""Texts on logs: the pane's title, and descriptions of filter and search."""

from collections.abc import Iterable, Sequence

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogSource, SourceKind
from pitui.spark.logs.log_search import Search


def said_filter(chosen: LogFilter, search: Search | None) -> list[str]:
    """Return a filter's options in words, and whether its expression was too slow.

    `search`: what its text looks for; None where it has none.
    """
    said = []
    if chosen.inverse and chosen.text:
        said.append("inverted")
    if chosen.level:
        said.append(f"{chosen.level} and above")
    if chosen.sources:
        said.append("only " + ", ".join(chosen.sources))
    if chosen.before:
        said.append(f"±{chosen.before} lines")
    return [*said, *said_slow(search)]


def said_slow(search: Search | None) -> list[str]:
    """Return a note that the expression was too slow; empty where not, or without one (None)."""
    if search is None or not search.slow:
        return []
    if search.given_up:
        return ["search stopped: the expression is too slow"]
    return [f"too slow on {search.slow} lines" if search.slow > 1 else "too slow on 1 line"]


_BY_TAG = (SourceKind.RUN, SourceKind.EXECUTOR, SourceKind.DRIVER)
"""Logs whose own names are long numbers."""


def name_of(sources: Sequence[LogSource], workers: Iterable[str]) -> str:
    """Return a short name for sources; `workers` are the names of all worker nodes."""
    named: dict[str, str] = {}
    for source in sources:
        named.setdefault(source.id, source.tag if source.kind in _BY_TAG else source.id)
    names = list(named.values())
    every = set(workers)
    if len(every) > 1 and every <= set(names):
        names = [*(name for name in names if name not in every), "workers"]
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return ", ".join(names)


def log_title(what: str, state: str, dropped: int, room: int) -> str:
    """Return a title of at most `room` characters; the middle of what is shown gives way.

    `dropped`: lines that the ring has let go.
    """
    if dropped:
        short = room < len(f"Logs: {what}, {state}, {dropped:,} older dropped")
        state += f", {dropped:,} dropped" if short else f", {dropped:,} older dropped"
    left = max(9, room - len(f"Logs: , {state}"))
    if len(what) > left:
        what = f"{what[: left // 2]}…{what[len(what) - (left - 1 - left // 2) :]}"
    return f"Logs: {what}, {state}"
