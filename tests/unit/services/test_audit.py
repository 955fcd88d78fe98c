import json
import stat
import threading
import time

from pitui.services.audit import Audit


async def test_entries_are_lines_for_their_owner_alone(tmp_path):
    path = tmp_path / "state" / "audit.jsonl"
    audit = Audit("shelf", path)
    audit.record("stop", "pi1", "ok", detail="stopped")
    audit.record("start", "pi1", "failed")
    assert await audit.written() == ""
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["action"], first["node"], first["result"]) == ("stop", "pi1", "ok")
    assert first["detail"] == "stopped"
    assert second["time"] >= first["time"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_last_time_is_seen_by_every_pitui(tmp_path):
    one, other = Audit("shelf", tmp_path / "a.jsonl"), Audit("shelf", tmp_path / "a.jsonl")
    assert one.last("stop", "pi1") is None
    one.record("stop", "pi1", "ok")
    assert one.last("stop", "pi1") is not None
    await one.written()
    await other.refresh()
    first = other.last("stop", "pi1")
    assert first is not None
    other.record("stop", "pi1", "ok")
    await other.written()
    await one.refresh()
    assert (one.last("stop", "pi1") or 0) >= first
    assert one.last("stop", "pi2") is None


async def test_a_damaged_line_hides_no_other(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"cut\n[1]\n{"time": "2026-01-01T00:00:00+00:00", "action": 1}\n')
    one, other = Audit("shelf", path), Audit("shelf", path)
    one.record("stop", "pi1", "ok")
    await one.written()
    await other.refresh()
    assert other.last("stop", "pi1") is not None


async def test_a_log_that_cannot_be_written_is_a_complaint_not_a_failure(tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    audit = Audit("shelf", tmp_path / "a.jsonl")
    audit.record("stop", "pi1", "ok")
    assert "cannot write" in await audit.written()
    assert audit.last("stop", "pi1") is not None, "it was done"


async def test_clusters_share_the_file_and_not_their_entries(tmp_path):
    mine, theirs = Audit("shelf", tmp_path / "a.jsonl"), Audit("attic", tmp_path / "a.jsonl")
    theirs.record("stop", "pi1", "ok")
    await theirs.written()
    await mine.refresh()
    assert mine.last("stop", "pi1") is None
    assert theirs.last("stop", "pi1") is not None


async def test_a_name_that_is_no_utf8_is_written(tmp_path):
    path = tmp_path / "a.jsonl"
    audit = Audit("shelf", path)
    audit.record("push", "pi1", "ok", source="caf\udce9.csv")
    assert await audit.written() == ""
    assert json.loads(path.read_text())["source"] == "caf\udce9.csv"


async def test_a_disk_that_hangs_is_waited_for_once(tmp_path) -> None:
    audit = Audit("shelf", tmp_path / "audit.jsonl")
    other = Audit("shelf", tmp_path / "audit.jsonl")
    other.record("stop", "pi1", "ok")
    await other.written()
    free = threading.Event()
    audit._disk.put(free.wait)
    try:
        await audit.refresh()
        begun = time.monotonic()
        await audit.refresh()
        assert time.monotonic() - begun < 0.25
        assert audit.last("stop", "pi1") is None
    finally:
        free.set()
    await audit.written()
    await audit.refresh()
    assert audit.last("stop", "pi1") is not None
