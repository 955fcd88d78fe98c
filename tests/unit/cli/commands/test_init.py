"""`pitui init`, as a command: its three ways, and what it refuses."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pitui.cli.commands.init import command
from pitui.cli.settings import Settings
from pitui.config.load import load_config

LIMIT = 30.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PITUI_CONFIG", raising=False)
    return tmp_path


def _init(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=Settings())


def test_nodes_from_options() -> None:
    result = _init("--node", "pi1=10.0.0.1", "--node", "pi2=me@pi2:2222", "--master", "pi1")
    assert result.exit_code == 0, result.output
    assert "Wrote config.yaml: 2 nodes, master pi1." in result.output
    config = load_config(None)
    assert (config.cluster.name, config.cluster.master) == ("spark", "pi1")
    assert (config.nodes["pi2"].user, config.nodes["pi2"].port) == ("me", 2222)


def test_a_release_to_install() -> None:
    result = _init("--node", "pi1=10.0.0.1", "--spark", "4.3.0")
    assert "Next: pitui provision --plan" in result.output
    spark = load_config(None).spark
    assert (spark.version, spark.archive) == ("4.3.0", None)
    refused = _init("--node", "pi1=10.0.0.1", "--spark", "newest", "--output", "other.yaml")
    assert (refused.exit_code, Path("other.yaml").exists()) == (2, False)
    assert 'spark.version: found "newest", allowed: such as 4.3.0' in refused.output


def test_nodes_from_sparks_workers_into_another_file() -> None:
    Path("workers").write_text("10.0.0.1\n10.0.0.2 # two\n", encoding="utf-8")
    result = _init(
        "--from-workers", "workers", "--master", "nuc=local", "--name", "shelf", "--user", "pi",
        "--output", "shelf.yaml",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    config = load_config(Path("shelf.yaml"))
    assert list(config.nodes) == ["nuc", "pi-10-0-0-1", "pi-10-0-0-2"]
    assert (config.cluster.name, config.ssh.user) == ("shelf", "pi")


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_what_exists_is_never_overwritten(kind: str) -> None:
    path = Path("config.yaml")
    if kind == "file":
        path.write_text("mine", encoding="utf-8")
    else:
        path.symlink_to("elsewhere.yaml")
    result = _init("--node", "pi1=10.0.0.1")
    assert result.exit_code == 2
    assert result.stderr == (
        "pitui: config.yaml already exists, and pitui init never overwrites a file. "
        "Choose another with --output.\n"
    )
    assert not Path("elsewhere.yaml").exists()
    assert kind != "file" or path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (
            [],
            "cannot ask questions: this is not a terminal. Give --node NAME=HOST or",
        ),
        (["--node", "pi1"], 'found "pi1", allowed: NAME=HOST'),
        (["--node", "workers=h"], '"workers" means something on the command line'),
        (["--node", "a=h", "--node", "b=h"], 'nodes.b.host: found "h" (port 22), as in nodes.a'),
        (["--node", "a=h", "--from-workers", "x"], "cannot be combined"),
        (["--from-workers", "none"], "none: cannot be read: no such file or directory"),
        (["--from-workers", "wrong"], 'wrong: line 1: "a b" is not an address'),
        (["--node", "a=h", "--output", "no/c.yaml"], "no/c.yaml: cannot be written"),
        (["--node", "a=h", "--user", "-x"], 'ssh.user: found "-x"'),
    ],
)
def test_what_makes_no_configuration_is_one_line_and_status_2(
    arguments: list[str], part: str
) -> None:
    Path("wrong").write_text("a b\n", encoding="utf-8")
    result = _init(*arguments)
    assert result.exit_code == 2
    assert part in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("config.yaml").exists()


class _Terminal:
    """`pitui init` on a terminal of its own, answered question by question."""

    def __init__(self) -> None:
        self._main, child = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pitui", "init"],
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
        )
        os.close(child)
        self.seen = ""

    def answer(self, question: str, line: str) -> None:
        self.wait_for(question)
        self.seen = ""
        os.write(self._main, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until it is heard: just before a read begins, Python misses it."""
        end = time.monotonic() + LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            self.process.send_signal(signal.SIGINT)
            # Once more too soon would hit a Python that is already on its way out.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + LIMIT
        while text not in self.seen:
            ready, _, _ = select.select([self._main], [], [], max(0, end - time.monotonic()))
            assert ready, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self._main, 4096).decode()

    def end(self) -> int:
        return self.process.wait(LIMIT)

    def clear(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(LIMIT)
        os.close(self._main)


@pytest.fixture
def terminal() -> Iterator[_Terminal]:
    opened = _Terminal()
    yield opened
    opened.clear()


def test_questions_on_a_terminal_where_wrong_answers_are_asked_again(terminal: _Terminal) -> None:
    terminal.answer("Name of the cluster [spark]:", "shelf")
    terminal.answer("User", "pi")
    terminal.answer("Node 1", "two words")
    terminal.wait_for("is not an address")
    terminal.answer("Node 1", "192.168.1.11")
    terminal.answer("Node 2", "disk=ubuntu@192.168.1.12")
    terminal.answer("Node 3", "")
    terminal.answer("Master [local]:", "nowhere")
    terminal.wait_for("is not a node")
    terminal.answer("Master [local]:", "disk")
    terminal.wait_for("Wrote config.yaml: 2 nodes, master disk.")
    assert terminal.end() == 0
    config = load_config(None)
    assert (config.cluster.name, config.ssh.user) == ("shelf", "pi")
    assert list(config.nodes) == ["pi-192-168-1-11", "disk"]
    assert config.nodes["disk"].user == "ubuntu"


def test_an_interrupt_at_a_question_ends_in_130_and_writes_nothing(terminal: _Terminal) -> None:
    terminal.wait_for("Name of the cluster")
    terminal.interrupt()
    assert terminal.end() == 130
    assert not Path("config.yaml").exists()
