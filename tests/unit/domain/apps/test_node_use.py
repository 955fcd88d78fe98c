import pytest

from pitui.domain.apps.node_use import NodeUse, node_use
from pitui.domain.bottleneck.node_sample import NodeSample

MIB = 1024 * 1024


def test_means_are_weighed_by_seconds():
    samples = [
        NodeSample(1.0, 1.0, cpu=1.0, disk_busy=0.5, disk_read=2.0 * MIB, disk_write=1.0 * MIB,
                   received=3.0 * MIB, sent=0.0, swap_in=1.0 * MIB, temperature=60.0),
        NodeSample(4.0, 3.0, cpu=0.0, disk_busy=0.5, disk_read=0.0, disk_write=1.0 * MIB,
                   received=0.0, sent=1.0 * MIB, swap_in=2.0 * MIB, temperature=71.5,
                   throttled=True),
    ]  # fmt: skip
    assert node_use(samples) == NodeUse(25.0, 50.0, 1.5, 1.5, 7.0, 71.5, throttled=True)


@pytest.mark.parametrize("samples", [[], [NodeSample(1.0, 1.0)], [NodeSample(1.0, 0.0, cpu=1.0)]])
def test_what_a_node_does_not_say_stays_unknown(samples):
    use = node_use(samples)
    assert use.cpu_percent is None
    assert use.temperature_max_c is None
    assert not use.throttled


def test_a_node_that_says_only_a_part():
    use = node_use([NodeSample(1.0, 1.0, disk_read=5.0), NodeSample(2.0, 1.0, cpu=0.5)])
    assert use.disk_mib_s is None
    assert use.cpu_percent == 50.0
