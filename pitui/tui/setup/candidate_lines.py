"""Machines that may become nodes, as lines of a list."""

from pitui.config.addresses import Address
from pitui.config.model import LOCAL
from pitui.domain.text.printable import one_line
from pitui.tui.setup.first_setup import Candidate
from pitui.tui.text.cells import Cell, Span, Tone, cell, cells

_NAME, _WHERE = 16, 22


def candidate_line(one: Candidate, *, master: bool) -> Cell:
    """Return a machine in one line: taken, master, name, address, and what came of the try."""
    return cells(
        ("[x] " if one.taken else "[ ] ", Tone.ACCENT if one.taken else Tone.DIM),
        ("★ " if master else "  ", Tone.GOOD),
        (_column(one.name, _NAME), Tone.STRONG),
        (_column(_candidate_source(one.proposal.address), _WHERE), Tone.DIM),
        _candidate_state(one),
    )


def candidate_detail(one: Candidate, *, master: bool) -> tuple[Cell, Cell]:
    """Return two lines on a machine: where it is named, and what it said or what to do."""
    what = "runs the master" if master else "will be a worker" if one.taken else "is not included"
    first = cell(f"{one.name}: {one.proposal.origin}; {what}", Tone.DIM)
    if one.error is not None:
        asks = f"{one.error.message}. Press r to see the key and decide."
        said = asks if one.asks else str(one.error)
        return first, cell(one_line(said), Tone.WARN)
    if one.look is not None:
        home = one.look.spark_home
        spark = f"Spark {one.look.spark_version or ''} in {home}" if home else "no Spark found"
        return first, cell(one_line(f"logged in as {one.look.user}; {spark}"))
    return first, cell("connecting" if one.trying else "not tried yet (r connects)", Tone.DIM)


def _candidate_state(one: Candidate) -> Span:
    if one.trying:
        return "◌ connecting", Tone.DIM
    if one.look is not None:
        spark = "no Spark"
        if one.look.spark_home is not None:
            spark = f"Spark {one.look.spark_version or 'of unknown version'}"
        return f"● as {one_line(one.look.user)}, {spark}", Tone.GOOD
    if one.asks:
        return "? host key unknown", Tone.WARN
    if one.error is not None:
        return f"✗ {one_line(str(getattr(one.error, 'failure', None) or 'failed'))}", Tone.BAD
    return "– not tried", Tone.DIM


def _candidate_source(address: Address) -> str:
    if address.host == LOCAL:
        return "here"
    user = f"{address.user}@" if address.user else ""
    port = f":{address.port}" if address.port else ""
    return f"{user}{address.host}{port}"


def _column(text: str, width: int) -> str:
    return (text if len(text) < width else text[: width - 2] + "…").ljust(width)
