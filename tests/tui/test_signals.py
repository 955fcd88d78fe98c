"""Signals at any moment: the terminal is as before, and nothing is left half done."""

import fcntl
import os
import signal
import struct
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tui.test_start_and_end import Terminal

LIMIT = 60.0


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(tmp_path)
    yield one
    one.process.kill()
    one.process.wait()
    os.close(one.master)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("after", [b"", b"\x1b[?1049h", b"Nodes"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_at_any_moment_the_terminal_is_as_before(
    terminal: Terminal, number: signal.Signals, after: bytes
) -> None:
    terminal.read_until(after, LIMIT)
    terminal.process.send_signal(number)
    terminal.drain()
    terminal.process.wait(LIMIT)
    assert b"Traceback" not in terminal.seen
    if number != signal.SIGHUP:  # by which nobody is there any more to see it
        assert terminal.seen.count(b"\x1b[?1049h") == terminal.seen.count(b"\x1b[?1049l")


def test_stopped_it_gives_the_terminal_back_and_goes_on(terminal: Terminal) -> None:
    terminal.read_until(b"Nodes", LIMIT)
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.read_until(b"\x1b[?1049l", LIMIT)
    end = time.monotonic() + LIMIT
    while state(terminal.process.pid) != "T":
        assert time.monotonic() < end
        time.sleep(0.05)
    terminal.seen = b""
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_until(b"\x1b[?1049h", LIMIT)
    terminal.read_until(b"Nodes", LIMIT)
    os.write(terminal.master, b"q")
    terminal.drain()
    assert terminal.process.wait(LIMIT) == 0


def test_sizes_in_quick_succession(terminal: Terminal) -> None:
    terminal.read_until(b"Nodes", LIMIT)
    for number in range(60):
        size = struct.pack("HHHH", 3 + number % 50, 8 + number * 3, 0, 0)
        fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, size)
        terminal.process.send_signal(signal.SIGWINCH)
    fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal.seen = b""
    os.write(terminal.master, b"?")
    terminal.read_until(b"scroll", LIMIT)
    os.write(terminal.master, b"\x1b")
    terminal.quit()
    assert b"Traceback" not in terminal.seen
