"""Each command's help has examples that it takes, and wrong usage is one line that says so."""

import shlex
import sys
from collections.abc import Iterator

import click
import pytest
from click.shell_completion import ShellComplete

from pitui.cli.main import cli, main


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield f"{path} {name}", found
        if isinstance(found, click.Group):
            yield from _commands(found, f"{path} {name}")


COMMANDS = dict(_commands(cli, "pitui"))


@pytest.mark.parametrize("path", COMMANDS)
def test_the_examples_of_a_command_are_taken(path: str) -> None:
    _, _, after = (COMMANDS[path].epilog or "").partition("Examples:\n")
    lines = after.splitlines()
    assert lines
    for line in lines:
        words = shlex.split(line)
        assert " ".join(words).startswith(path)
        command, left = _meant(words[1:])
        command.make_context(command.name, left)


def _meant(words: list[str]) -> tuple[click.Command, list[str]]:
    found: click.Command = cli
    while isinstance(found, click.Group):
        _, inner, words = found.resolve_command(click.Context(found), words)
        assert inner is not None
        found = inner
    return found, words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("statsu", "unknown command 'statsu'; did you mean status? See `pitui --help`."),
        ("logs", "missing argument 'SOURCE...'. See `pitui logs --help`."),
        ("bench zzz", "no such command 'zzz'. See `pitui bench --help`."),
        ("bench run", "missing argument 'NAME'. See `pitui bench run --help`."),
        (
            "submit --conf a=b app.py",
            (
                "no such option '--conf'. Did you mean '--json'? Options of what is to be run "
                "stand after --. See `pitui submit --help`."
            ),
        ),
        (
            "exec --limit nan -- true",
            "invalid value for '--limit': 'nan' is not a number. See `pitui exec --help`.",
        ),
        (
            "provision --remove a b",
            (
                "--remove NODE cannot be combined with other nodes or options. "
                "See `pitui provision --help`."
            ),
        ),
    ],
)
def test_wrong_usage_is_one_line(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pitui", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"pitui: {said}\n"


def test_the_shell_completes_behind_what_is_no_command() -> None:
    completed = ShellComplete(cli, {}, "pitui", "_PITUI_COMPLETE").get_completions(["zzz"], "")
    assert "status" in [one.value for one in completed]
