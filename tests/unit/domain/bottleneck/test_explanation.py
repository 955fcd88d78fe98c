"""The JSON of the answers, as `jobs APP --json` and runs have it."""

from pitui.domain.bottleneck.explanation import (
    NOTHING,
    Bound,
    Explanation,
    Part,
    Suspect,
    SuspectKind,
    WhatIf,
)
from pitui.domain.bottleneck.node_sample import NodeSample


def test_an_explanation_has_the_keys_of_the_contract() -> None:
    explanation = Explanation(
        Bound(Part.CPU, 0.61234, "Bound by CPU.", {Part.CPU: 0.61234, Part.GC: 0.38766}),
        WhatIf(41.00049, {Part.GC: 50.0}, 58.0, "pi3", ("One more.",)),
        (Suspect(SuspectKind.SKEW, 3, "One task.", 2.00049),),
    )
    assert explanation.json() == {
        "bound": {
            "by": "cpu",
            "share": 0.6123,
            "text": "Bound by CPU.",
            "parts": {"cpu": 0.6123, "gc": 0.3877},
        },
        "what_if": {
            "one_more_node_seconds": 41.0,
            "without": {"gc": 50.0},
            "seconds": 58.0,
            "like": "pi3",
            "texts": ["One more."],
        },
        "suspects": [{"kind": "skew", "stage": 3, "text": "One task.", "saves_seconds": 2.0}],
    }


def test_what_is_not_known_is_null_and_not_zero() -> None:
    assert WhatIf().json()["one_more_node_seconds"] is None
    assert NOTHING.json()["by"] == "unknown"


def test_the_busier_direction_of_a_link_counts() -> None:
    sample = NodeSample(at=10.0, seconds=2.0, received=1e6, sent=9e6, link=12.5e6)
    assert sample.network_busy == 0.72
    assert sample.begins == 8.0
    assert NodeSample(at=1.0, seconds=1.0, received=1e6, sent=1e6).network_busy is None


def test_rounded_parts_add_up_to_one_as_well() -> None:
    parts = {Part.CPU: 0.59996, Part.GC: 0.20006, Part.DISK: 0.19998}
    found = Bound(Part.CPU, 0.59996, "", parts).json()
    assert found["parts"] == {"cpu": 0.5999, "gc": 0.2001, "disk": 0.2}
    assert found["share"] == 0.5999
    assert sum(found["parts"].values()) == 1
