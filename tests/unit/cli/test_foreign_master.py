"""Commands on a cluster whose master's address answers what no master would."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.http import serving

from pitui.cli.main import cli

MASTER = {"url": "spark://127.0.0.1:7077", "status": "ALIVE", "workers": []}
Ask = Callable[..., Result]


def application(**changed: object) -> dict[str, object]:
    row = {"id": "app-20260101000000-0000", "starttime": 1_780_000_000_000, "name": "pi"}
    return row | {"cores": 1, "memoryperexecutor": 512, "state": "RUNNING", "duration": 1} | changed


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Run a command while the master's address answers a body."""
    config = tmp_path / "config.yaml"
    with serving() as service:
        config.write_text(
            "cluster: {master: nuc}\n"
            f"spark: {{home: {tmp_path}, master: {{webui_port: {service.port}}}}}\n"
            "nodes:\n  nuc: {host: local}\n",
            encoding="utf-8",
        )

        def run(body: bytes | dict[str, Any], *words: str) -> Result:
            service.answers["/json/"] = (
                body if isinstance(body, bytes) else json.dumps(body).encode()
            )
            return CliRunner().invoke(cli, ["--config", str(config), *words])

        yield run


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>Printer</title>",
        b"",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
        b'{"a":' * 100_000,
    ],
    ids=["page", "empty", "null", "list", "binary", "deep"],
)
def test_what_is_no_master_is_said_in_one_line(ask: Ask, body: bytes) -> None:
    result = ask(body, "status", "--json")
    assert result.exit_code == 1, result.output
    status = json.loads(result.stdout)
    assert status["master"]["state"] == "UNREACHABLE"
    assert [node["link"] for node in status["nodes"]] == ["connected"]
    assert len(result.stderr.splitlines()) == 1
    assert "/json/: " in result.stderr
    assert "Something else is listening there" in result.stderr


def test_brackets_without_end_in_an_answer_do_no_harm(ask: Ask) -> None:
    deep = b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    result = ask(json.dumps(MASTER).encode()[:-1] + deep, "status", "--json")
    # Python 3.14 has a deeper stack, and what nobody asks for is passed over there.
    state = json.loads(result.stdout)["master"]["state"]
    assert (result.exit_code, state) in {(1, "UNREACHABLE"), (0, "ALIVE")}
    assert len(result.stderr.splitlines()) == result.exit_code


@pytest.mark.parametrize("starttime", [10**18, -(10**18), 0])
@pytest.mark.parametrize("command", ["status", "jobs"])
def test_times_that_no_calendar_has(ask: Ask, command: str, starttime: int) -> None:
    body = MASTER | {"activeapps": [application(starttime=starttime, duration=starttime)]}
    assert ask(body, command).exit_code == 0
    (app,) = json.loads(ask(body, command, "--json").stdout)["applications"]
    assert app["submitted_at"] in ("1970-01-01T00:00:00+00:00", None)
    assert app["duration_s"] == 0


@pytest.mark.parametrize("command", ["status", "jobs"])
def test_names_from_a_master_stay_in_their_cells(ask: Ask, command: str) -> None:
    names = ["\x1b]52;c;ZXZpbA==\x07[bold]\nnext\tcell \u202e", "long " * 100_000]
    body = MASTER | {
        "url": "spark://a\n\x1b[2Jb:7077",
        "activeapps": [application(name=n, id=f"app-{i}") for i, n in enumerate(names)],
    }
    result = ask(body, command)
    assert result.exit_code == 0
    assert not set(result.stdout) & {"\x1b", "\x07", "\u202e", "\t"}
    rows = [line for line in result.stdout.splitlines() if line.startswith("app-")]
    assert "␛]52;c;ZXZpbA==␇[bold] next cell <202E>" in rows[0]
    assert len(rows) == 2
    assert max(map(len, rows)) < 300
    whole = json.loads(ask(body, command, "--json").stdout)["applications"]
    assert [app["name"] for app in whole] == names
