"""Event logs of real Spark runs: whole, cut off, in pieces, compressed."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import lz4.block
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitui.domain.apps.work_counts import Tally, WorkState
from pitui.domain.errors import PituiError
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.reader import EventLog

EVENTS = Path(__file__).parents[3] / "captures" / "events"
NAMES = ["spark-4.3.zstd", "spark-3.5.zstd"]


def text(name: str) -> bytes:
    return b"".join(plain((EVENTS / name).read_bytes(), name))


def log_of(data: bytes) -> EventLog:
    log = EventLog()
    log.take([data])
    return log


def lz4_stream(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the blocks of lz4-java's LZ4BlockOutputStream, the end mark last."""
    for at in range(0, len(data), size):
        block = data[at : at + size]
        packed = lz4.block.compress(block, store_size=False)
        method, body = (0x20, packed) if len(packed) < len(block) else (0x10, block)
        lengths = len(body).to_bytes(4, "little") + len(block).to_bytes(4, "little")
        yield b"LZ4Block" + bytes([method | 5]) + lengths + bytes(4) + body
    yield b"LZ4Block" + bytes([0x15]) + bytes(12)


@pytest.mark.parametrize("name", NAMES)
def test_jobs_stages_tasks_and_queries(name):
    log = log_of(text(name))
    inside = log.inside()
    assert log.damaged == 0
    failed, second, first, grouped = inside.jobs
    assert (grouped.description, grouped.tasks) == ("words by length", Tally(6, 6, 0, 0))
    assert (failed.state, failed.stages_failed) == (WorkState.FAILED, 1)
    assert (second.stages, second.stages_skipped, second.tasks.all) == (1, 1, 1)
    assert grouped.work.shuffle_read == grouped.work.shuffle_write > 0
    (query,) = inside.queries
    assert (query.state, query.jobs) == (WorkState.DONE, (first.id, second.id))
    stage = inside.stage(5, 0)
    assert "deliberate" in stage.failure
    tasks = log.tasks(5, 0)
    assert [task.state for task in tasks].count(WorkState.FAILED) == 1
    assert not any(task.state.active for task in tasks)
    assert "ValueError: deliberate" in next(t for t in tasks if t.state is WorkState.FAILED).error
    timed = inside.stage(0, 0).with_times(log.tasks(0, 0))
    assert timed.slowest.duration_ms == timed.times.most


@pytest.mark.parametrize("name", NAMES)
def test_the_application(name):
    app = log_of(text(name)).application("local-1", 0.0)
    assert (app.name, app.user, app.state.value) == ("event log sample", "root", "FINISHED")
    assert 5 < app.duration_s < 20


@settings(max_examples=40)
@given(st.lists(st.integers(0, 165_000), max_size=12))
def test_blocks_may_end_anywhere(cuts):
    data = text(NAMES[0])
    marks = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    log = EventLog()
    log.take(data[a:b] for a, b in pairwise(marks))
    assert log.inside() == log_of(data).inside()


@settings(max_examples=40)
@given(st.integers(0, 165_000))
def test_a_log_that_is_still_written(length):
    log = log_of(text(NAMES[0])[:length])
    inside = log.inside()
    assert log.damaged <= 1
    for stage in inside.stages:
        assert 0 <= stage.tasks.done <= stage.tasks.all
        assert len([t for t in log.tasks(stage.id, stage.attempt) if t.state.active]) == (
            stage.tasks.active
        )


def test_zstd_that_is_cut_off_is_read_as_far_as_it_goes():
    data = (EVENTS / NAMES[0]).read_bytes()
    whole = text(NAMES[0])
    assert whole.startswith(b"".join(plain(data[:-2000], "x.zstd.inprogress")))


def test_lz4_as_java_writes_it():
    data = text(NAMES[0])
    stream = b"".join(lz4_stream(data, 32768))
    assert b"".join(plain(stream, "x.lz4")) == data
    assert data.startswith(b"".join(plain(stream[:-100], "x.lz4.inprogress")))


def test_what_cannot_be_read_says_so():
    with pytest.raises(PituiError, match="snappy"):
        list(plain(b"", "app-1-0.snappy"))
    with pytest.raises(PituiError, match="damaged"):
        list(plain(b"nothing of the kind", "x.zstd"))
    with pytest.raises(PituiError, match="damaged"):
        list(plain(b"nothing of the kind at all", "x.lz4"))
