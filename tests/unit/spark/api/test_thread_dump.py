"""A thread dump of a real executor as lines."""

from pathlib import Path

import pytest

from pitui.domain.errors import NotSparkError
from pitui.spark.api.thread_dump import parse_threads

CAPTURE = Path(__file__).parents[3] / "captures" / "app" / "executors_0_threads.json"


def test_threads_of_tasks_come_first_with_their_stack_and_locks() -> None:
    lines = parse_threads(CAPTURE.read_bytes())
    assert lines[0] == "60 threads: 19 RUNNABLE, 34 TIMED_WAITING, 7 WAITING"
    assert lines[2].startswith('"Executor task launch worker for task 0.0 in stage 7.0 (TID 45)"')
    assert "    at java.base@17.0.15/sun.nio.ch.EPoll.wait(Native Method)" in lines
    assert "    holds sun.nio.ch.EPollSelectorImpl@d717102" in lines
    assert not any("\n" in line for line in lines)


def test_one_text_of_old_spark_and_what_is_no_dump() -> None:
    old = b'[{"threadId":1,"threadName":"main","threadState":"BLOCKED","stackTrace":"a.b(C:1)\\n",'
    old += b'"blockedByThreadId":7,"blockedByLock":"Lock(x)","holdingLocks":[]}]'
    assert parse_threads(old)[2:5] == (
        '"main" #1 BLOCKED', "    waits for Lock(x), held by thread #7", "    at a.b(C:1)",
    )  # fmt: skip
    with pytest.raises(NotSparkError):
        parse_threads(b"Thread dumps not available through the history server.")
