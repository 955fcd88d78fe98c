"""What real masters answer to the request to decommission a worker."""

import json
from pathlib import Path

import pytest

from pitui.domain.errors import NotSparkError
from pitui.spark.api.decommission import refusal_of
from pitui.spark.api.worker_json import Placed, drivers_on, parse_worker

CAPTURES = Path(__file__).parents[3] / "captures"


def body(name: str) -> str:
    return (CAPTURES / "master" / f"workers-kill-spark{name}.html").read_text()


def test_done_or_no_such_host_is_no_refusal() -> None:
    assert refusal_of(200, "", "4.3.0") is None
    assert refusal_of(404, body("35-local"), "3.5.9") is None


@pytest.mark.parametrize(
    ("name", "status", "version", "reason", "advice"),
    [
        ("43-off", 405, "4.3.0", "is switched off on the master", "spark.decommission.enabled"),
        ("43-deny", 403, "4.3.0", "accepts this from nobody", "allow.mode"),
        ("35-off", 405, "3.5.9", "switched off on the master, or forbidden", "allow.mode"),
        ("43-off", 405, "2.4.8", "Spark 2.4.8 cannot decommission", "Stop the worker"),
        ("43-off", 500, "4.3.0", "HTTP status 500", "master's log"),
    ],
)
def test_refusals_say_why_and_what_to_do(
    name: str, status: int, version: str, reason: str, advice: str
) -> None:
    refused = refusal_of(status, body(name), version)
    assert refused is not None
    assert reason in refused.reason
    assert advice in refused.advice


def test_an_unknown_path_that_answers_with_the_index_page_is_a_refusal() -> None:
    page = (CAPTURES / "master" / "unknown-path-is-200-html.html").read_text()
    assert refusal_of(200, page, None) is not None


def test_what_a_worker_runs() -> None:
    answer = (CAPTURES / "worker" / "app-running.json").read_bytes()
    assert parse_worker(answer) == (Placed("app-20261121012113-0000", "pitui-capture", "2"),)
    with pytest.raises(NotSparkError):
        parse_worker((CAPTURES / "master" / "idle.json").read_bytes())


def test_drivers_of_a_worker() -> None:
    answer = (CAPTURES / "master" / "driver-cluster-running.json").read_bytes()
    rows = json.loads(answer)["activedrivers"]
    assert rows
    assert drivers_on(answer, {rows[0]["worker"]}) == (rows[0]["id"],)
    assert drivers_on(answer, {"another"}) == ()
    with pytest.raises(NotSparkError):
        drivers_on(b"<html>", {"another"})
