from dataclasses import replace

import pytest

from pitui.bench.watchdog import LIMITS, Watchdog
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.facts.node_samples.reader import Reading, Room

MIB = 1024 * 1024
CALM = Reading(
    NodeSample(
        1.0, 1.0, memory_available=400 * MIB, memory_total=906 * MIB, swap_in=0.0, temperature=60.0
    ),
    swap_total=200 * MIB,
    swap_free=200 * MIB,
    rooms={"/var/tmp": Room(1, 4096 * MIB, 100_000)},
)


def reading(at: float = 1.0, /, *, sample: dict[str, object] | None = None, **more: object):
    changed = replace(CALM.sample, at=at, **(sample or {}))
    return replace(CALM, sample=changed, **more)


def test_a_calm_node_runs_on():
    dog = Watchdog("pi1")
    assert [dog.look(reading(float(second))) for second in range(100)] == [None] * 100


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (reading(sample={"memory_available": 45 * MIB}),
         "pi1: memory: 45 MiB of 906 MiB are available (limit 45 MiB)"),
        (reading(sample={"memory_available": 39 * MIB, "memory_total": 400 * MIB}),
         "limit 40 MiB"),
        (reading(sample={"memory_available": 300 * MIB, "memory_total": 8000 * MIB}),
         "300 MiB of 8000 MiB are available (limit 400 MiB)"),
        (reading(sample={"swap_in": 1.0}, swap_free=9 * MIB),
         "pi1: swap: 9 MiB of 200 MiB are free (limit 10 MiB)"),
        (reading(rooms={"/var/tmp": Room(1, 100 * MIB, None)}),
         "pi1: disk: 100 MiB are free below /var/tmp (limit 128 MiB)"),
        (reading(rooms={"/var/tmp": Room(1, 1000 * MIB, 3)}),
         "pi1: disk: 3 more files can be made below /var/tmp (limit 1000)"),
    ],
)  # fmt: skip
def test_what_stops_a_run_at_once(seen, words):
    assert words in (Watchdog("pi1").look(seen) or "nothing")


@pytest.mark.parametrize(
    "seen",
    [
        reading(sample={"memory_available": None}),
        reading(sample={"memory_total": None}),
        reading(swap_free=0),  # full, and nothing comes back from it
        reading(swap_total=0, swap_free=0, sample={"swap_in": 0.0}),
        reading(rooms={"/": Room(1, 1000 * MIB, None)}),
        reading(sample={"temperature": None}),
    ],
)
def test_what_a_node_does_not_say_stops_nothing(seen):
    assert Watchdog("pi1").look(seen) is None


LASTING = [
    ({"sample": {"swap_in": 9.0 * MIB}}, LIMITS.swap_seconds, "swap: 9 MiB/s come back"),
    ({"sample": {"temperature": 86.0}}, LIMITS.temperature_seconds, "temperature: 86 °C"),
    ({"under_voltage": True}, LIMITS.under_voltage_seconds, "throttling: under-voltage"),
]


@pytest.mark.parametrize(("change", "seconds", "words"), LASTING)
def test_what_has_to_last(change, seconds, words):
    dog = Watchdog("pi1")
    said = [dog.look(reading(float(at), **change)) for at in range(1, int(seconds) + 1)]
    assert said[:-1] == [None] * (int(seconds) - 1)
    assert words in (said[-1] or "nothing")


@pytest.mark.parametrize(("change", "seconds", "words"), LASTING)
def test_what_passes_again_stops_nothing(change, seconds, words):
    dog = Watchdog("pi1")
    for at in range(1, 200):
        seen = reading(float(at)) if at % int(seconds) == 0 else reading(float(at), **change)
        assert dog.look(seen) is None


def test_a_silent_node():
    dog = Watchdog("pi1")
    assert dog.silent(14.9) is None
    assert dog.silent(15.2) == "pi1: no answer for 15 s (limit 15 s)"
