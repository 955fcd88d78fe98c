"""A Gantt chart of tasks: a line a core, the stages in turns of colour."""

from collections.abc import Sequence
from itertools import groupby

from pitui.domain.apps.gantt import CoreLane, TaskBar, core_lanes, span_of
from pitui.tui.text.cells import Cell, Span, Tone, cells
from pitui.tui.text.number_format import duration

_TONES = (Tone.CHART, Tone.GOOD, Tone.WARN, Tone.ACCENT)
_MOST_LANES = 64
_NAME = 16


def gantt_lines(bars: Sequence[TaskBar], width: int) -> list[Cell]:
    """Return a chart of tasks: neighbours of one stage by turns light and dark, failed ones red."""
    begin, end = span_of(bars)
    lanes = core_lanes(bars)
    room = max(10, width - _NAME - 1)
    tones = {stage: _TONES[i % len(_TONES)] for i, stage in enumerate(_stages_in_order(bars))}
    lines = [
        _lane_cell(lane, begin, max(end - begin, 1e-3), room, tones) for lane in lanes[:_MOST_LANES]
    ]
    if len(lanes) > _MOST_LANES:
        lines.append(cells((f"  {len(lanes) - _MOST_LANES} more cores", Tone.DIM)))
    scale = duration(end - begin) if end - begin >= 10 else f"{end - begin:.1f} s"
    lines.append(cells(("0".rjust(_NAME + 1), Tone.DIM), (scale.rjust(room - 1), Tone.DIM)))
    return [*lines, *_stage_legend(bars, tones, width)]


def _stages_in_order(bars: Sequence[TaskBar]) -> list[int]:
    """Return the stages in the order in which they began."""
    return list(dict.fromkeys(bar.stage for bar in sorted(bars, key=lambda bar: bar.begin)))


def _lane_cell(
    lane: CoreLane, begin: float, length: float, room: int, tones: dict[int, Tone]
) -> Cell:
    places: list[Span] = [("·", Tone.DIM)] * room
    for number, bar in enumerate(lane.bars):
        first = min(room - 1, int((bar.begin - begin) / length * room))
        last = min(room - 1, max(first, round((bar.end - begin) / length * room) - 1))
        block = ("█" if number % 2 else "▓", Tone.BAD if bar.failed else tones[bar.stage])
        places[first : last + 1] = [block] * (last + 1 - first)
    name = f"{lane.node}/{lane.executor}"
    name = name if len(name) < _NAME else f"{name[: _NAME - 2]}…"
    joined = [
        ("".join(text for text, _ in run), tone)
        for tone, run in ((tone, list(run)) for tone, run in groupby(places, lambda p: p[1]))
    ]
    return cells((f"{name:<{_NAME}}", Tone.NORMAL), *joined)


def _stage_legend(bars: Sequence[TaskBar], tones: dict[int, Tone], width: int) -> list[Cell]:
    spans: list[Span] = [(" " * _NAME, Tone.DIM)]
    left = width - _NAME
    stages = _stages_in_order(bars)
    for number, stage in enumerate(stages):
        words = f"█ stage {stage}  "
        if left < len(words) + 12:
            spans.append((f"and {len(stages) - number} more", Tone.DIM))
            break
        spans += [("█", tones[stage]), (f" stage {stage}  ", Tone.DIM)]
        left -= len(words)
    return [cells(*spans)]
