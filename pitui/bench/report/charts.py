"""The charts of a report as SVG: repeats, parts, scaling."""

from collections.abc import Mapping, Sequence

from pitui.bench.compare_runs import seconds_of
from pitui.bench.report.markup import Element, drawn_text, shape, svg
from pitui.bench.scaling import RunScaling
from pitui.domain.apps.recorded_run import Run
from pitui.domain.text.number_words import counted

WIDTH = 900.0
_ROW = 22.0
_LEFT = 200.0
_RIGHT = 110.0
_LEAST_SHARE = 0.005
"""Of the core-time; a part below it is not shown."""


def repeats_chart(runs: Sequence[Run]) -> Element | None:
    """Return the repeats of runs as dots on one scale of seconds from 0; None without any."""
    measured = [(run, seconds_of(run)) for run in runs if seconds_of(run)]
    if not measured:
        return None
    most = max(max(seconds) for _, seconds in measured)
    most = most or 1.0  # all of them may be shorter than what is kept of a second
    room = WIDTH - _LEFT - _RIGHT
    drawn: list[Element] = []
    for row, (run, seconds) in enumerate(measured):
        y = _ROW * (row + 0.5) + 4
        drawn.append(drawn_text(_LEFT - 8, y + 4, run.id, "end"))
        drawn.append(shape("line", "grid", x1=_LEFT, x2=_LEFT + room, y1=y, y2=y))
        drawn += [
            shape("circle", "dot", cx=_LEFT + room * one / most, cy=y, r=4) for one in seconds
        ]
        middle = _LEFT + room * (run.median_seconds or 0.0) / most
        drawn.append(shape("line", "median", x1=middle, x2=middle, y1=y - 8, y2=y + 8))
        drawn.append(drawn_text(WIDTH - _RIGHT + 8, y + 4, f"{run.median_seconds or 0:.2f} s"))
    height = _ROW * len(measured) + 26
    drawn.append(drawn_text(_LEFT, height - 6, "0", "dim"))
    drawn.append(drawn_text(_LEFT + room, height - 6, f"{most:.1f} s", "dim end"))
    return svg(WIDTH, height, "Seconds of every repeat, with the median of each run", drawn)


def parts_chart(parts: Mapping[str, float]) -> Element | None:
    """Return the parts of a run's core-time as bars, the largest first; None without any."""
    shown = sorted(
        ((name, share) for name, share in parts.items() if share >= _LEAST_SHARE),
        key=lambda pair: -pair[1],
    )
    if not shown:
        return None
    room = WIDTH - _LEFT - _RIGHT
    drawn: list[Element] = []
    for row, (name, share) in enumerate(shown):
        y = _ROW * row + 4
        drawn.append(drawn_text(_LEFT - 8, y + 13, name, "end"))
        place = {"x": _LEFT, "y": y, "width": max(1.0, room * share), "height": _ROW - 5, "rx": 2}
        drawn.append(shape("rect", f"part {name}", **place))
        drawn.append(drawn_text(_LEFT + room * share + 6, y + 13, f"{share:.0%}"))
    words = ", ".join(f"{name} {share:.0%}" for name, share in shown)
    return svg(WIDTH, _ROW * len(shown) + 8, f"Parts of the core-time: {words}", drawn)


def scaling_chart(points: Sequence[RunScaling]) -> Element:
    """Return speedup by workers as a curve, with a straight line where nothing is lost."""
    left, top, room, high = 60.0, 16.0, WIDTH / 2, 240.0
    fewest, most = points[0].workers, points[-1].workers
    best = max(most / fewest, *(point.speedup for point in points))

    def x(workers: float) -> float:
        return left + room * (workers - fewest) / (most - fewest)

    def y(speedup: float) -> float:
        return top + high * (1 - speedup / best)

    drawn = [
        shape("line", "axis", x1=left, x2=left + room, y1=y(0), y2=y(0)),
        shape("line", "axis", x1=left, x2=left, y1=top, y2=y(0)),
        shape("line", "ideal", x1=x(fewest), y1=y(1), x2=x(most), y2=y(most / fewest)),
        shape(
            "polyline",
            "curve",
            points=" ".join(f"{x(p.workers):.1f},{y(p.speedup):.1f}" for p in points),
        ),
        drawn_text(left + room, y(0) + 34, "workers", "dim end"),
        drawn_text(left - 8, top + 4, f"{best:.1f}x", "dim end"),
        drawn_text(left - 8, y(0) + 4, "0", "dim end"),
    ]
    for point in points:
        words = f"{point.speedup:.2f}x, efficiency {point.efficiency:.0%}"
        drawn += [
            shape("circle", "dot", cx=x(point.workers), cy=y(point.speedup), r=5),
            drawn_text(x(point.workers), y(0) + 18, str(point.workers), "middle"),
            drawn_text(x(point.workers) + 10, y(point.speedup) + 18, words),
        ]
    label = "; ".join(
        f"{counted(p.workers, 'worker')}: {p.speedup:.2f} times as fast" for p in points
    )
    return svg(WIDTH, high + top + 46, label, drawn)
