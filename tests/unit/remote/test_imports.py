"""What the command line and the first paint must not wait for."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pitui.remote.ssh.asyncssh_import import find_in_linker_cache


def test_links_and_web_import_neither_asyncssh_nor_httpx():
    program = (
        "import sys, pitui.remote.ssh.connection_pool, pitui.remote.http.web_client\n"
        "import pitui.remote.copy.put_file\n"
        "print(*{'asyncssh', 'httpx', 'cryptography'} & set(sys.modules))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert found == "\n"


@pytest.mark.parametrize(
    ("where", "load"),
    [
        ("pitui.remote.ssh.asyncssh_import", "import_ssh"),
        ("pitui.tui.backend.load_services", "load_live"),
    ],
)
def test_asyncssh_is_imported_without_what_it_does_not_need(where: str, load: str) -> None:
    program = (
        "import ctypes.util, sys\n"
        "find = ctypes.util.find_library\n"
        f"from {where} import {load}\n"
        "asked = []\n"
        "ctypes.util.find_library = spy = lambda name: asked.append(name) or find(name)\n"
        f"{load}()\n"
        "assert ctypes.util.find_library is spy\n"
        "assert 'asyncssh.crypto.x509' not in sys.modules\n"
        "print(*asked, *{'cryptography.x509', 'OpenSSL'} & set(sys.modules))"
    )

    def asked(**more: str) -> list[str]:
        command = [sys.executable, "-c", program]
        environment = {**os.environ, **more}
        found = subprocess.check_output(command, text=True, timeout=60, env=environment)
        return found.split()

    assert asked() == []
    # They may be where only asyncssh finds them.
    assert {"nettle", "oqs", "liboqs"} <= set(asked(LD_LIBRARY_PATH="/nowhere"))


@pytest.mark.parametrize("name", ["c", "crypto", "nettle", "oqs", "pthread"])
def test_the_linkers_cache_tells_what_a_search_finds(name: str) -> None:
    cache = Path("/etc/ld.so.cache").read_bytes()
    assert find_in_linker_cache(name, cache) == ctypes.util.find_library(name)


def test_a_name_is_found_in_both_forms_of_the_linkers_cache() -> None:
    old = b"\0libz.so\0/lib/libz.so\0libz.so.1\0/lib/libz.so.1\0"
    assert find_in_linker_cache("z", old) == "libz.so.1"
    assert find_in_linker_cache("z", b"\0/lib/libz.so\0/lib/libz.so.1\0") == "libz.so.1"
    assert find_in_linker_cache("z", b"\0/lib/libbz.so.1\0/lib/libz.so.1.bak\0") is None


def test_a_command_that_asks_no_web_interface_does_not_import_what_asks_it() -> None:
    program = (
        "import sys, pitui.cli.commands.push, pitui.services.data.pushing\n"
        "print(*{'pitui.domain.cluster', 'pitui.remote.http', 'pitui.spark'} & set(sys.modules))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert found == "\n"
