"""What bound an application, in the lines that there is room for."""

import pytest

from pitui.domain.bottleneck.explanation import Bound, Explanation, WhatIf
from pitui.tui.apps.bottleneck_lines import bound_panel_lines
from pitui.tui.text.cells import Tone, cells, wrapped

SENTENCE = " ".join(["No stage ran for 58 s of 1 min 54 s: 42 s before the first."] * 6)
IDLE = (
    "Without idle cores (3 equal tasks a core in each stage) at most 22% less in all: 1 min 26 s."
)
FOUND = Explanation(
    Bound("mixed", 0.3, SENTENCE, {"cpu": 0.5, "gc": 0.3, "disk": 0.2}),
    WhatIf(texts=("One more node like pi1 would make it 41 s instead of 58 s.", IDLE)),
)


@pytest.mark.parametrize("room", [9, 12, 20])
def test_nothing_is_cut_without_a_sign(room: int) -> None:
    lines = [line.text for line in bound_panel_lines(FOUND, 76, room)]
    assert len(lines) <= room
    assert all(len(line) <= 76 for line in lines)
    text = " ".join(lines)
    assert SENTENCE in text or lines[2].endswith(" …")
    assert IDLE in text or "more lines: `pitui jobs APP` shows all" in lines[-1]


def test_all_of_it_is_there_where_there_is_room() -> None:
    text = " ".join(line.text for line in bound_panel_lines(FOUND, 76, 20))
    assert SENTENCE in text
    assert IDLE in text


def test_spaces_between_pieces_stay_where_a_line_is_wrapped() -> None:
    line = cells(("B  ", Tone.ACCENT), ("= no difference", Tone.NORMAL), ("  1.16 times", Tone.DIM))
    assert [one.text for one in wrapped(line, 20)] == ["B  = no difference", "1.16 times"]
    assert [one.text for one in wrapped(line, 40)] == ["B  = no difference  1.16 times"]
