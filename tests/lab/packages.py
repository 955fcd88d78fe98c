"""Installing packages from a machine's apt cache, for tests that are not about that."""


def install(*packages: str) -> str:
    """Return the shell commands, for root, that install packages quietly.

    What they hold in Python is not compiled: a test runs little of it. Nothing of dpkg is flushed
    to the disk file by file.
    """
    return f"""
ln -sf /bin/true /usr/bin/py3compile
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-download --no-install-recommends \\
    -o Dpkg::Options::=--force-unsafe-io {" ".join(packages)} >/dev/null
"""
