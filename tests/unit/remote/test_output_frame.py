"""Commands between marks: sh runs them, and their output is taken apart however it is cut."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.remote.output_frame import Login, OutputFrame
from pitui.remote.quoting import quote_for_login

WRAPPED = Login(wrapped=True)


def run(frame: OutputFrame, command: str, *, leads: bool) -> subprocess.CompletedProcess[bytes]:
    words = ["sh", "-c", frame.script(command)]
    return subprocess.run(
        words, capture_output=True, start_new_session=leads, timeout=20, check=False
    )


@pytest.mark.parametrize("login", [Login(), WRAPPED])
def test_the_streams_are_taken_apart_at_every_cut(login):
    frame = OutputFrame(login)
    done = run(frame, "echo out; echo err >&2; exit 3", leads=not login.wrapped)
    assert done.returncode == 3
    for number, data, own in ((1, done.stdout, b"out\n"), (2, done.stderr, b"err\n")):
        whole = b"before" + data + (b"after" if login.wrapped else b"")
        for first in range(len(whole)):
            for second in (first, (first + len(whole)) // 2):
                stream = frame.stream(number)
                parts = (whole[:first], whole[first:second], whole[second:])
                assert b"".join(map(stream.feed, parts)) + stream.rest() == own
                assert (stream.begun, stream.before) == (True, b"before")
                assert stream.status == (3 if login.wrapped else None)
                assert stream.group is not None


def test_where_the_login_shell_stays_the_command_does_not_run_and_that_is_learned():
    frame = OutputFrame()
    done = run(frame, "echo out", leads=False)
    stream = frame.stream(1)
    assert (stream.feed(done.stdout), stream.begun) == (b"", False)
    assert frame.other_login(stream) == WRAPPED
    assert OutputFrame(WRAPPED).other_login(stream) is None


def test_the_mark_is_nowhere_in_the_line():
    frame = OutputFrame()
    stream = frame.stream(1)
    line = frame.line("true").encode()
    assert stream.feed(b"+ " + line + b"\n") == b""
    assert not stream.begun


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_word_for_a_login_shell_is_one_for_sh(word):
    done = subprocess.run(
        ["sh", "-c", f"printf %s {quote_for_login(word)}"], capture_output=True, check=True
    )
    assert done.stdout == word.encode()
