"""Reading a line that a person types, without a thread that Ctrl-C could not end."""

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

_MOST = 4096
"""Bytes of the longest line that a terminal hands over."""


async def ask_line(terminal: int, question: str, *, hidden: bool) -> str:
    """Return the line typed at a terminal after a question; empty where it ends (Ctrl-D).

    A hidden line is not shown while it is typed. The terminal is as before at the end, also when
    this is cancelled.
    """
    with _hiding(terminal, question) if hidden else nullcontext():
        _write_prompt(question)
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(terminal, ready.set)
        try:
            await ready.wait()
            return os.read(terminal, _MOST).decode(errors="replace").rstrip("\r\n")
        finally:
            loop.remove_reader(terminal)


@contextmanager
def _hiding(terminal: int, question: str) -> Iterator[None]:
    """Show nothing that is typed; who is stopped meanwhile (Ctrl-Z) gives the terminal back."""
    shown = termios.tcgetattr(terminal)
    hidden = termios.tcgetattr(terminal)
    hidden[3] &= ~termios.ECHO
    loop = asyncio.get_running_loop()

    def stop() -> None:
        termios.tcsetattr(terminal, termios.TCSADRAIN, shown)
        os.kill(os.getpid(), signal.SIGSTOP)

    def go_on() -> None:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, hidden)
        _write_prompt(question)

    loop.add_signal_handler(signal.SIGTSTP, stop)
    loop.add_signal_handler(signal.SIGCONT, go_on)
    # What was typed before the question is no answer to it.
    termios.tcsetattr(terminal, termios.TCSAFLUSH, hidden)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)
        loop.remove_signal_handler(signal.SIGCONT)
        termios.tcsetattr(terminal, termios.TCSADRAIN, shown)
        # The end of the line was not shown either.
        _write_prompt("\n")


def _write_prompt(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
