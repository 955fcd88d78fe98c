"""The clipboard of the terminal, over SSH too (OSC 52), also from inside tmux and screen."""

import base64
import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pitui.config.paths import state_folder

MOST_BYTES = 74_994
"""More than that (100,000 bytes in base64) many terminals do not take."""

_TMUX_LIMIT = 3.0
_SCREEN_BYTES = 700
"""screen passes no more than 768 bytes on at once."""


def sequences(text: str, environment: Mapping[str, str]) -> str:
    """Return what to write to the terminal so that its clipboard holds the text.

    tmux and screen keep sequences for themselves unless they are wrapped; tmux also takes the plain
    one where it is set to (`set-clipboard on`).
    """
    data = base64.b64encode(text.encode("utf-8", "replace")).decode()
    plain = f"\x1b]52;c;{data}\x07"
    if environment.get("TMUX"):
        return plain + _wrapped_for_tmux(plain)
    if environment.get("STY") or environment.get("TERM", "").startswith("screen"):
        return _wrapped_for_screen(plain)
    return plain


def _wrapped_for_tmux(sequence: str) -> str:
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _wrapped_for_screen(sequence: str) -> str:
    pieces = [sequence[at : at + _SCREEN_BYTES] for at in range(0, len(sequence), _SCREEN_BYTES)]
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def to_tmux(text: str) -> None:
    """Give a text to tmux itself, which hands it to its terminal; as it is set up from the start.

    It takes sequences from programs only where it is told to, so this is the way that works there.
    """
    command = ["tmux", "load-buffer", "-w", "-"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # the sequences may do it
        subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            check=False,
            timeout=_TMUX_LIMIT,
        )


def fits(text: str) -> bool:
    """Whether a text is small enough for a terminal's clipboard."""
    return len(text) <= MOST_BYTES and len(text.encode("utf-8", "replace")) <= MOST_BYTES


def to_file(text: str) -> Path:
    """Write a text that is too large for the clipboard to a file of its own, and return that.

    Raises:
        PituiError: it cannot be written.
    """
    from pitui.tui.terminal.text_file import new_text_file

    return new_text_file(text, state_folder() / "copied", prefix="lines-", suffix=".txt")
