"""Wheels of pitui and of what it needs, for the Python of a machine that has no way out."""

import hashlib
import platform
import shutil
import sys
import tomllib
from pathlib import Path

from tests.lab import locks, paths
from tests.lab.shell import run

_ROOT = Path(__file__).parents[2]
_PIPX_NEEDS = ("pip", "setuptools", "wheel")
"""What pipx brings up to date at its first use."""
_GLIBC = range(5, 37)
"""Debian 12 has glibc 2.36; wheels for any earlier one run there."""
_LIMIT = 300.0


def wheelhouse(python: str) -> Path:
    """Return a folder of wheels for a version of Python, such as `3.11`; made once and kept.

    Raises:
        LabError: they cannot be fetched.
    """
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *_PIPX_NEEDS]
    name = hashlib.sha256(repr((python, wanted, _platforms())).encode()).hexdigest()[:12]
    folder = paths.cache() / "wheels" / f"{python}-{name}"
    with locks.locked(paths.cache() / "wheels.lock"):
        if not folder.exists():
            part = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            kind = ("--implementation", "cp", "--python-version", python, *_platforms())
            pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-cache-dir")
            run(*pip, "--only-binary", ":all:", *kind, "--dest", str(part), *wanted, limit=_LIMIT)
            part.rename(folder)
    return folder


def pitui_wheel(folder: Path) -> Path:
    """Build pitui's own wheel from the checkout into a folder, and return it."""
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder))
    run(*build, str(_ROOT), limit=120.0)
    (path,) = folder.glob("pitui-*.whl")
    return path


def _platforms() -> list[str]:
    """Return pip's options for this machine's kind: the lab's machines are of the same."""
    machine = platform.machine()
    names = [f"manylinux_2_{minor}" for minor in _GLIBC]
    names += ["manylinux1", "manylinux2010", "manylinux2014", "linux"]
    return [word for name in names for word in ("--platform", f"{name}_{machine}")]
