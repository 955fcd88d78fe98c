"""What the command line and the first paint must not wait for."""

import subprocess
import sys


def test_links_and_web_import_neither_asyncssh_nor_httpx():
    program = (
        "import sys, pitui.remote.ssh.connection_pool, pitui.remote.http.web_client\n"
        "import pitui.remote.copy.put_file\n"
        "print(*{'asyncssh', 'httpx', 'cryptography'} & set(sys.modules))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert found == "\n"
