"""What `pitui jobs` prints, from captures of a real driver."""

import json
from dataclasses import replace

from support.app_details import captured
from support.plain_cluster import FULL, NOW, RUNNING, WAITING

from pitui.cli.render.jobs_text import inside_json, inside_lines, list_json, list_lines
from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.spark_driver import ClusterDriver, DriverState

DRIVER = ClusterDriver(
    "driver-1", DriverState.SUBMITTED, 1, 9000, NOW, stall=StallReason("wants 9000 MiB", "Less.")
)
OLD = Application("app-0000", "yesterday", ApplicationState.FINISHED, 0, 0, NOW - 90000, 61.0)


def test_a_tree_of_jobs_and_stages():
    lines = list(
        inside_lines(RUNNING.id, RUNNING, DetailResult(AppLocation(RUNNING.id), captured()))
    )
    assert lines[0] == "pi (app-0003) is running; jobs according to its driver."
    job = next(i for i, line in enumerate(lines) if line.startswith("job 4"))
    assert "failed" in lines[job]
    assert lines[job + 1].startswith("  stage 6.0")
    assert any(line.startswith("query 0") and "2 3" in line for line in lines)


def test_why_an_application_waits_and_what_to_do():
    reason = StallReason(WAITING.why_waiting or "", "Submit it again with --executor-memory 700m.")
    waiting = replace(WAITING, stall=reason)
    text = "\n".join(
        inside_lines(WAITING.id, waiting, DetailResult(AppLocation(WAITING.id), captured()))
    )
    assert "Waiting: wants 2048 MiB" in text
    listed = "\n".join(list_lines(replace(FULL, applications=(waiting,), drivers=(DRIVER,)), [OLD]))
    assert "--executor-memory 700m" in listed
    assert "driver-1" in listed
    assert "yesterday" in listed
    assert list(list_lines(replace(FULL, applications=()), [])) == [
        "No application has run on this master yet."
    ]


def test_json_holds_the_same():
    value = json.loads(
        json.dumps(inside_json("a", None, DetailResult(AppLocation("a"), captured())))
    )
    assert (value["from"], value["application"]) == ("driver", {"id": "a"})
    job = next(job for job in value["jobs"] if job["id"] == 4)
    assert (job["state"], job["tasks"]["failed"]) == ("failed", 4)
    assert "deliberate" in job["stages"][0]["failure"]
    listed = list_json(replace(FULL, drivers=(DRIVER,)), [OLD])
    assert [app["id"] for app in listed["earlier"]] == ["app-0000"]
    assert listed["drivers"][0]["fix"] == "Less."
