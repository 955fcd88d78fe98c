"""Pages for people: generated ones say what the code says, and what the others name exists."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import msgspec.inspect
import pytest

from pitui.cli.main import cli
from pitui.config.model import Document
from pitui.tui.base.actions.action_table import ACTIONS

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)")
PACKAGES = sorted(path.name for path in (ROOT / "pitui").iterdir() if path.is_dir())
NAME = re.compile(rf"`((?:pitui\.)?(?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?<!\.py)(?<!\.yaml)(?:\(|`)")
FILE = re.compile(r"`((?:pitui|tests|scripts|benchmarks|docs|styles)/[\w./*-]+)`")
HOLE = re.compile(r"\bNAME\b|\bN\b|\.\.\.")
"""What differs in a text."""


def _script(name: str) -> ModuleType:
    path = ROOT / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"scripts_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


docs = _script("docs")


def test_the_generated_pages_are_those_of_the_code() -> None:
    assert docs.stale() == [], "run: .venv/bin/python scripts/docs.py write"


def test_a_stale_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "config.example.yaml").write_text((ROOT / "config.example.yaml").read_text())
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    assert docs.main(["write"]) == 0
    assert docs.main(["check"]) == 0
    page = tmp_path / "docs" / "keys.md"
    page.write_text(page.read_text().replace("`Tab`", "`F9`"))
    assert docs.main(["check"]) == 1
    assert "docs/keys.md is stale" in capsys.readouterr().err


def test_every_action_is_in_the_keys() -> None:
    page = docs.keys_page()
    assert [row.id for row in ACTIONS if f"| `{row.id}` |" not in page] == []


def test_every_command_is_in_the_commands_with_what_its_options_do() -> None:
    page = docs.commands_page()
    for path, command, context in docs.commands(click.Context(cli, info_name="pitui"), cli):
        _, found, rest = page.partition(f"\n## {path}\n")
        assert found, path
        part = rest.partition("\n## ")[0]
        for option in command.get_params(context):
            if isinstance(option, click.Option) and "--help" not in option.opts:
                assert f"{option.opts[-1]}" in part, (path, option)


def test_every_key_of_the_configuration_has_its_comment() -> None:
    page = docs.config_page()
    for path, kind, _ in docs.keys_below(msgspec.inspect.type_info(Document)):
        if "." in path and not isinstance(kind, msgspec.inspect.StructType):
            row = next(line for line in page.splitlines() if line.startswith(f"| `{path}` |"))
            assert not row.endswith("|  |"), path


def test_comments_are_found_above_and_behind_keys_of_any_depth() -> None:
    text = """\
# not a key's

# the section
ssh:
  # one,
  # two
  user: pi
  port: 22  # three
nodes:
  pi1:
    # four
    host: a
  pi2:
    # five
    host: b
    env:
      # not the configuration's
      PATH: /bin
"""
    assert docs.comments(text) == {
        "ssh": "the section",
        "ssh.user": "one, two",
        "ssh.port": "three",
        "nodes.NAME.host": "four five",
    }


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    missing = [
        (target, anchor)
        for target, anchor in LINK.findall(page.read_text())
        if not (there := page.parent / target).exists() or (anchor and anchor not in anchors(there))
    ]
    assert missing == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_files_that_are_named_exist(page: Path) -> None:
    named = FILE.findall(page.read_text())
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


def test_troubleshooting_quotes_what_pitui_says() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    page = text.partition("## What Spark says")[0]
    first = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert len(first) > 40
    quoted = [text for cell in first for text in re.findall(r"`([^`]+)`", cell)]
    pieces = [part.strip() for text in quoted for part in re.split(HOLE, text)]
    said = texts_of_the_program()
    assert [piece for piece in pieces if piece not in said] == []


def texts_of_the_program() -> str:
    """Return every string literal below pitui, the parts of one without what is put in."""
    found = []
    for path in (ROOT / "pitui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(literal(part) for part in node.values))
            found.append(literal(node))
    return "\n".join(filter(None, found))


def literal(node: ast.AST) -> str:
    """Return a string literal, else nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_modules_and_functions_that_are_named_exist(name: str) -> None:
    found = NAME.findall((ROOT / name).read_text())
    assert found
    assert [each for each in found if not exists(each)] == []


def exists(name: str) -> bool:
    """Say whether a dotted name below pitui is a module, or something in one."""
    parts = name.removeprefix("pitui.").split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(("pitui", *parts[:length]))
        try:
            found: object = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part) and part not in getattr(found, "__annotations__", {}):
                return False
            found = getattr(found, part, None)
        return True
    return False
