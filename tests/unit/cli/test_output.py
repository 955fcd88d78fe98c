"""Writing to standard output and error, whoever reads them."""

import os
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
