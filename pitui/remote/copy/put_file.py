"""Putting a file on a node: sent in blocks, verified there, and only then at its place."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from pitui.domain.errors import NodeError
from pitui.remote.quoting import quote, quote_path
from pitui.remote.runner import BLOCK, RemoteProcess, Runner

STALL_LIMIT = 60.0
"""Seconds in which a block has to get through."""

VERIFY_LIMIT = 30.0
"""Seconds for the node to read the file again, plus those that its size takes."""

SLOW_DISK = 10 * 1024 * 1024
"""Bytes a second that the slowest SD card reads."""

Sent = Callable[[int], None]
"""Called with the bytes sent so far."""

# Positional: target, mode, digest. The temporary file stands beside the target, so that renaming
# is atomic, and it goes whatever happens: a lost link ends the input early, and the digest differs.
_RECEIVE = r"""umask 077
folder=$(dirname -- "$1") || exit 1
mkdir -p -- "$folder" || exit 1
part=$(mktemp -- "$folder/.$(basename -- "$1").pitui-XXXXXX") || exit 1
trap 'rm -f -- "$part"' EXIT
trap 'exit 1' HUP INT TERM PIPE
cat > "$part" || exit 1
digest=$({ sha256sum 2>/dev/null || shasum -a 256; } < "$part")
[ "${digest%% *}" = "$3" ] || { echo "it arrived incomplete" >&2; exit 1; }
chmod -- "$2" "$part" && mv -f -- "$part" "$1"
"""


async def put_file(
    runner: Runner,
    source: bytes | Path,
    target: str,
    mode: int = 0o644,
    sent: Sent | None = None,
) -> None:
    """Write bytes or a local file to a path on a node; what is there is replaced at once or not.

    Missing folders are made. `~/` in front of the target is the login user's home.

    Raises:
        NodeError: it could not be written there, or the local file not be read.
        LinkError: the node cannot be reached, or was lost.
    """
    digest, size = await asyncio.to_thread(_measure_source, runner.node, source)
    words = f"{quote_path(target)} {mode:o} {digest}"
    command = f"sh -c {quote(_RECEIVE)} put {words}"
    async with runner.open(command, stdin=True) as process:
        await _send_source(process, source, sent)
        try:
            async with asyncio.timeout(VERIFY_LIMIT + size / SLOW_DISK):
                status = await process.wait()
                words = (await process.stderr()).strip()
        except TimeoutError as error:
            message = f"{target} was not verified in time"
            raise NodeError(runner.node, message, "Its disk may be failing.") from error
    if status != 0:
        reason = words.splitlines()[-1] if words else f"status {status}"
        raise NodeError(runner.node, f"cannot write {target}: {reason}")


async def _send_source(process: RemoteProcess, source: bytes | Path, sent: Sent | None) -> None:
    done = 0
    async for block in _source_blocks(source):
        async with asyncio.timeout(STALL_LIMIT):
            await process.write(block)
        done += len(block)
        if sent is not None:
            sent(done)
    await process.write_eof()


async def _source_blocks(source: bytes | Path) -> AsyncIterator[bytes]:
    if isinstance(source, bytes):
        for start in range(0, len(source), BLOCK):
            yield source[start : start + BLOCK]
        return
    file = await asyncio.to_thread(source.open, "rb")
    try:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block
    finally:
        file.close()


def _measure_source(node: str, source: bytes | Path) -> tuple[str, int]:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size
    except OSError as error:
        raise NodeError(node, f"cannot read {source}: {error.strerror}") from error
