"""Importing asyncssh without what pitui has no use for: most of the time that it takes.

asyncssh looks for two libraries (nettle and liboqs) by running ldconfig and, for one that is not
installed, gcc and ld, twice or three times: a look into the linker's cache tells the same. And it
imports the whole of X.509 before it sees that there is no pyOpenSSL: certificates of that kind are
not OpenSSH's.
"""

import ctypes.util
import importlib
import os
import re
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
            with _without_x509(), _with_quick_search_for_libraries():
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
def _with_quick_search_for_libraries() -> Iterator[None]:
    search = ctypes.util.find_library
    try:
        cache = b"" if "LD_LIBRARY_PATH" in os.environ else _LINKER_CACHE.read_bytes()
    except OSError:
        cache = b""

    def find_library(name: str) -> str | None:
        found = find_in_linker_cache(name, cache)
        return found if cache and (found is None or _is_loaded(found)) else search(name)

    ctypes.util.find_library = find_library
    try:
        yield
    finally:
        ctypes.util.find_library = search


def find_in_linker_cache(name: str, cache: bytes) -> str | None:
    """Return the file name of a library that the linker's cache has, the newest; see ld.so(8).

    glibc stores a file name behind a zero byte, or (from 2.33 on) as the end of its path.
    """
    names = re.findall(rb"[\0/](lib%b\.so[.0-9]*)\0" % re.escape(name.encode()), cache)
    return max(names, key=len).decode() if names else None


def _is_loaded(file_name: str) -> bool:
    """Load a library; False where it is one for another kind of processor."""
    try:
        ctypes.CDLL(file_name)
    except OSError:
        return False
    return True
