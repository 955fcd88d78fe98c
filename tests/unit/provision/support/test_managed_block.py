"""A block in somebody else's file, whatever happened to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pitui.provision.support.managed_block import Markers, block_lines, with_block, without_block

OURS = ["10.0.0.1 pi1", "10.0.0.2 pi2"]
MARKERS = Markers.of("hosts")
PERSON = "127.0.0.1 localhost\n# mine\n192.168.1.9 printer\n"


def test_a_new_block_goes_to_the_end_and_the_second_time_changes_nothing() -> None:
    once = with_block(PERSON, "hosts", OURS)
    assert once.startswith(PERSON)
    assert block_lines(once, "hosts") == OURS
    assert with_block(once, "hosts", OURS) == once


def test_it_stays_where_it_is() -> None:
    text = with_block("a\n", "hosts", OURS) + "b\n"
    changed = with_block(text, "hosts", ["10.0.0.3 pi3"])
    assert changed.splitlines()[0] == "a"
    assert changed.splitlines()[-1] == "b"
    assert block_lines(changed, "hosts") == ["10.0.0.3 pi3"]


def test_without_it_the_file_is_as_before() -> None:
    assert without_block(with_block(PERSON, "hosts", OURS), "hosts") == PERSON


def test_a_file_without_a_last_newline_and_one_of_windows() -> None:
    assert with_block("a", "hosts", ["x"]).splitlines()[0] == "a"
    assert "\r\n" in with_block("a\r\nb\r\n", "hosts", ["x"])
    assert with_block("", "hosts", []) == ""


@pytest.mark.parametrize(
    "damaged",
    [
        f"a\n{MARKERS.begin}\n10.0.0.1 pi1\nmine\nb\n",
        f"a\n10.0.0.1 pi1\n{MARKERS.end}\nmine\nb\n",
        f"a\n{MARKERS.begin}\n{MARKERS.begin}\n10.0.0.1 pi1\n{MARKERS.end}\nmine\nb\n",
        f"a\n{MARKERS.begin}\nold\n{MARKERS.end}\nmine\n{MARKERS.begin}\nold\n{MARKERS.end}\nb\n",
        f"a\nmine\n{MARKERS.end}\n{MARKERS.begin}\nb\n",
    ],
    ids=["no end", "no begin", "two begins", "two blocks", "wrong order"],
)
def test_damage_is_repaired_and_a_persons_lines_stay(damaged: str) -> None:
    repaired = with_block(damaged, "hosts", OURS)
    assert block_lines(repaired, "hosts") == OURS
    assert repaired.count(MARKERS.begin) == repaired.count(MARKERS.end) == 1
    outside = without_block(repaired, "hosts").splitlines()
    assert outside == ["a", "mine", "b"]


@given(
    st.lists(st.sampled_from([MARKERS.begin, MARKERS.end, "mine", "also mine", *OURS]), max_size=12)
)
def test_no_line_of_a_persons_is_lost_outside_whole_blocks_and_it_settles(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    once = with_block(text, "hosts", OURS)
    assert with_block(once, "hosts", OURS) == once
    assert block_lines(once, "hosts") == OURS
    if MARKERS.begin not in lines:
        mine = [line for line in lines if "mine" in line]
        assert [line for line in once.splitlines() if "mine" in line] == mine
