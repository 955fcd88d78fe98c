"""Text in $PAGER, in place of the UI until it ends."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from pitui.domain.errors import PituiError
from pitui.tui.terminal.suspend import handed_over
from pitui.tui.terminal.text_file import new_text_file


def pager_command(path: Path, line: int) -> list[str]:
    """Return the command line, as words, that shows a file from a line on (1 is the first)."""
    try:
        words = shlex.split(os.environ.get("PAGER", "")) or ["less"]
    except ValueError:
        words = ["less"]
    if Path(words[0]).name in ("less", "more", "most") and line > 1:
        words.append(f"+{line}")
    return [*words, str(path)]


async def show_in_pager(app: App[object], text: str, line: int = 1) -> None:
    """Hand the terminal to a pager until it ends.

    The text goes through a file that only its owner can read and that is gone afterwards; it must
    be safe to show already.

    Raises:
        PituiError: there is no room for the file, the pager cannot be started, or the terminal
            cannot be handed over.
    """
    path = await asyncio.to_thread(_log_file, text)
    command = pager_command(path, line)
    try:
        with handed_over(app):
            process = await asyncio.create_subprocess_exec(*command)
            await process.wait()
    except SuspendNotSupported:
        raise PituiError("a pager cannot run in this terminal") from None
    except OSError as error:
        raise PituiError(
            f"cannot start {command[0]}: {error.strerror}", "Set PAGER to another pager."
        ) from error
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _log_file(text: str) -> Path:
    return new_text_file(text, Path(tempfile.gettempdir()), prefix="pitui-", suffix=".log")
