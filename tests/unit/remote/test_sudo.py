"""Becoming root: what reaches the command, whatever sudo reads. A small sudo stands in for it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pitui.config.load import load_config
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import Failure, NodeError
from pitui.remote.local_runner import LocalRunner
from pitui.remote.prompts import NonInteractive
from pitui.remote.runner import Result
from pitui.remote.sudo import Passwords, Sudo, wants_password

# As sudo does: -n refuses where a password is wanted, -S reads one line, byte by byte.
SUDO = """#!/bin/sh
echo "$*" >> "$SUDO_LOG"
n= s=
while :; do case $1 in
  -n) n=1; shift;; -S) s=1; shift;; -k) shift;; -p) shift 2;; --) shift; break;; *) break;;
esac; done
if [ "$SUDO_FREE" != yes ]; then
  [ "$SUDO_FREE $1" != "some -l" ] || { echo "    (root) NOPASSWD: /usr/bin/ls"; exit; }
  [ -z "$n" ] || { echo "sudo: a password is required" >&2; exit 1; }
  IFS= read -r given
  [ "$given" = "s3cret word" ] || { echo "Sorry, try again." >&2; exit 1; }
  if [ "$SUDO_FREE" = some ]; then
    echo "Sorry, user pi is not allowed to execute '/usr/bin/true' as root on pi1." >&2; exit 1
  fi
fi
exec "$@"
"""


class Typing(NonInteractive):
    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        self.asked.append((node, wrong))
        return self.answers.pop(0) if self.answers else None

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        return None


class Person:
    """Commands of a login that is not root, with the small sudo on its PATH."""

    node = "pi1"

    def __init__(self, folder: Path, *, free: str) -> None:
        self.log = folder / "log"
        (folder / "sudo").write_text(SUDO)
        (folder / "sudo").chmod(0o755)
        (folder / "id").write_text("#!/bin/sh\necho 1000\n")
        (folder / "id").chmod(0o755)
        self._before = f"export PATH={folder}:$PATH SUDO_LOG={self.log} SUDO_FREE="
        self._before += f"{free}; "
        self._local = LocalRunner("pi1")

    async def run(self, command: str, **how: Any) -> Result:
        return await self._local.run(self._before + command, **how)


def sudo(
    tmp_path: Path,
    kind: str,
    prompter: NonInteractive,
    *,
    free: bool = False,
    some: bool = False,
    words: Passwords | None = None,
) -> Sudo:
    config = tmp_path / "config.yaml"
    config.write_text(
        f"cluster: {{master: pi1}}\nssh: {{sudo: {kind}}}\nnodes: {{pi1: {{host: h}}}}\n"
    )
    node = resolve_nodes(load_config(config))["pi1"]
    person = Person(tmp_path, free="some" if some else "yes" if free else "no")
    return Sudo(node, person, prompter, words or Passwords())  # type: ignore[arg-type]


@pytest.mark.parametrize("free", [True, False])
async def test_input_arrives_whole_whether_sudo_reads_a_password_or_not(
    tmp_path: Path, free: bool
) -> None:
    one = sudo(tmp_path, "ask", Typing("s3cret word"), free=free)
    result = await one.run("cat; echo end", stdin=b"first\nsecond\n")
    assert result.stdout == "first\nsecond\nend\n"
    assert (await one.run("cat; echo end")).stdout == "end\n"
    assert "s3cret" not in (tmp_path / "log").read_text()


async def test_it_is_asked_for_once_and_tried_on_the_next_node(tmp_path: Path) -> None:
    prompter, words = Typing("wrong", "s3cret word"), Passwords()
    one = sudo(tmp_path, "ask", prompter, words=words)
    await one.run("true")
    await one.run("true")
    assert prompter.asked == [("pi1", False), ("pi1", True)]
    other = sudo(tmp_path, "ask", Typing(), words=words)
    assert (await other.run("echo in")).stdout == "in\n"


@pytest.mark.parametrize(
    ("kind", "answers", "expected"),
    [
        ("ask", ("a", "b", "c"), "3 wrong passwords were given"),
        ("ask", (), "no password was given"),
        ("passwordless", ("s3cret word",), "sudo needs a password"),
    ],
)
async def test_without_the_right_one(
    tmp_path: Path, kind: str, answers: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(NodeError, match=expected) as raised:
        await sudo(tmp_path, kind, Typing(*answers)).run("true")
    assert raised.value.failure is Failure.SUDO_PASSWORD


@pytest.mark.parametrize("kind", ["ask", "passwordless"])
async def test_where_only_some_commands_are_allowed_no_password_is_called_wrong(
    tmp_path: Path, kind: str
) -> None:
    prompter = Typing("s3cret word", "another")
    with pytest.raises(NodeError, match="run only some commands, and this needs all"):
        await sudo(tmp_path, kind, prompter, some=True).run("true")
    assert prompter.asked == [("pi1", False)] * (kind == "ask")


async def test_none_is_never_tried(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="sudo: none"):
        await sudo(tmp_path, "none", Typing()).run("true")
    assert not (tmp_path / "log").exists()


async def test_a_command_with_its_own_sudo_asks_only_where_that_is_refused(tmp_path: Path) -> None:
    prompter = Typing("s3cret word")
    one = sudo(tmp_path, "ask", prompter)
    assert (await one.attempt("cat", stdin=b"as the login\n")).stdout == "as the login\n"
    assert prompter.asked == []
    command = "cat; sudo -n true"
    refused = await sudo(tmp_path, "passwordless", prompter).attempt(command, stdin=b"in\n")
    assert wants_password(refused.stderr)
    assert prompter.asked == []
    again = await one.attempt(command, stdin=b"in\n")
    assert prompter.asked == [("pi1", False)]
    assert again.stdout == "in\n"
    # With the whole input, by a sudo that was given the password.
    assert "-S" in (tmp_path / "log").read_text()


async def test_a_password_that_was_changed_on_the_node_is_asked_for_anew(tmp_path: Path) -> None:
    prompter = Typing("s3cret word", "new one")
    one = sudo(tmp_path, "ask", prompter)
    assert (await one.run("exit 1")).status == 1
    assert len(prompter.asked) == 1
    small = tmp_path / "sudo"
    small.write_text(SUDO.replace("s3cret word", "new one"))
    assert (await one.attempt("cat", stdin=b"in\n")).stdout == "in\n"
    assert len(prompter.asked) == 2


class Slow(Typing):
    """Answers when two other nodes wait for it."""

    def __init__(self, lock: asyncio.Lock) -> None:
        super().__init__()
        self._lock = lock

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        async with asyncio.timeout(10):
            while not self.asked and len(self._lock._waiters or ()) < 2:  # type: ignore[attr-defined]
                await asyncio.sleep(0.005)
        return await super().sudo_password(node, wrong=wrong)


async def test_who_says_no_once_is_not_asked_for_the_nodes_that_wait(tmp_path: Path) -> None:
    words = Passwords()
    prompter = Slow(words.lock)
    nodes = [sudo(tmp_path, "ask", prompter, words=words) for _ in range(3)]
    answers = await asyncio.gather(*(one.run("true") for one in nodes), return_exceptions=True)
    assert ["no password was given" in str(answer) for answer in answers] == [True] * 3
    assert len(prompter.asked) == 1
    prompter.answers = ["s3cret word"]
    assert (await nodes[0].run("echo in")).stdout == "in\n"


@pytest.mark.parametrize(
    "said",
    [
        "sudo: a password is required",
        "sudo: a terminal is required to read the password; either use the -S option",
        "sudo: interactive authentication is required",
        "sudo-rs: interactive authentication is required",
    ],
)
def test_what_sudo_says_where_it_wants_a_password(said: str) -> None:
    assert wants_password(f"a banner\n{said}\n")
    assert not wants_password("Interactive authentication required.\n")
