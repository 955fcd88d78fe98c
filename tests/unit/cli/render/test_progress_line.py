"""The line that says how far something is."""

import io

import pytest

from pitui.cli.render.progress_line import ProgressLine


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_what_was_taken_away_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    terminal = _Terminal(written, encoding="utf-8")
    monkeypatch.setattr("sys.stderr", terminal)
    line = ProgressLine("pushing")
    for _ in range(2):
        line(1, 4)
        line(1, 4)
        line.clear()
        line.clear()
    assert written.getvalue() == b"\rpushing  25%\x1b[K\r\x1b[K" * 2
