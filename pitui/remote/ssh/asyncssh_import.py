"""Importing asyncssh without what pitui has no use for: most of the time that it takes.

asyncssh looks for liboqs by running ldconfig, gcc and ld, twice, where a look into the linker's
cache tells that it is not installed. And it imports the whole of X.509 before it sees that there is
no pyOpenSSL: certificates of that kind are not OpenSSH's.
"""

import ctypes.util
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

_X509 = "asyncssh.crypto.x509"
_LINKER_CACHE = Path("/etc/ld.so.cache")
_one_at_a_time = Lock()


def import_ssh() -> None:
    """Import what makes connections and runs commands over them."""
    with _one_at_a_time:
        if "asyncssh" not in sys.modules:
            with _without_x509(), _without_search_for_liboqs():
                importlib.import_module("asyncssh")
    importlib.import_module("pitui.remote.ssh.ssh_runner")


@contextmanager
def _without_x509() -> Iterator[None]:
    sys.modules[_X509] = None  # type: ignore[assignment] # an import of it fails then
    try:
        yield
    finally:
        sys.modules.pop(_X509, None)


@contextmanager
def _without_search_for_liboqs() -> Iterator[None]:
    find = ctypes.util.find_library
    if not _liboqs_is_missing():
        yield
        return

    def find_library(name: str) -> str | None:
        return None if name in {"oqs", "liboqs"} else find(name)

    ctypes.util.find_library = find_library
    try:
        yield
    finally:
        ctypes.util.find_library = find


def _liboqs_is_missing() -> bool:
    """Whether liboqs is surely not where programs look for libraries."""
    if "LD_LIBRARY_PATH" in os.environ:
        return False
    try:
        return b"liboqs" not in _LINKER_CACHE.read_bytes()
    except OSError:
        return False
