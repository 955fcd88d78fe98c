"""Text from nodes reaches the terminal as text only."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.text.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 漢字 🍓", "plain ünïcode 漢字 🍓"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2J", "␛[2J"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("over\rwritten", "over␍written"),
        ("\x00\x7f", "␀␡"),
        ("\x9b31m", "<9B>31m"),
        ("a\u202eb", "a<202E>b"),
        ("[bold]markup stays[/bold]", "[bold]markup stays[/bold]"),
    ],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    left = [c for c in printable(text) if c not in "\n\t" and unicodedata.category(c) == "Cc"]
    assert left == []


@given(st.text())
def test_showing_twice_changes_nothing(text: str) -> None:
    assert printable(printable(text)) == printable(text)
