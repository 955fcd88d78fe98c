"""The threads of an executor's JVM (`/executors/ID/threads` of the driver's API) as text."""

import msgspec

from pitui.domain.text.number_words import unreadable_words
from pitui.spark.json_reader import decode


class _Stack(msgspec.Struct, frozen=True):
    elems: list[str] = []


class _Thread(msgspec.Struct, rename="camel"):
    thread_id: int
    thread_name: str = ""
    thread_state: str = ""
    stack_trace: _Stack | str = _Stack()  # one text before Spark 3.0
    blocked_by_thread_id: int | None = None
    blocked_by_lock: str = ""
    holding_locks: list[str] = []


def parse_threads(body: bytes) -> tuple[str, ...]:
    """Return a thread dump as lines, task threads and blocked ones first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    threads, lost = decode(body, list[_Thread], "a thread dump")
    lines = [_state_counts(threads), *([unreadable_words(lost, "thread")] if lost else []), ""]
    for thread in sorted(threads, key=_thread_order):
        lines += [*_thread_lines(thread), ""]
    return tuple(lines)


def _state_counts(threads: list[_Thread]) -> str:
    states: dict[str, int] = {}
    for thread in threads:
        states[thread.thread_state] = states.get(thread.thread_state, 0) + 1
    by_state = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"{len(threads)} threads: {by_state}"


def _thread_order(thread: _Thread) -> tuple[bool, bool, str]:
    task = thread.thread_name.startswith("Executor task launch worker")
    return not task, thread.thread_state != "BLOCKED", thread.thread_name


def _thread_lines(thread: _Thread) -> list[str]:
    lines = [f'"{thread.thread_name}" #{thread.thread_id} {thread.thread_state}']
    if thread.blocked_by_thread_id is not None:
        lines.append(
            f"    waits for {thread.blocked_by_lock}, held by thread #{thread.blocked_by_thread_id}"
        )
    lines += [f"    holds {lock}" for lock in thread.holding_locks]
    stack = thread.stack_trace
    for entry in stack.split("\n") if isinstance(stack, str) else stack.elems:
        # An entry may carry the locks that were taken there, on lines of their own.
        first, *locks = entry.strip().split("\n")
        lines += [f"    at {first}"] if first else []
        lines += [f"      {lock.strip()}" for lock in locks]
    return lines
