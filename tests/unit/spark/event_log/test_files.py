"""The event logs of a folder, as a node lists them."""

import subprocess
from pathlib import Path

import pytest

from pitui.spark.event_log.compression import codec_of
from pitui.spark.event_log.files import (
    LogFile,
    ends_script,
    event_log_list_script,
    parse_event_log_list,
    parse_history_settings,
    read_script,
)


def sh(script: str) -> str:
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_settings():
    found = parse_history_settings(
        "spark.eventLog.enabled true\nspark.eventLog.dir=file:/var/my%20events\n"
        "spark.history.ui.port  18081\n"
    )
    assert (found.enabled, found.folder, found.port) == (True, "/var/my events", 18081)
    assert parse_history_settings("").folder == "/tmp/spark-events"
    assert not parse_history_settings("").enabled
    assert parse_history_settings("spark.eventLog.dir hdfs://nn:8020/logs").folder is None


def test_single_and_rolling_logs(tmp_path: Path):
    (tmp_path / "app-20260101120000-0000.zstd").write_bytes(b"x" * 10)
    (tmp_path / "app-20260101120000-0001.inprogress").write_bytes(b"x" * 20)
    rolling = tmp_path / "eventlog_v2_app-20260101120000-0002"
    rolling.mkdir()
    for number in (10, 2, 1):
        (rolling / f"events_{number}_app-20260101120000-0002.zstd").write_bytes(b"xy")
    (rolling / "appstatus_app-20260101120000-0002").touch()
    opened = tmp_path / "eventlog_v2_app-20260101120000-0003"
    opened.mkdir()
    (opened / "events_1_app-20260101120000-0003").write_bytes(b"x")
    (opened / "appstatus_app-20260101120000-0003.inprogress").touch()
    (tmp_path / "notes.txt").write_text("mine")
    logs = {
        log.app_id[-4:]: log
        for log in parse_event_log_list(sh(event_log_list_script(str(tmp_path))))
    }
    assert sorted(logs) == ["0000", "0001", "0002", "0003"]
    names = [path.partition("/")[2] for path in logs["0002"].paths]
    assert [name.split("_")[1] for name in names] == ["1", "2", "10"]
    assert logs["0002"].size == 6
    assert {key: log.running for key, log in logs.items()} == {
        "0000": False, "0001": True, "0002": False, "0003": True,
    }  # fmt: skip
    assert logs["0000"].compressed
    assert not logs["0001"].compressed


def test_a_folder_that_is_not_there_has_no_logs(tmp_path: Path):
    assert parse_event_log_list(sh(event_log_list_script(str(tmp_path / "nowhere")))) == []


def test_ends_of_plain_and_compressed_logs(tmp_path: Path):
    (tmp_path / "app 1").write_text(
        'x\n{"Event":"SparkListenerApplicationStart","App Name":"a"}\n\n{"Event":"End"}\n'
    )
    (tmp_path / "app-2.zstd").write_bytes(b"packed")
    logs = [LogFile("1", ("app 1",), 1, 0.0), LogFile("2", ("app-2.zstd",), 1, 0.0)]
    lines = sh(ends_script(str(tmp_path), logs)).splitlines()
    assert [line.rpartition(" ")[0] for line in lines] == ["app-2.zstd", "app 1"]
    assert sh(read_script(str(tmp_path), "app 1", 3)) == "x\n{"


@pytest.mark.parametrize(
    ("name", "codec", "running"),
    [
        ("events_3_app-20260101120000-0002.zstd.compact", "zstd", False),
        ("events_3_app-20260101120000-0002.compact.zstd", "zstd", False),
        ("events_3_app-20260101120000-0002.lz4.compact.inprogress", "lz4", True),
        ("events_3_app-20260101120000-0002.inprogress.zstd", "zstd", True),
        ("events_3_app-20260101120000-0002.compact", None, False),
        ("events_3_app-20260101120000-0002.snappy.inprogress", "snappy", True),
    ],
)
def test_endings_in_any_order(name: str, codec: str | None, running: bool):
    (log,) = parse_event_log_list(f"5 7 ./eventlog_v2_app-20260101120000-0002/{name}\n")
    assert (codec_of(log.paths[0]), log.running) == (codec, running)
    assert log.compressed == (codec is not None)
    assert log.compacted == ("compact" in name)
    (log,) = parse_event_log_list(f"5 7 ./{name.partition('_3_')[2]}\n")
    assert (log.app_id, log.running) == ("app-20260101120000-0002", running)


def parts_of(*names: str) -> list[str]:
    folder = "eventlog_v2_app-20260101120000-0002"
    listing = "".join(f"5 7 ./{folder}/{name}\n" for name in names)
    return [path.partition("/")[2] for path in parse_event_log_list(listing)[0].paths]


def test_a_compacted_part_stands_for_all_before_it():
    one, two, three = (f"events_{n}_app-20260101120000-0002.zstd" for n in (1, 2, 3))
    assert parts_of(three, f"{two}.compact", two, one) == [f"{two}.compact", three]
    assert parts_of(f"{one}.compact", one, f"{two}.compact", three) == [f"{two}.compact", three]
    # It is not done yet: the parts it is made of still are the log.
    assert parts_of(one, two, f"{two}.compact.inprogress", three) == [one, two, three]
