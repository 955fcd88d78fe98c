"""Which tasks ended because there was no memory for them, by what Spark says of their end."""

import re

from pitui.domain.apps.executor_end import end_of
from pitui.domain.apps.jobs import Task
from pitui.domain.apps.work_counts import WorkState

_ENDED = (WorkState.FAILED, WorkState.KILLED)
_ERRORS = re.compile(
    r"\bOutOfMemoryError\b|\bUNABLE_TO_ACQUIRE_MEMORY\b|Unable to acquire \d+ bytes of memory"
    r"|^MemoryError\b|GC overhead limit exceeded",
    re.MULTILINE,
)
"""Of the JVM, of Spark's memory manager, of Python."""

_CODES = (52, 137)
"""Of an executor's process: it was out of memory, or the kernel killed it, as it does then."""


def ended_for_memory(task: Task) -> bool:
    """Say whether a task, or the executor that it was on, ended for lack of memory."""
    if task.state not in _ENDED or not task.error:
        return False
    return bool(_ERRORS.search(task.error)) or end_of(task.error).code in _CODES
