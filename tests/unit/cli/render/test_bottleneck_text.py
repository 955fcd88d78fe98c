"""What bound an application, as `pitui jobs APP` prints it."""

from pitui.cli.render.bottleneck_text import bound_lines
from pitui.cli.render.jobs_text import inside_json
from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.bottleneck.explanation import (
    Bound,
    Explanation,
    StageBound,
    Suspect,
    SuspectKind,
    WhatIf,
)

VERDICT = Bound("cpu", 0.7, "Bound by CPU: 70%.", {"cpu": 0.7, "gc": 0.296, "disk": 0.004})
FOUND = Explanation(
    VERDICT,
    WhatIf(41.0, {"gc": 50.0}, 58.0, "pi3", ("One more node like pi3 would make it 41 s.",)),
    (
        Suspect(SuspectKind.SKEW, 3, "Task 4 took long.", 12.0),
        Suspect(SuspectKind.STRAGGLERS, None, "Tasks take 2.0 times as long on pi2.", 3.25),
    ),
    (StageBound(3, 1, 30.0, VERDICT), StageBound(4, 0, 2.5, VERDICT)),
    "its event log is very long",
)


def test_the_sentence_comes_first_and_small_parts_are_left_out() -> None:
    lines = list(bound_lines(FOUND))
    assert lines[:2] == ["Bound by CPU: 70%.", "Note: its event log is very long."]
    text = "\n".join(lines)
    assert "cpu   70%    ████████████████████████████" in text
    assert "disk" not in text
    assert "One more node like pi3 would make it 41 s." in text
    assert "3.1    30 s   Bound by CPU: 70%." in text


def test_suspects_have_their_stage_and_what_they_cost() -> None:
    text = "\n".join(bound_lines(FOUND))
    assert "skew        3      <= 12 s   Task 4 took long." in text
    assert "stragglers  -      <= 3.2 s  Tasks take 2.0 times as long on pi2." in text


def test_what_is_not_known_is_null_in_json() -> None:
    result = DetailResult(AppLocation("a"), AppDetail(DetailOrigin.DRIVER))
    unknown = inside_json("a", None, result)
    assert (unknown["bound"], unknown["what_if"], unknown["suspects"]) == (None, None, [])
    known = inside_json("a", None, result, FOUND)
    assert known["bound"]["by"] == "cpu"
    assert known["what_if"]["one_more_node_seconds"] == 41.0
    assert [suspect["kind"] for suspect in known["suspects"]] == ["skew", "stragglers"]
