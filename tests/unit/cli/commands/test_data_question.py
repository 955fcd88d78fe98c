"""The question of `pitui data --remove` at a real terminal: a signal ends it at once."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_question_at_once(tmp_path: Path, ended_by: signal.Signals) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("cluster: {master: pi1}\nnodes: {pi1: {host: 127.0.0.1, port: 9}}\n")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "pitui", "--config", str(config), "data", "--remove", "/x"]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        said = b""
        while b"Remove /x from pi1? [y/N]" not in said:
            assert select.select([ours], [], [], 20)[0], said
            said += os.read(ours, 4096)
        process.send_signal(ended_by)
        assert process.wait(10) == 128 + ended_by
    os.close(ours)
    os.close(theirs)
