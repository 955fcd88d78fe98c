import json
import stat

from pitui.services.audit import Audit


def test_entries_are_lines_for_their_owner_alone(tmp_path):
    path = tmp_path / "state" / "audit.jsonl"
    audit = Audit("shelf", path)
    audit.record("stop", "pi1", "ok", detail="stopped")
    audit.record("start", "pi1", "failed")
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["action"], first["node"], first["result"]) == ("stop", "pi1", "ok")
    assert first["detail"] == "stopped"
    assert second["time"] >= first["time"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_last_time_is_seen_by_every_pitui(tmp_path):
    one, other = Audit("shelf", tmp_path / "a.jsonl"), Audit("shelf", tmp_path / "a.jsonl")
    assert one.last("stop", "pi1") is None
    one.record("stop", "pi1", "ok")
    first = other.last("stop", "pi1")
    assert first is not None
    other.record("stop", "pi1", "ok")
    assert (one.last("stop", "pi1") or 0) >= first
    assert one.last("stop", "pi2") is None


def test_a_damaged_line_hides_no_other(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"cut\n[1]\n{"time": "2026-01-01T00:00:00+00:00", "action": 1}\n')
    Audit("shelf", path).record("stop", "pi1", "ok")
    assert Audit("shelf", path).last("stop", "pi1") is not None


def test_a_log_that_cannot_be_written_is_a_complaint_not_a_failure(tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    audit = Audit("shelf", tmp_path / "a.jsonl")
    assert "cannot write" in audit.record("stop", "pi1", "ok")
    assert audit.last("stop", "pi1") is None


def test_clusters_share_the_file_and_not_their_entries(tmp_path):
    mine, theirs = Audit("shelf", tmp_path / "a.jsonl"), Audit("attic", tmp_path / "a.jsonl")
    theirs.record("stop", "pi1", "ok")
    assert mine.last("stop", "pi1") is None
    assert theirs.last("stop", "pi1") is not None


def test_a_name_that_is_no_utf8_is_written(tmp_path):
    path = tmp_path / "a.jsonl"
    assert Audit("shelf", path).record("push", "pi1", "ok", source="caf\udce9.csv") == ""
    assert json.loads(path.read_text())["source"] == "caf\udce9.csv"
