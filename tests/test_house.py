"""What holds for the whole repository."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "conda.an" + "aconda.org")
HOME_FOLDERS = re.compile(r"(?<![\w.])/(?:root|home/[a-z]+|Users/[A-Za-z]+|work)/[\w.]+/")
ALLOWED_HOMES = ("/home/spark/", "/home/pi/", "/home/ubuntu/")
SAME_NAME_IN_MANY_FILES = {
    "command": "what `cli.command_table` loads of a command's file",
    "_rule": "what a check of `doctor.checks` makes of the evidence",
    "main": "what runs when a file is run as a program",
    "checked": "what tells right from wrong in each benchmark program",
}
"""Names that more than one module defines, and why."""
LONGEST_MODULE = 400
MOST_METHODS = 20
"""Of a class in the UI, properties and handlers included; what goes beyond is held, in helpers."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMMAND_LINE_MUST_NOT_IMPORT = (
    "textual",
    "rich",
    "asyncssh",
    "httpx",
    "yaml",
    "msgspec",
    "sqlite3",
)


def _files() -> list[Path]:
    """Return the repository's files; in an unpacked sdist there is no git to ask."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        names = [name for name in listed.stdout.split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in str(p.relative_to(ROOT))]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def test_no_file_names_a_package_registry():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _files()
        for number, line in enumerate(_lines(path), 1)
        if any(host in line for host in REGISTRY_HOSTS)
    ]
    assert found == []


def test_no_file_names_a_folder_of_somebodys_machine():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in _files()
        if "captures" not in path.parts and path != Path(__file__)
        for number, line in enumerate(_lines(path), 1)
        if (match := HOME_FOLDERS.search(line)) and not match[0].startswith(ALLOWED_HOMES)
    ]
    assert found == []


def test_the_command_line_imports_nothing_heavy():
    code = (
        "import sys, pitui.cli.main; "
        f"print([name for name in {COMMAND_LINE_MUST_NOT_IMPORT!r} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["scripts/demo", "scripts/test", ".ci/run"])
def test_scripts_can_be_run(name):
    path = ROOT / name
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], timeout=10, check=True)


def test_every_step_of_continuous_integration_is_one_that_a_contributor_has():
    commands = [
        line
        for line in _lines(ROOT / ".ci" / "run")
        if line and not line.startswith(("#", "set ", "export "))
    ]
    assert commands == ['exec "$(dirname "${BASH_SOURCE[0]}")/../scripts/test"']


def test_nothing_is_raised_within_except_star():
    """Before Python 3.11.4 it comes out wrapped in a group: `domain.errors.ungrouped` does it."""
    found = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for folder in ("pitui", "tests", "benchmarks", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if b"except*" in (text := path.read_bytes())
        for outer in ast.walk(ast.parse(text))
        if isinstance(outer, ast.TryStar)
        for handler in outer.handlers
        for inner in ast.walk(handler)
        if isinstance(inner, ast.Raise)
    ]
    assert found == []


def test_commands_are_opened_in_one_place():
    """There each gets its frame, whatever a login shell prints: see `pitui.remote.output_frame`."""
    opens = re.compile(r"\.create_(session|process|subprocess)\(|connection\.run\(")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "pitui" / "remote").rglob("*.py")
        if opens.search(path.read_text())
    }
    assert found == {"pitui/remote/ssh/ssh_runner.py"}


def test_no_name_of_a_module_stands_for_two_things():
    """A class or function can be found by its name, wherever it is used."""
    places: dict[str, list[str]] = {}
    for path in sorted((ROOT / "pitui").rglob("*.py")):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    twice = {
        name: where
        for name, where in places.items()
        if len(where) > 1 and name not in SAME_NAME_IN_MANY_FILES
    }
    assert twice == {}
    assert {name for name in SAME_NAME_IN_MANY_FILES if len(places.get(name, ())) < 2} == set()


def test_no_module_is_too_long_to_be_read_in_one_sitting():
    found = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "pitui").rglob("*.py")
        if (lines := len(_lines(path))) > LONGEST_MODULE
    }
    assert found == {}


def test_no_class_of_the_ui_does_everything_itself():
    found = {
        f"{path.relative_to(ROOT)}: {node.name}": methods
        for path in (ROOT / "pitui" / "tui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ClassDef)
        and "Protocol" not in map(ast.unparse, node.bases)  # a seam lists what there is behind it
        and (methods := sum(isinstance(one, FUNCTIONS) for one in node.body)) > MOST_METHODS
    }
    assert found == {}


def test_no_class_of_the_ui_is_cut_into_slices():
    """A class that only one other inherits from, and nobody makes, is a part of that one."""
    classes = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for path in (ROOT / "pitui" / "tui").rglob("*.py")
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.ClassDef)
    }
    text = "\n".join(path.read_text() for path in (ROOT / "pitui").rglob("*.py"))
    heirs = {name: [n for n, bases in classes.items() if name in bases] for name in classes}
    found = {
        name: of[0]
        for name, of in heirs.items()
        if len(of) == 1 and not re.search(rf"(?<!class )\b{name}\((?!\w+\):)", text)
    }
    assert found == {}
