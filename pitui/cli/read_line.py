"""Reading a line that a person types, without a thread that Ctrl-C could not end."""

import asyncio
import os
import sys
import termios

_MOST = 4096
"""Bytes of the longest line that a terminal hands over."""


async def ask_line(terminal: int, question: str, *, hidden: bool) -> str:
    """Return the line typed at a terminal after a question; empty where it ends (Ctrl-D).

    A hidden line is not shown while it is typed. The terminal is as before at the end, also when
    this is cancelled.
    """
    before = termios.tcgetattr(terminal)
    if hidden:
        now = termios.tcgetattr(terminal)
        now[3] &= ~termios.ECHO
        # What was typed before the question is no answer to it.
        termios.tcsetattr(terminal, termios.TCSAFLUSH, now)
    _write_prompt(question)
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(terminal, ready.set)
    try:
        await ready.wait()
        return os.read(terminal, _MOST).decode(errors="replace").rstrip("\r\n")
    finally:
        loop.remove_reader(terminal)
        if hidden:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
            # The end of the line was not shown either.
            _write_prompt("\n")


def _write_prompt(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
