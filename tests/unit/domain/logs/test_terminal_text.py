"""What a terminal shows of a line; the yardstick is pyte, an emulator of a terminal."""

import pyte
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pitui.domain.logs.terminal_text import MOST_COLUMNS, terminal_text


def display(line: str) -> str:
    screen = pyte.Screen(400, 3)
    pyte.Stream(screen).feed(line)
    return screen.display[0].rstrip()


WORDS = st.text("abcXYZ 019[]>=é", min_size=1, max_size=12)
SEQUENCES = st.sampled_from([
    "\r", "\b", "\t", "\0", "\a", "\x1b[K", "\x1b[0K", "\x1b[1K", "\x1b[2K", "\x1b[J", "\x1b[31m",
    "\x1b[1;38;5;9m", "\x1b[m", "\x1b[5C", "\x1b[3D", "\x1b[7G", "\x1b[G", "\x1b[2P", "\x1b[3@",
    "\x1b[4X", "\x1b]0;title\x07", "\x1b]2;title\x1b\\", "\x1b7", "\x1b8", "\x1b(B", "\x1b[?25l",
])  # fmt: skip
BAR = "[Stage 0:=====>                     (12 + 2) / 20]"


@given(st.lists(WORDS | SEQUENCES, max_size=14).map("".join))
@example(f"\r{BAR}\r26/11/29 20:04:33 WARN x")
@example(f"\r{BAR}\r{' ' * len(BAR)}\r26/11/29 20:04:33 WARN x")
@example(f"{BAR}\r\x1b[K26/11/29 20:04:33 WARN x")
@example("26/11/29 20:04:33 \x1b[1;31mERROR\x1b[0m x\r")
def test_it_is_what_a_terminal_shows(line: str) -> None:
    result = terminal_text(line)
    assert display(result) == display(line)
    assert not set(result) & set("\x1b\r\b\0\a")
    assert terminal_text(result) == result
    if "\t" not in line:
        assert result.rstrip() == display(line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("100%|████| 漢字\r50%", "50%%|████| 漢字"),
        ("漢字\r\x1b[CX", " X字"),
        ("漢字\rX", "X 字"),
        ("e\u0301a\rb", "ba"),
        ("\x1b]8;;file:///x\x1b\\a link\x1b]8;;\x1b\\", "a link"),
        ("\x1b]52;c;ZXZpbA==\x07clipboard", "clipboard"),
        ("\x1bP+q544e\x1b\\after", "after"),
        ("\x1b[38:2::1:2:3mcolour\x1b[0m", "colour"),
        # A terminal would hide everything that follows, to the end of the log.
        ("\x1b]0;never ended", "\x1b]0;never ended"),
        ("cut off \x1b[", "cut off \x1b["),
        ("before\0\0\0after a power cut", "beforeafter a power cut"),
        ("\x01other\x7f", "\x01other\x7f"),
    ],
)
def test_wide_letters_and_strings(line: str, text: str) -> None:
    assert terminal_text(line) == text


PIECES = (
    "\x1b[999999999C", "\r\x1b[9999Gx", "\x1b[1K\x1b[4000Gx", "\x1b[9999@x\r", "a\b",
    "\x1b[", "\x1b]0;", "\x1b[" + "1;" * 50, "\x1b[9999P", "\x1b[P", "\x1bP", "é\u0301\r",
    "\x1b[9", "\t\r",
    "\x1b[2K", "x" * 99,
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3), st.booleans())
@example(["\x1b[9999@x\r"], True)
@example(["\x1b[1K"], True)
@example(["\x1b[P\r"], True)
def test_a_megabyte_takes_work_in_proportion(pieces: list[str], long: bool) -> None:
    # Where it grew with the square of the length, one line would take minutes.
    once = "".join(pieces)
    line = "x" * (500_000 if long else 0) + once * (500_000 // len(once))
    assert len(terminal_text(line)) <= max(len(line), 2 * MOST_COLUMNS)
