"""Event logs as files of a node, without a driver and a history server: what failed in them."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.demo import clean_environment
from support.sshd import free_port

from pitui.config.load import load_config
from pitui.domain.apps.app_detail import AppLocation, DetailOrigin
from pitui.domain.apps.work_counts import WorkState
from pitui.remote.prompts import NonInteractive
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.failure_analysis import NoFailureError, analyze_failure
from pitui.services.cluster import open_cluster

EVENTS = Path(__file__).parents[1] / "captures" / "events"
APP = "local-1795982335707"
COMPACTED = "app-20260101120000-0007"
SHUFFLE_LOST = (
    "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for "
    "shuffle 0 partition 0"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the configuration of a node that holds event logs and runs nothing."""
    events = tmp_path / "events"
    shutil.copytree(EVENTS / "compacted", events)
    shutil.copy(EVENTS / "null-description.json", events / APP)
    conf = tmp_path / "spark" / "conf"
    conf.mkdir(parents=True)
    defaults = f"spark.eventLog.enabled true\nspark.eventLog.dir file:{events}\n"
    (conf / "spark-defaults.conf").write_text(f"{defaults}spark.history.ui.port {free_port()}\n")
    text = f"""
cluster: {{name: events, master: nuc}}
spark: {{home: {tmp_path}/spark, master: {{webui_port: {free_port()}}}}}
nodes: {{nuc: {{host: local}}}}
"""
    (tmp_path / "config.yaml").write_text(text)
    return tmp_path / "config.yaml"


@pytest.fixture
async def app_details(config: Path) -> AsyncIterator[tuple]:
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        yield cluster, AppDetails(cluster)


def change(config: Path, app: str, changes: dict[str, dict]) -> None:
    """Change events of a log by the kind of their task's end, or their own."""
    path = config.parent / "events" / app
    lines = []
    for line in path.read_text().splitlines():
        event = json.loads(line)
        reason = event.get("Task End Reason", {}).get("Reason", event["Event"])
        lines.append(json.dumps(event | changes.get(reason, {}), separators=(",", ":")))
    path.write_text("\n".join(lines) + "\n")


async def test_an_exception_without_a_message_is_what_failed(app_details):
    cluster, inside_of = app_details
    looked = await inside_of.find(AppLocation(APP, stage=(0, 0)))
    assert [task.state for task in looked.tasks] == [WorkState.FAILED] * 2
    assert all(task.error.startswith("java.lang.RuntimeException\n\tat ") for task in looked.tasks)
    assert looked.inside.note == ""
    cause = await analyze_failure(cluster, inside_of, AppLocation(APP))
    assert cause.location.task == 1
    assert "java.lang.RuntimeException\n\tat " in cause.text
    assert "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times" in cause.text


@pytest.mark.parametrize("message", [SHUFFLE_LOST, None])
async def test_a_lost_shuffle_says_so_beside_the_failure_of_its_stage(config, app_details, message):
    reason = {
        "Reason": "FetchFailed", "Block Manager Address": None, "Shuffle ID": 0, "Map ID": 0,
        "Map Index": 0, "Reduce ID": 1, "Message": message,
    }  # fmt: skip
    change(config, APP, {"ExceptionFailure": {"Task End Reason": reason}})
    cluster, inside_of = app_details
    cause = await analyze_failure(cluster, inside_of, AppLocation(APP))
    assert cause.text.startswith(message or "FetchFailed")
    assert "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times" in cause.text


async def test_events_that_cannot_be_read_are_counted_and_the_stage_still_says_why(
    config, app_details
):
    change(config, APP, {"ExceptionFailure": {"Task Info": None}})
    cluster, inside_of = app_details
    looked = await inside_of.find(AppLocation(APP))
    assert looked.inside.note == "2 events could not be read"
    cause = await analyze_failure(cluster, inside_of, AppLocation(APP))
    assert cause.location == AppLocation(APP, stage=(0, 0))
    assert "java.lang.RuntimeException" in cause.text
    said = headless(config, "jobs", APP)
    assert "2 events could not be read" in said
    assert json.loads(headless(config, "jobs", APP, "--json"))["note"]


async def test_a_log_that_the_history_server_compacted(config, app_details):
    cluster, inside_of = app_details
    looked = await inside_of.find(AppLocation(COMPACTED))
    assert looked.inside.origin is DetailOrigin.EVENT_LOG
    assert [(job.id, job.name, job.state) for job in looked.inside.jobs] == [
        (3, "count", WorkState.DONE)
    ]
    assert "compacted" in looked.inside.note
    (app,) = await inside_of.event_logs.applications(frozenset({APP}))
    assert (app.id, app.name, app.user) == (COMPACTED, "etl", "pi")
    with pytest.raises(NoFailureError, match=r"ended is not known: .* the master does not answer"):
        await analyze_failure(cluster, inside_of, AppLocation(COMPACTED))
    assert "etl" in headless(config, "jobs")


def headless(config: Path, *arguments: str) -> str:
    """Return what the command line says; the master does not run, which is no matter here."""
    return subprocess.run(
        [sys.executable, "-m", "pitui", "--config", str(config), *arguments],
        env=clean_environment(config.parent),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    ).stdout
