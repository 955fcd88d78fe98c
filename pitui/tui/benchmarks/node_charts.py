"""What each node did during a run: its CPU, disk, network and temperature over the time."""

from collections.abc import Callable, Mapping, Sequence

from pitui.domain.bottleneck.node_sample import NodeSample, recorded_span
from pitui.tui.text.cells import BLANK, Cell, Tone, cells
from pitui.tui.text.charts import captioned, degrees_label, percent_label, rate_label
from pitui.tui.text.paragraphs import SIDE_GAP, beside

_LEAST = 36
"""Columns of the narrowest chart."""


def node_chart_lines(samples: Mapping[str, Sequence[NodeSample]], width: int) -> list[Cell]:
    """Return the charts of all nodes, in the same time, as many beside each other as fit."""
    span = recorded_span(samples.values())
    if span is None:
        return []
    lines: list[Cell] = []
    for node, series in samples.items():
        lines += [_node_heading(node, series), *_charts_of_node(series, span, width), BLANK]
    return lines


def _node_heading(node: str, series: Sequence[NodeSample]) -> Cell:
    throttled = any(sample.throttled for sample in series)
    swapped = any((sample.swap_in or 0) > 0 for sample in series)
    return cells(
        (node, Tone.STRONG),
        ("  throttled" if throttled else "", Tone.BAD),
        ("  swapped" if swapped else "", Tone.WARN),
    )


def _charts_of_node(
    series: Sequence[NodeSample], span: tuple[float, float], width: int
) -> list[Cell]:
    columns = max(1, min(4, (width + SIDE_GAP) // (_LEAST + SIDE_GAP)))
    columns = 2 if columns == 3 else columns
    room = (width - SIDE_GAP * (columns - 1)) // columns

    def one(
        name: str,
        figure: Callable[[NodeSample], float | None],
        label: Callable[[float], str],
        top: float | None = None,
    ) -> list[Cell]:
        values = [(sample.at, figure(sample)) for sample in series]
        return captioned(name, values, span, room, label=label, top=top, unknown="not known")

    blocks = [
        one("CPU", lambda s: _as_percent(s.cpu), percent_label, 100.0),
        one("Disk busy", lambda s: _as_percent(s.disk_busy), percent_label, 100.0),
        one("Network", _network_rate, rate_label),
        one("Temperature", lambda s: s.temperature, degrees_label, 100.0),
    ]
    lines: list[Cell] = []
    for first in range(0, len(blocks), columns):
        row, *others = blocks[first : first + columns]
        wide = room
        for other in others:
            row = beside(row, other, wide)
            wide += SIDE_GAP + room
        lines += row
    return lines


def _network_rate(sample: NodeSample) -> float | None:
    if sample.received is None or sample.sent is None:
        return None
    return sample.received + sample.sent


def _as_percent(share: float | None) -> float | None:
    return None if share is None else share * 100
