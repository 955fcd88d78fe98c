"""With `--read-only` every command that the table calls changing is refused, and no other."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pitui.cli.command_table import COMMANDS, what_changes
from pitui.cli.main import cli
from pitui.cli.settings import Settings
from pitui.domain.errors import PituiError

WORDS = {
    "provision": ("provision", "pi1"),
    "provision one by one": ("provision", "--only", "conf", "--rolling"),
    "provision rollback": ("provision", "--rollback", "pi1"),
    "provision remove": ("provision", "--remove", "pi1"),
    "start": ("start",),
    "stop": ("stop", "workers"),
    "stop drain": ("stop", "pi1", "--drain", "--drain-limit", "9"),
    "restart": ("restart", "pi1"),
    "push": ("push", "a", "/b"),
    "push data": ("push",),
    "data remove": ("data", "--remove", "~/x", "--yes"),
    "submit": ("submit", "pi", "--detach"),
    "submit words": ("submit", "--", "jobs/pi.py"),
    "kill": ("kill", "app-1/stage/7"),
    "bench run": ("bench", "run", "pi"),
    "bench cancel": ("bench", "cancel", "r-1"),
    "disk clean": ("disk", "pi1", "--clean"),
    "exec": ("exec", "pi1", "--", "true"),
    "doctor fix": ("doctor", "pi1", "--fix", "--yes"),
}
"""Command lines that change the cluster."""

LOOKS = {
    "provision plan": ("provision", "--plan"),
    "status": ("status",),
    "logs": ("logs", "master"),
    "logs save": ("logs", "master", "--save", "."),
    "events": ("events",),
    "jobs": ("jobs",),
    "data": ("data", "--verify"),
    "compare": ("compare", "app-1", "app-2"),
    "bench report": ("bench", "report", "--csv"),
    "bench history": ("bench", "history"),
    "threads": ("threads", "app-1/0"),
    "disk": ("disk", "pi1"),
    "doctor": ("doctor", "pi1", "--only", "java"),
}
"""Command lines that only look, each of which needs the configuration first."""

ELSEWHERE = {("init",), ("demo",), ("bench", "list"), ("bench", "compare"), ("bench", "baseline")}
"""Commands that need no configuration, and touch no cluster but one of their own."""


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the names of all commands."""
    found: list[tuple[str, ...]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = isinstance(command, click.Group)
        found += leaves(command, (*path, name)) if inner else [(*path, name)]
    return found


def test_the_table_holds_every_command_and_this_test_tries_each() -> None:
    rows = {
        (name, *inner)
        for name, row in COMMANDS.items()
        for inner in ([(part,) for part in row.commands] or [()])
    }
    assert set(leaves(cli)) == rows
    tried = {words[: len(row)] for words in [*WORDS.values(), *LOOKS.values()] for row in rows}
    assert rows - tried == ELSEWHERE


def refused(words: tuple[str, ...], tmp_path: Path, *, read_only: bool = True) -> str:
    """Run a command line where no configuration is, and return why it is refused."""
    options = ["--config", str(tmp_path / "none.yaml"), *(["--read-only"] if read_only else [])]
    with pytest.raises(PituiError) as caught:
        cli([*options, *words], prog_name="pitui", standalone_mode=False)
    return str(caught.value)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_what_changes_the_cluster_is_refused_before_anything_is_read(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    said = refused(words, tmp_path)
    assert "changes the cluster, and --read-only was given" in said
    assert said.startswith(f"`{words[0]}")


@pytest.mark.parametrize("words", [*WORDS.values(), *LOOKS.values()], ids=[*WORDS, *LOOKS])
def test_without_it_or_without_a_change_a_command_goes_on(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    read_only = words in LOOKS.values()
    assert "none.yaml" in refused(words, tmp_path, read_only=read_only)


@pytest.mark.parametrize(
    ("words", "what"),
    [(WORDS["disk clean"], "disk --clean"), (WORDS["bench run"], "bench run"),
     (WORDS["stop drain"], "stop"), (WORDS["provision remove"], "provision")],
)  # fmt: skip
def test_it_says_what_would_change_something(
    words: tuple[str, ...], what: str, tmp_path: Path
) -> None:
    assert refused(words, tmp_path).startswith(f"`{what}` changes")


def test_a_command_that_the_table_lacks_does_not_run() -> None:
    context = click.Context(click.Command("new"), parent=click.Context(cli), info_name="new")
    context.obj = Settings(read_only=True)
    with pytest.raises(KeyError):
        what_changes(context)


def test_no_command_gets_settings_past_the_check() -> None:
    folder = Path(sys.modules["pitui.cli"].__file__ or "").parent
    around = [p.name for p in folder.rglob("*.py") if "pass_obj" in p.read_text()]
    assert around == []


def test_the_program_itself_refuses_with_status_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pitui", "--read-only", "stop"],
        cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("pitui: `stop` changes the cluster")
