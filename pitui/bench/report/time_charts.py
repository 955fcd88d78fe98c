"""The charts of a report over a run's time as SVG: each node's load, and tasks on cores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pitui.bench.report.charts import WIDTH
from pitui.bench.report.markup import Element, drawn_text, shape, svg
from pitui.domain.apps.gantt import CoreLane, TaskBar, core_lanes, span_of
from pitui.domain.bottleneck.node_sample import NodeSample, recorded_span
from pitui.domain.text.number_words import bytes_words

_GAP = 36.0
_HIGH = 70.0
_LANE = 14.0
_LEFT = 150.0
_COLOURS = 6
_MOST_LANES = 200
_MOST_BARS = 20_000
"""Tasks that are drawn, the longest: a page of more would be slow to open."""

Figure = Callable[[NodeSample], float | None]


def _scaled_figure(factor: float, figure: Figure) -> Figure:
    def scaled(sample: NodeSample) -> float | None:
        value = figure(sample)
        return None if value is None else value * factor

    return scaled


def _summed_figures(one: Figure, other: Figure) -> Figure:
    def total(sample: NodeSample) -> float | None:
        first, second = one(sample), other(sample)
        return None if first is None or second is None else first + second

    return total


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """What of a node is drawn over the time."""

    name: str
    words: Callable[[float], str]
    """Returns a value with its unit."""
    value: Figure
    top: float | None = None
    """Of its scale; None for the highest value."""


_FIGURES = (
    LoadFigure("CPU", "{:.0f} %".format, _scaled_figure(100, lambda s: s.cpu), 100.0),
    LoadFigure("Disk busy", "{:.0f} %".format, _scaled_figure(100, lambda s: s.disk_busy), 100.0),
    LoadFigure(
        "Network",
        lambda count: f"{bytes_words(count)}/s",
        _summed_figures(lambda s: s.received, lambda s: s.sent),
    ),
    LoadFigure("Temperature", "{:.0f} °C".format, lambda s: s.temperature, 100.0),
)


def node_load_charts(samples: Mapping[str, Sequence[NodeSample]]) -> list[Element]:
    """Return a row of charts for each node, all over the same time."""
    span = recorded_span(samples.values())
    if span is None:
        return []
    return [_node_load_row(node, series, span) for node, series in samples.items()]


def _node_load_row(node: str, series: Sequence[NodeSample], span: tuple[float, float]) -> Element:
    wide = (WIDTH - _GAP * (len(_FIGURES) - 1)) / len(_FIGURES)
    throttled = any(sample.throttled for sample in series)
    drawn = [drawn_text(0, 12, node + (" (throttled)" if throttled else ""), "strong")]
    for column, figure in enumerate(_FIGURES):
        drawn += _load_curve(figure, series, span, (column * (wide + _GAP), wide))
    return svg(WIDTH, _HIGH + 54, f"Load of {node} over the run", drawn)


def _load_curve(
    figure: LoadFigure,
    series: Sequence[NodeSample],
    span: tuple[float, float],
    place: tuple[float, float],
) -> list[Element]:
    """Return a curve with its caption; `place` is where it begins, and its width."""
    left, wide = place
    known = [(sample.at, value) for sample in series if (value := figure.value(sample)) is not None]
    base = 38 + _HIGH
    drawn = [shape("line", "axis", x1=left, x2=left + wide, y1=base, y2=base)]
    if not known:
        return [*drawn, drawn_text(left, 30, f"{figure.name}: not known", "dim")]
    most = max(value for _, value in known)
    scale = figure.top or most or 1.0
    length = max(span[1] - span[0], 1e-3)
    points = [
        (left + wide * (at - span[0]) / length, base - _HIGH * min(1.0, value / scale))
        for at, value in known
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{points[0][0]:.1f},{base:.1f} {line} {points[-1][0]:.1f},{base:.1f}"
    return [
        shape("polygon", "area", points=area),
        shape("polyline", "curve thin", points=line),
        *drawn,
        drawn_text(left, 30, f"{figure.name}, at most {figure.words(most)}"),
    ]


def gantt_chart(bars: Sequence[TaskBar]) -> Element | None:
    """Return tasks on the cores that ran them, a colour a stage; None without tasks."""
    if not bars:
        return None
    kept = sorted(bars, key=lambda bar: bar.begin - bar.end)[:_MOST_BARS]
    begin, end = span_of(bars)
    lanes = core_lanes(kept)[:_MOST_LANES]
    stages = list(dict.fromkeys(bar.stage for bar in sorted(kept, key=lambda bar: bar.begin)))
    colours = {stage: f"s{index % _COLOURS}" for index, stage in enumerate(stages)}
    scale = (WIDTH - _LEFT) / max(end - begin, 1e-3)
    drawn: list[Element] = []
    for row, lane in enumerate(lanes):
        drawn.append(drawn_text(_LEFT - 8, row * _LANE + 11, f"{lane.node}/{lane.executor}", "end"))
        drawn += _lane_bars(lane, row * _LANE, begin, scale, colours)
    height = len(lanes) * _LANE
    drawn.append(drawn_text(_LEFT, height + 14, "0", "dim"))
    drawn.append(drawn_text(WIDTH, height + 14, f"{end - begin:.1f} s", "dim end"))
    for index, stage in enumerate(stages[:8]):
        x = _LEFT + index * 90
        drawn.append(shape("rect", colours[stage], x=x, y=height + 22, width=10, height=10))
        drawn.append(drawn_text(x + 14, height + 31, f"stage {stage}"))
    return svg(WIDTH, height + 40, f"{len(bars)} tasks on {len(lanes)} cores", drawn)


def _lane_bars(
    lane: CoreLane, y: float, begin: float, scale: float, colours: Mapping[int, str]
) -> list[Element]:
    return [
        shape(
            "rect",
            "failed" if bar.failed else colours[bar.stage],
            x=_LEFT + (bar.begin - begin) * scale,
            y=y + 1,
            width=max(0.5, (bar.end - bar.begin) * scale - 0.5),
            height=_LANE - 2,
        )
        for bar in lane.bars
    ]
