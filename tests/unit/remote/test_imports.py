"""What the command line and the first paint must not wait for."""

import subprocess
import sys


def test_links_and_web_import_neither_asyncssh_nor_httpx():
    program = (
        "import sys, pitui.remote.links, pitui.remote.web, pitui.remote.transfer\n"
        "print(*{'asyncssh', 'httpx', 'cryptography'} & set(sys.modules))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert found == "\n"


def test_warming_up_imports_both():
    program = (
        "import asyncio, sys\n"
        "from pitui.remote.links import warm_up\n"
        "asyncio.run(warm_up())\n"
        "print({'asyncssh', 'httpx'} <= set(sys.modules))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert found == "True\n"
