from pitui.bench.capacity_check import (
    LEAST_MIB,
    NodeNeed,
    driver_need,
    executor_need,
    fitting_size_mib,
    misfits,
)
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.facts.node_samples.reader import Reading, Room

MIB = 1024 * 1024


def reading(available: int, free: int = 10_000, boot: str = "", device: int = 1) -> Reading:
    return Reading(
        NodeSample(1.0, 1.0, cores=4, memory_available=available * MIB),
        boot_id=boot,
        rooms={"/scratch": Room(device, free * MIB, None), "/data": Room(1, free * MIB, None)},
    )


def need(node: str, memory: int = 0, **disk: int) -> NodeNeed:
    return NodeNeed(node, memory, f"what takes {memory} MiB", {f"/{k}": v for k, v in disk.items()})


def test_executors_and_drivers_in_words():
    assert executor_need(470, 4, python=False) == (470, "an executor of 470 MiB")
    assert executor_need(470, 4, python=True) == (
        735, "an executor of 470 MiB and 4 Python workers of 265 MiB in all",
    )  # fmt: skip
    assert driver_need()[0] == 400


def test_what_fits():
    assert misfits([need("pi1", 500, scratch=1000)], {"pi1": reading(500)}) == []
    assert misfits([need("away", 500)], {}) == []


def test_too_little_memory():
    assert misfits([need("pi1", 735)], {"pi1": reading(610)}) == [
        "pi1: memory: what takes 735 MiB need 735 MiB; 610 MiB are available"
    ]


def test_too_little_disk_where_folders_share_a_disk():
    (found,) = misfits([need("pi1", scratch=600, data=300)], {"pi1": reading(9999, 1000)})
    assert found == (
        "pi1: disk: 900 MiB are needed below /scratch and /data, and 256 MiB have to stay free;"
        " 1000 MiB are free"
    )
    apart = {"pi1": reading(9999, 1000, device=2)}
    assert misfits([need("pi1", scratch=600, data=300)], apart) == []


def test_nodes_that_are_one_machine_are_added_up():
    readings = {name: reading(1000, boot="same") for name in ("a", "b")}
    needs = [need("a", 600), need("b", 600)]
    assert misfits(needs, readings)[0].startswith("a, b: memory: what takes 600 MiB and what")
    assert misfits(needs, {"a": reading(1000, boot="x"), "b": reading(1000, boot="y")}) == []


def test_a_size_that_nobody_chose():
    roomy = {"a": reading(1000, 100_000), "b": reading(1000, 100_000)}
    assert fitting_size_mib(32, 12, 1.5, roomy) == 384
    small = {**roomy, "c": reading(1000, 256 + 600)}
    assert fitting_size_mib(32, 12, 1.5, small) == 100
    full = {"a": reading(1000, 10)}
    assert fitting_size_mib(32, 12, 1.5, full) == LEAST_MIB
    assert fitting_size_mib(32, 12, 0.0, full) == 384
