"""How a node's load was: charts."""

from collections.abc import Sequence

from pitui.tui.present.cells import Cell, Tone, cells
from pitui.tui.present.charts import captioned
from pitui.tui.present.figures import size
from pitui.tui.present.node.blocks import Known, beside, title


def chart_lines(known: Known, width: int, *, in_pairs: bool) -> list[Cell]:
    """Return the charts of the chosen time, one below the other or in pairs."""
    span = (known.now - known.span, known.now)
    points = known.points
    minutes = round(known.span / 60)
    head = title(f"The last {minutes} minutes", "t: an hour or ten minutes")
    if not points:
        return [head, cells(("  The first figures come within some seconds.", Tone.DIM))]

    def one(name: str, values: Sequence[float | None], kind: str) -> list[Cell]:
        samples = [(point.at, value) for point, value in zip(points, values, strict=True)]
        label = {"%": _percent, "°C": _degrees, "B/s": _rate}[kind]
        top = 100.0 if kind in ("%", "°C") else None
        return captioned(name, samples, span, width, label=label, top=top)

    blocks = [
        one("CPU", [p.cpu_percent for p in points], "%"),
        one("Memory", [p.memory_percent for p in points], "%"),
        one("Temperature", [p.temperature_c for p in points], "°C"),
        one("Disk full", [p.disk_percent for p in points], "%"),
        one("Network in", [p.received for p in points], "B/s"),
        one("Network out", [p.sent for p in points], "B/s"),
        one("Disk read", [p.read for p in points], "B/s"),
        one("Disk write", [p.written for p in points], "B/s"),
    ]
    lines = [head]
    if in_pairs:
        for left, right in zip(blocks[::2], blocks[1::2], strict=True):
            lines += beside(left, right, width)
        return lines
    return lines + [line for block in blocks for line in block]


def _percent(value: float) -> str:
    return f"{value:.0f}%"


def _degrees(value: float) -> str:
    return f"{value:.0f} °C"


def _rate(value: float) -> str:
    return f"{size(int(value))}/s" if value >= 1 else "0 B/s"
