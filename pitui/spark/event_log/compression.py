"""The bytes of event logs, whatever `spark.eventLog.compression.codec` made of them.

Spark names the codec in the file's ending: none, `.zstd` (the default from 3.0), `.lz4`, `.snappy`,
`.lzf`. Others may follow: `.inprogress` while the application runs, `.compact` where the history
server left out what was done.
"""

import io
from collections.abc import Iterator

from pitui.domain.errors import PituiError

_BLOCK = 1024 * 1024
_CODECS = ("zstd", "lz4", "snappy", "lzf")
_MARKS = ("inprogress", "compact")
_LZ4_MAGIC = b"LZ4Block"
_LZ4_HEADER = 21
"""Magic 8, token 1, compressed length 4, length 4, checksum 4 (lz4-java's LZ4BlockOutputStream)."""
_LZ4_RAW = 0x10
_LZ4_MOST = 32 * 1024 * 1024
"""Bytes of the largest block that lz4-java writes."""
_MOST = 2 * 1024 * 1024 * 1024
"""Bytes of text after which a log is not read on: it may be made to have no end."""


def plain(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the text of an event log in blocks; a log that is cut off ends where it is cut.

    Raises:
        PituiError: it is compressed in a way that is not read here, damaged, or without end.
    """
    length = 0
    for block in _decompressed_blocks(data, name):
        length += len(block)
        if length > _MOST:
            raise PituiError(f"the event log {name} holds more than {_MOST >> 30} GiB of text")
        yield block


def endings(name: str) -> frozenset[str]:
    """Return the endings of a log's name that Spark gives a meaning, in whatever order they are."""
    found = set()
    while (ending := name.rpartition(".")[2]) in (*_CODECS, *_MARKS) and ending != name:
        found.add(ending)
        name = name[: -len(ending) - 1]
    return frozenset(found)


def codec_of(name: str) -> str | None:
    """Return what a log is compressed with by its name; None where it is plain text."""
    return next((codec for codec in _CODECS if codec in endings(name)), None)


def _decompressed_blocks(data: bytes, name: str) -> Iterator[bytes]:
    codec = codec_of(name)
    if codec == "zstd":
        return _zstd(data, name)
    if codec == "lz4":
        return _lz4(data, name)
    if codec is not None:
        raise PituiError(
            f"the event log {name} is compressed with {codec}, which pitui does not read",
            "Set spark.eventLog.compression.codec=zstd for applications to come.",
        )
    return iter((data,))


def _zstd(data: bytes, name: str) -> Iterator[bytes]:
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
    try:
        while block := reader.read(_BLOCK):
            yield block
    except zstandard.ZstdError as error:
        raise PituiError(f"the event log {name} is damaged: {error}") from error


def _lz4(data: bytes, name: str) -> Iterator[bytes]:
    import lz4.block

    at = 0
    while at + _LZ4_HEADER <= len(data):
        if data[at : at + 8] != _LZ4_MAGIC:
            raise PituiError(f"the event log {name} is damaged at byte {at}")
        method = data[at + 8] & 0xF0
        packed = int.from_bytes(data[at + 9 : at + 13], "little")
        length = int.from_bytes(data[at + 13 : at + 17], "little")
        body = data[at + _LZ4_HEADER : at + _LZ4_HEADER + packed]
        at += _LZ4_HEADER + packed
        if len(body) < packed:
            return
        if length > _LZ4_MOST:
            raise PituiError(f"the event log {name} is damaged at byte {at}")
        if method == _LZ4_RAW or not length:
            yield body
            continue
        try:
            yield lz4.block.decompress(body, uncompressed_size=length)
        except lz4.block.LZ4BlockError as error:
            raise PituiError(f"the event log {name} is damaged: {error}") from error
