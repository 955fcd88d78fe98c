"""Bars and scales of cells, as wide as there is room."""

from collections.abc import Mapping, Sequence

from pitui.bench.scaling import RunScaling
from pitui.tui.benchmarks.run_text import seconds_words
from pitui.tui.text.cells import Cell, Span, Tone, cells

_EIGHTHS = " ▏▎▍▌▋▊▉"
_PARTS = {
    "cpu": Tone.GOOD,
    "python-cpu": Tone.GOOD,
    "throttled": Tone.BAD,
    "gc": Tone.WARN,
    "memory": Tone.BAD,
    "spill": Tone.BAD,
    "disk": Tone.WARN,
    "network": Tone.WARN,
    "skew": Tone.WARN,
}
"""Work is green, what is in its way yellow or red; all else as any chart."""
LEAST_SHARE = 0.005
"""Of the core-time; a part below it is not shown."""


def solid_bar(share: float, width: int) -> str:
    """Return a bar of blocks in eighths of a cell, not longer than `width` cells."""
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)  # what is there leaves a trace
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def part_bars(parts: Mapping[str, float], width: int) -> list[Cell]:
    """Return a bar for each part of the core-time, the largest first."""
    shown = [(name, share) for name, share in parts.items() if share >= LEAST_SHARE]
    if not shown:
        return []
    names = max(len(name) for name, _ in shown)
    room = max(8, min(60, width - names - 9))
    return [
        cells(
            (f"  {name.ljust(names)} ", Tone.NORMAL),
            (solid_bar(share, room).ljust(room), _PARTS.get(name, Tone.CHART)),
            (f"{share:5.0%}", Tone.STRONG),
        )
        for name, share in sorted(shown, key=lambda pair: -pair[1])
    ]


def repeat_strip(
    seconds: Sequence[float], median: float, low: float, high: float, width: int
) -> tuple[Span, ...]:
    """Return repeats as dots on a line from `low` to `high`, and a bar at their median."""
    places = ["─"] * width
    scale = (width - 1) / (high - low) if high > low else 0.0
    for value in seconds:
        places[round((value - low) * scale)] = "●"
    middle = round((median - low) * scale)
    return (
        ("".join(places[:middle]), Tone.CHART),
        ("┃", Tone.STRONG),
        ("".join(places[middle + 1 :]), Tone.CHART),
    )


def scaling_bars(points: Sequence[RunScaling], width: int) -> list[Cell]:
    """Return speedup by workers: a bar each, and a mark where it would be if nothing were lost."""
    most = points[-1].workers / points[0].workers
    room = max(10, min(60, width - 42))
    lines = []
    for point in points:
        ideal = point.workers / points[0].workers
        bar = solid_bar(point.speedup / most, room)[:room].ljust(room)
        mark = min(room - 1, max(0, round(ideal / most * room) - 1))
        tone = Tone.GOOD if point.efficiency >= 0.8 else Tone.WARN
        under = Tone.STRONG if bar[mark] == " " else tone
        workers = "1 worker " if point.workers == 1 else f"{point.workers} workers"
        lines.append(
            cells(
                (f"  {workers:>10} ", Tone.NORMAL),
                (bar[:mark], tone),
                ("│" if bar[mark] == " " else bar[mark], under),
                (bar[mark + 1 :], tone),
                (f" {point.speedup:5.2f}x", Tone.STRONG),
                (f" {point.efficiency:4.0%}", tone),
                (f" {seconds_words(point.run.median_seconds):>10}", Tone.DIM),
            )
        )
    return [*lines, cells(("  │ where it would be if no worker lost anything", Tone.DIM))]
