"""What is said of what is looked for in logs."""

from pitui.domain.log_filter import LogFilter
from pitui.spark.log_search import Search


def said_filter(chosen: LogFilter, search: Search | None) -> list[str]:
    """Return in words what a filter asks for beside its text, and what came in its way."""
    said = []
    if chosen.inverse and chosen.text:
        said.append("without these words")
    if chosen.level:
        said.append(f"{chosen.level} and above")
    if chosen.sources:
        said.append("only " + ", ".join(chosen.sources))
    if chosen.before:
        said.append(f"±{chosen.before} lines")
    return [*said, *said_slow(search)]


def said_slow(search: Search | None) -> list[str]:
    """Return in words that an expression took too long, where it did."""
    if search is None or not search.slow:
        return []
    if search.given_up:
        return ["too slow an expression, given up"]
    return [f"too slow on {search.slow} lines" if search.slow > 1 else "too slow on 1 line"]
