"""Write the reference pages below docs/ (keys, commands, config, doctor) from the code.

.venv/bin/python scripts/docs.py write    # after a change of an action, a command or a key
.venv/bin/python scripts/docs.py check    # say which page is stale, and end with 1

Keys come from the table of actions, commands from click, the configuration's keys from its model
and their comments in config.example.yaml, and checks from their registry.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
import msgspec
from msgspec import inspect as types

from pitui.cli.main import cli
from pitui.config.allowed_values import allowed, unwrapped
from pitui.config.model import Document
from pitui.doctor.check import COST, Check
from pitui.doctor.registry import CHECKS
from pitui.tui.base.actions.action_table import grouped
from pitui.tui.base.actions.key_remapping import Keys

ROOT = Path(__file__).parents[1]
MADE = "<!-- Made by `scripts/docs.py write`; do not edit. -->"
NAMED = {"nodes", "jobs", "logs"}
"""Mappings whose keys people choose."""
FREE = {"spark.defaults", "spark.env", "ui.keys", "nodes.NAME.env", "jobs.NAME.conf"}
"""Mappings whose keys are not the configuration's own."""
KEY = re.compile(r"^(?P<indent> *(?:- )?)(?P<key>[\w.]+):(?:\s+(?P<rest>.*))?$")
COMMENT = re.compile(r"^ *#(?: (?P<text>.*))?$")


Row = tuple[str, ...]


def page(title: str, *parts: str) -> str:
    """Return a page: its title, how it was made, and its parts."""
    return "\n\n".join((f"# {title}", MADE, *(part.strip("\n") for part in parts))) + "\n"


def table(head: Row, rows: Iterable[Row]) -> str:
    """Return a Markdown table; a bar would end a cell, even between backticks."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


# Keys


def keys_page() -> str:
    """Return every action's keys, one table a place."""
    keys = Keys({})
    parts = []
    for scope, rows in grouped():
        cells = [
            (" ".join(f"`{key}`" for key in keys.of(row)), row.title, row.help, f"`{row.id}`")
            for row in rows
        ]
        parts += [f"## {scope}", table(("key", "action", "what it does", "`ui.keys`"), cells)]
    return page(
        "Keys",
        "`?` shows this list in pitui, the footer shows the keys of the place you are in, and `:` "
        "finds an action by its name. To change a key, set the action's name under `ui.keys` in "
        "the configuration: `stop: x,delete`.",
        "![The list of keys in pitui](help.svg)",
        *parts,
    )


# Commands


def commands_page() -> str:
    """Return every command with its arguments, options and examples."""
    context = click.Context(cli, info_name="pitui")
    parts = ["## Global options", "They stand before the command.", options(context), EXIT]
    for path, command, inner in commands(context, cli):
        parts += [f"## {path}", *command_parts(command, inner)]
    return page("Commands", INTRODUCTION, *parts)


INTRODUCTION = """\
`pitui` alone opens the screen. Every command prints for people, or JSON with `--json` (before or
after the command). `pitui COMMAND --help` says the same as this page.

Shell completion: `eval "$(_PITUI_COMPLETE=bash_source pitui)"`; `zsh_source` and `fish_source` do
the same for those shells."""
EXIT = """\
## Exit status

| status | meaning |
|---|---|
| 0 | everything that was asked for holds |
| 1 | something failed on at least one node; the rest is done |
| 2 | wrong usage or configuration |
| 130 | interrupted (Ctrl-C) |
| 143 | ended by SIGTERM |
| 129 | ended by SIGHUP: the terminal is gone |

`pitui submit` and `pitui bench run` end with the status of the run."""


def commands(
    context: click.Context, group: click.Group
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield each command below a group with its path, those of a group after it."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        yield inner.command_path, command, inner
        if isinstance(command, click.Group):
            yield from commands(inner, command)


def command_parts(command: click.Command, context: click.Context) -> list[str]:
    """Return a command's usage, help, options and examples."""
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    parts = [f"```\n{usage}\n```", inspect.cleandoc(command.help or "")]
    shown = options(context)
    epilog = (command.epilog or "").replace("\b", "").strip()
    if shown:
        parts.append(shown)
    if epilog:
        lines = [line.strip() for line in epilog.splitlines() if line != "Examples:"]
        parts.append("```sh\n" + "\n".join(lines) + "\n```")
    return parts


def options(context: click.Context) -> str:
    """Return a command's options as a table, without --help."""
    records = [
        record
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option)
        and "--help" not in parameter.opts
        and (record := parameter.get_help_record(context))
    ]
    return (
        table(("option", "what it does"), [(f"`{name}`", text) for name, text in records])
        if records
        else ""
    )


# Configuration


def config_page() -> str:
    """Return every key of the configuration, a table for each section."""
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    notes = comments(text)
    opening = "\n".join(line.lstrip("#").strip() for line in text.split("\n\n", 1)[0].splitlines())
    parts: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    for path, kind, left_out in keys_below(types.type_info(Document)):
        section = path.partition(".")[0]
        if path == section:
            parts[section] = [f"## {section}", notes.get(section, "")]
        if path != section and not isinstance(kind, types.StructType):
            cells = (f"`{path}`", allowed(unwrapped(kind)), left_out, notes.get(path, ""))
            rows.setdefault(section, []).append(cells)
    head = ("key", "allowed", "left out", "what it does")
    tables = {name: table(head, found) for name, found in rows.items()}
    return page(
        "Configuration",
        opening,
        "[config.example.yaml](../config.example.yaml) is a whole file with every key. Below, "
        "`NAME` is a name that you choose.",
        *(part for name, found in parts.items() for part in (*found, tables[name]) if part),
    )


def keys_below(kind: types.Type, path: str = "") -> Iterator[tuple[str, types.Type, str]]:
    """Yield the path of every key of a type, its own type, and what it is when left out."""
    for option in unwrapped(kind):
        if isinstance(option, types.StructType):
            for field in option.fields:
                inner = f"{path}.{field.encode_name}".lstrip(".")
                yield inner, field.type, default(field)
                yield from keys_below(field.type, inner)
        elif isinstance(option, types.DictType) and path in NAMED:
            if not isinstance(option.value_type, types.StructType):
                yield f"{path}.NAME", option.value_type, ""
            yield from keys_below(option.value_type, f"{path}.NAME")
        elif isinstance(option, types.ListType):
            yield from keys_below(option.item_type, path)


def default(field: types.Field) -> str:
    """Return what a key is when it is left out."""
    if field.required:
        return "required"
    value = field.default
    if value is msgspec.NODEFAULT:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else str(value or "null")


def comments(text: str) -> dict[str, str]:
    """Return the comment of every key of the example, by the key's path."""
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    pending: list[str] = []
    for line in text.splitlines():
        comment, key = COMMENT.match(line), KEY.match(line)
        if comment:
            pending.append(comment["text"] or "")
        elif key:
            indent = len(key["indent"])
            above = [(depth, name) for depth, name in above if depth < indent]
            parent = path_of([name for _, name in above])
            above.append((indent, key["key"]))
            tail = (key["rest"] or "").partition(" # ")[2].strip()
            note = " ".join((*pending, tail)).strip()
            if note and parent not in FREE:
                path = path_of([name for _, name in above])
                found[path] = " ".join(filter(None, (found.get(path), note)))
            pending = []
        else:
            pending = []
    return found


def path_of(names: list[str]) -> str:
    """Return a key's path, with NAME for what people choose."""
    named = len(names) > 1 and names[0] in NAMED
    return ".".join((names[0], "NAME", *names[2:]) if named else names)


# Checks


def doctor_page() -> str:
    """Return every check of `pitui doctor`, a part for each group."""
    parts: list[str] = []
    for check in CHECKS:
        head = f"## {check.group}"
        if head not in parts:
            own = [one for one in CHECKS if one.group == check.group]
            rows = [
                (f"`{c.id}`", f"{c.title}.", f"{c.why}.", COST[c.reads], _fixes(c)) for c in own
            ]
            parts += [head, table(DOCTOR_HEAD, rows)]
    return page("Checks", DOCTOR, *parts)


def _fixes(check: Check) -> str:
    """Return what `--fix` may do about a check's findings."""
    return ", ".join(f"`{name}`" for name in check.fixes) or "-"


DOCTOR_HEAD = ("check", "what it finds", "why it matters", "costs", "`--fix`")
DOCTOR = """\
`pitui doctor` runs these checks on all nodes, or on those that you name, and changes nothing. Each
finding says what is so, why it matters, and the command or setting that mends it. What has one
cause on several nodes is one finding, and the one that explains most of the others comes first.
`--only` and `--skip` take ids, or the part before the dot for all of a group.

A finding is an *error* (something does not work), a *warning* (it works badly, or will not work
after a while) or *info*. The score is 100, less 20 for each error and 5 for each warning.

Findings that you accept are ignored: shown apart, with the reason, and without a part in score
and exit status. For everybody who uses the configuration, edit its
[`doctor.exclude`](config.md#doctor), and take the entry out again to have the finding back:

```yaml
doctor:
  exclude:
    - {check: network.wifi, node: pi2, reason: it is on the balcony, until: 2027-12-31}
```

For yourself alone, press `i` on the Doctor screen, which asks for a reason and a last day; `i` on
an ignored finding takes it back. The command heeds both, and says which of them it was. It has no
option to ignore: `--skip` leaves a check out of one run.

`--fix` mends what pitui can mend, by the steps of `pitui provision` that the last column names and
by starting and restarting daemons; [troubleshooting](troubleshooting.md#let-doctor-fix-it) says
how. Whether a finding can be mended as things stand is said with it (`"fixable"` in JSON): not
where root is missing, where somebody wrote the setting beside what provisioning writes, or where
another error on the node would undo it.

On the screen `8` runs them all; `f` there shows what a fix would change, with the diffs, and asks;
`l` opens the log at the line that shows the finding, where one does. Checks that are free
run all the time while the screen is open, and logs that are open are read for known errors: what is
found for some seconds is a mark at its node or application and a count in the header, and the
timeline has when it appeared and when it went."""


PAGES: dict[str, Callable[[], str]] = {
    "keys.md": keys_page,
    "commands.md": commands_page,
    "config.md": config_page,
    "doctor.md": doctor_page,
}


def stale() -> list[str]:
    """Return the pages that are not what the code says."""
    return [
        name
        for name, made in PAGES.items()
        if not (path := ROOT / "docs" / name).is_file()
        or path.read_text(encoding="utf-8") != made()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are stale."""
    if arguments == ["write"]:
        for name, made in PAGES.items():
            (ROOT / "docs" / name).write_text(made(), encoding="utf-8")
        return 0
    if arguments != ["check"]:
        sys.stderr.write("usage: scripts/docs.py write|check\n")
        return 2
    found = stale()
    for name in found:
        sys.stderr.write(f"docs/{name} is stale: run .venv/bin/python scripts/docs.py write\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
