"""Writing to standard output and error, whoever reads them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pitui.cli.output import write_block
from pitui.domain.errors import PituiError


def test_what_nobody_reads_goes_nowhere() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        assert not write_block(stream, b"x")
        assert write_block(stream, b"y")
    assert not write_block(None, b"x")


def test_a_full_disk_is_an_error_for_people() -> None:
    stream = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails as well
    with pytest.raises(PituiError, match="cannot write to standard output: No space left"):
        write_block(stream, b"x")
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    stream.close()


@pytest.mark.parametrize("full", [False, True])
def test_what_goes_on_is_not_broken_off_as_nobody_hears_of_it(full: bool) -> None:
    """As behind `2>&1 | tee log`, where Ctrl-C ends `tee` as well, or without a terminal."""
    reader, writer = os.pipe()
    os.close(reader)
    said = "from pitui.cli.output import complain; complain('a'); complain('b')"
    with Path("/dev/full").open("w") if full else os.fdopen(writer, "w") as stderr:
        done = subprocess.run(
            [sys.executable, "-c", f"{said}; print('went on')"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            check=True,
        )
    assert done.stdout == b"went on\n"
