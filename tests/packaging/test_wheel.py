"""A wheel built from the checkout, installed into a new environment elsewhere."""

import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path

import pytest
from support.demo import clean_environment

from pitui import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), str(ROOT)])
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of a new environment that has the wheel.

    What pitui depends on is taken from the environment of the tests, but pitui is not: a .pth
    file there that leads to the checkout is not read from a folder that another .pth file added.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    program = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", program, "install"]
    if find_spec("pip") is None:  # as in an environment that uv made
        pip = ["uv", "pip", "install", "--python", program]
    _run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)])
    (site / "dependencies.pth").write_text(f"{get_path('purelib')}\n{get_path('platlib')}\n")
    return folder / "bin"


def _run(command: list[str], cwd: Path | None = None, home: Path | None = None) -> str:
    answer = subprocess.run(
        command,
        cwd=cwd,
        env=clean_environment(home) if home else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"pitui", f"pitui-{__version__}.dist-info"}
    styles = {path.name for path in (ROOT / "styles").glob("*.tcss")}
    assert styles == {Path(name).name for name in names if name.endswith(".tcss")}
    assert "pitui/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {"pitui/bench/programs/pi.py", "pitui/bench/programs/line_count.py"} <= set(names)


def test_the_installed_program_starts(installed, tmp_path):
    pitui = str(installed / "pitui")
    assert _run([pitui, "--version"], tmp_path, tmp_path) == f"pitui {__version__}\n"
    assert "bench" in _run([pitui, "--help"], tmp_path, tmp_path)


def test_it_is_the_wheel_that_runs_and_it_finds_its_own_styles(installed, tmp_path):
    code = (
        "import pitui; from pitui.tui.terminal.style_files import style_paths; "
        "print(pitui.__file__, *style_paths(), sep='\\n')"
    )
    package, *styles = _run(
        [str(installed / "python"), "-c", code], tmp_path, tmp_path
    ).splitlines()
    assert Path(package).is_relative_to(installed.parent)
    assert styles
    assert all(Path(style).is_relative_to(Path(package).parent / "styles") for style in styles)
    assert all(Path(style).is_file() for style in styles)


def test_its_screen_is_drawn_with_those_styles(installed, tmp_path):
    code = "from pitui.tui.app import PituiApp; print(*PituiApp.CSS_PATH, sep='\\n')"
    printed = _run([str(installed / "python"), "-c", code], tmp_path, tmp_path).split()
    assert printed
    assert all(Path(style).is_relative_to(installed.parent) for style in printed)
