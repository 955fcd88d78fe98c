"""The header: the cluster in one line, or in two on a narrow screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from rich.cells import cell_len

from pitui.domain.cluster import ApplicationState, MasterState
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import one_line
from pitui.tui.text.cells import Span, Tone
from pitui.tui.text.number_format import age, gib
from pitui.tui.text.state_cells import master_cell

STALE_AFTER = 5.0
"""Seconds without an answer of the master after which figures are called old."""
WIDE = 128
"""Columns from which on one line is enough."""
ANSWERING = (MasterState.ALIVE, MasterState.STANDBY, MasterState.RECOVERING)
"""States in which the master's figures are those of now."""


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """A piece of the header; the highest rank gives way first."""

    spans: tuple[Span, ...]
    rank: int = 0

    @property
    def width(self) -> int:
        """Columns of the terminal it takes."""
        return sum(cell_len(text) for text, _ in self.spans)


def header_gap(*, wide: bool) -> int:
    """Return the spaces between two parts."""
    return 3 if wide else 2


def header(
    snapshot: Snapshot,
    now: float,
    widths: tuple[int, int],
    *,
    wide: bool,
    read_only: bool,
    found: Sequence[Span] = (),
    news: Sequence[str] = (),
) -> list[list[HeaderPart]]:
    """Return the header's line, or two where it is not wide, with the parts that fit.

    `widths` are those of the two lines; of `found`, then of `news`, the first text that leaves all
    else its room.
    """
    name, figures = _name_part(snapshot), _figures(snapshot)
    notes = _notes(snapshot, now, read_only=read_only)
    texts = found, [(text, Tone.DIM) for text in news]
    if wide:
        parts = fit_parts(name + figures + notes, widths[0], header_gap(wide=True))
        return [_with_texts(parts, texts, widths[0], header_gap(wide=True))]
    upper = fit_parts(name + notes, widths[0])
    upper = _with_texts(upper, texts, widths[0], header_gap(wide=False))
    return [upper, fit_parts(figures, widths[1])]


def _with_texts(
    parts: list[HeaderPart], texts: Sequence[Sequence[Span]], width: int, gap: int
) -> list[HeaderPart]:
    for lengths in texts:
        taken = sum(part.width + gap for part in parts)
        fits = (HeaderPart((span,)) for span in lengths if taken + cell_len(span[0]) <= width)
        parts = [*parts, *islice(fits, 1)]
    return parts


def fit_parts(parts: list[HeaderPart], width: int, gap: int = 2) -> list[HeaderPart]:
    """Return the parts that fit, in their order; the highest rank gives way first."""
    kept = list(parts)
    while len(kept) > 1 and sum(part.width + gap for part in kept) - gap > width:
        worst = max(kept, key=lambda part: part.rank)
        kept.remove(worst)
    return kept


def _name_part(snapshot: Snapshot) -> list[HeaderPart]:
    master = snapshot.master
    state = master_cell(master.state).spans
    known = master.version is not None and master.state in ANSWERING
    version = ((f" {one_line(master.version or '')}", Tone.DIM),) if known else ()
    return [
        HeaderPart(((one_line(snapshot.cluster), Tone.ACCENT),)),
        HeaderPart(((one_line(master.url), Tone.NORMAL),), rank=2),
        HeaderPart((*state, *version), rank=1),
    ]


def _notes(snapshot: Snapshot, now: float, *, read_only: bool) -> list[HeaderPart]:
    parts: list[HeaderPart] = []
    if snapshot.master_at is not None and now - snapshot.master_at > STALE_AFTER:
        parts.append(
            HeaderPart(((f"figures {age(now - snapshot.master_at)} old", Tone.WARN),), rank=1)
        )
    parts += [HeaderPart(((one_line(text), Tone.WARN),), rank=3) for text in snapshot.unreadable]
    if read_only:
        parts.append(HeaderPart(((" read-only ", Tone.BADGE),)))
    return parts


def _figures(snapshot: Snapshot) -> list[HeaderPart]:
    master = snapshot.master
    known = master.state in ANSWERING
    if not known and master.error:
        return [HeaderPart(((one_line(master.error), Tone.BAD),))]
    alive, every = snapshot.workers_alive, len(snapshot.workers)
    missing = Tone.BAD if known and alive < every else Tone.STRONG
    return [
        _figure("workers", f"{alive}/{every}" if known else "–", missing),
        _figure("cores", f"{master.cores_used}/{master.cores}" if known else "–"),
        _figure(
            "memory",
            f"{gib(master.memory_used_mib)}/{gib(master.memory_mib)} GiB" if known else "–",
        ),
        HeaderPart((("apps ", Tone.DIM), *_applications(snapshot, known=known)), rank=1),
    ]


def _figure(title: str, value: str, tone: Tone = Tone.STRONG) -> HeaderPart:
    return HeaderPart(((f"{title} ", Tone.DIM), (value, tone)))


def _applications(snapshot: Snapshot, *, known: bool) -> tuple[Span, ...]:
    if not known:
        return (("–", Tone.STRONG),)
    states = [application.state for application in snapshot.active]
    running = states.count(ApplicationState.RUNNING)
    waiting = states.count(ApplicationState.WAITING)
    tone = Tone.WARN if waiting else Tone.STRONG
    return ((f"{running} running", Tone.STRONG), (", ", Tone.DIM), (f"{waiting} waiting", tone))
