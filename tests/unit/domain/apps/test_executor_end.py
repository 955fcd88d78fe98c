"""How executors end, in the words of real drivers."""

import pytest

from pitui.domain.apps.executor_end import EndKind, end_of


@pytest.mark.parametrize(
    ("reason", "kind", "code", "meaning"),
    [
        ("Command exited with code 137", EndKind.LOST, 137, "SIGKILL"),
        ("Executor decommission: worker decommissioned", EndKind.DECOMMISSIONED, None, ""),
        ("Executor killed by driver.", EndKind.RELEASED, None, ""),
        ("Command exited with code 0", EndKind.RELEASED, 0, ""),
        ("Command exited with code 52", EndKind.LOST, 52, "out of memory"),
        ("Command exited with code 55", EndKind.LOST, 55, "could not make a folder"),
        ("Command exited with code 1", EndKind.LOST, 1, ""),
        ("Command exited with code 139", EndKind.LOST, 139, "signal 11"),
        ("worker lost: Not receiving heartbeat for 60 seconds", EndKind.LOST, None, ""),
        ("", EndKind.LOST, None, ""),
    ],
)
def test_kind_code_and_meaning(reason: str, kind: EndKind, code: int | None, meaning: str) -> None:
    end = end_of(reason)
    assert (end.kind, end.code) == (kind, code)
    assert meaning in end.meaning
    assert bool(end.meaning) is bool(meaning)
