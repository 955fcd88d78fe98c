"""Event logs that a real history server has compacted, read as that server reads them."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pyspark
import pytest
from support.demo import clean_environment
from support.history import history_server
from support.spark_jvm import SMALL_JVM
from support.sshd import free_port

from pitui.spark.api.job_api import parse_jobs
from pitui.spark.event_log.compression import codec_of, plain
from pitui.spark.event_log.files import (
    LogFile,
    ends_script,
    event_log_list_script,
    parse_event_log_list,
)
from pitui.spark.event_log.reader import EventLog

pytestmark = pytest.mark.spark
HOME = Path(pyspark.__file__).parent
LIMIT = 90.0
# Descriptions that do not compress fill the log's files fast.
PROGRAM = """
import os
from pyspark import SparkContext
sc = SparkContext()
for number in range(16):
    sc.setJobDescription(os.urandom(600_000).hex())
    sc.parallelize(range(2), 1).count()
"""


def test_what_is_left_of_a_log_is_what_the_history_server_shows(tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.mkdir()
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    settings = {
        "eventLog.enabled": "true", "eventLog.dir": f"file:{events}", "eventLog.compress": "true",
        "eventLog.compression.codec": "zstd", "eventLog.rolling.enabled": "true",
        "eventLog.rolling.maxFileSize": "10m", "ui.enabled": "false", "driver.memory": "512m",
    }  # fmt: skip
    options = [f"--conf=spark.{name}={value}" for name, value in settings.items()]
    options += ["--driver-java-options", SMALL_JVM]
    submit = [HOME / "bin" / "spark-submit", "--master", "local[1]", "--name", "rolled", *options]
    environment = clean_environment(
        tmp_path, PYSPARK_PYTHON=sys.executable, SPARK_LAUNCHER_OPTS=SMALL_JVM
    )
    subprocess.run(
        [*submit, program], env=environment, check=True, timeout=LIMIT, capture_output=True
    )
    port = free_port()
    with history_server(
        str(HOME), events, ui_port=str(port), fs_eventLog_rolling_maxFilesToRetain="1",
        fs_eventLog_rolling_compaction_score_threshold="0.0",
    ):  # fmt: skip
        log = until_compacted(events)
        told = json.loads(ask(f"http://127.0.0.1:{port}/api/v1/applications"))
        jobs = ask(f"http://127.0.0.1:{port}/api/v1/applications/{log.app_id}/jobs")
    assert codec_of(log.paths[0]) == "zstd"
    assert log.paths[0].endswith(".zstd.compact")
    read = EventLog()
    for path in log.paths:
        read.take(plain((events / path).read_bytes(), path))
    assert [app["id"] for app in told] == [log.app_id]
    assert read.application(log.app_id, 0.0).name == told[0]["name"] == "rolled"
    assert read.damaged == 0
    mine, theirs = read.inside().jobs, parse_jobs(jobs)
    assert [(job.id, job.state, job.description) for job in mine] == [
        (job.id, job.state, job.description) for job in theirs
    ]
    assert mine
    # Its name for the list is in the compacted part too.
    assert log.app_id[:5] in sh(ends_script(str(events), [log])).split(" ")[0]


def until_compacted(events: Path) -> LogFile:
    end = time.monotonic() + LIMIT
    while True:
        (log,) = parse_event_log_list(sh(event_log_list_script(str(events))))
        if log.compacted:
            return log
        names = sorted(str(path.relative_to(events)) for path in events.rglob("*"))
        assert time.monotonic() < end, f"not compacted: {names}"
        time.sleep(0.3)


def ask(url: str) -> bytes:
    end = time.monotonic() + LIMIT
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                body: Any = answer.read()
            if body != b"[ ]":
                return bytes(body)
        except urllib.error.URLError:
            pass
        assert time.monotonic() < end, f"no answer of {url}"
        time.sleep(0.3)


def sh(script: str) -> str:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
