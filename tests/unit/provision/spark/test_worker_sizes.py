"""What a worker is to offer on a board, with the reasons in words."""

from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.config.model import Node
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import NodeError
from pitui.facts.node_basics import Machine
from pitui.provision.spark.worker_sizes import sizes_of


def node(tmp_path: Path, worker: str = "{}", *, master: bool = False) -> Node:
    path = tmp_path / "config.yaml"
    path.write_text(
        f"cluster: {{master: {'pi1' if master else 'other'}}}\nspark: {{worker: {worker}}}\n"
        "nodes: {pi1: {host: 10.0.0.1, worker: true}, other: {host: 10.0.0.2}}\n"
    )
    return resolve_nodes(load_config(path))["pi1"]


def board(memory: int, arch: str = "aarch64", bits: int = 64) -> Machine:
    return Machine(arch=arch, bits=bits, memory_mib=memory, cores=4)


@pytest.mark.parametrize(
    ("memory", "offered"), [(906, 470), (1846, 1024), (3791, 2816), (7820, 6400)]
)
def test_boards_of_1_2_4_and_8_gb(tmp_path: Path, memory: int, offered: int) -> None:
    sizes = sizes_of(node(tmp_path), board(memory))
    assert (sizes.cores, sizes.memory_mib, sizes.warning) == (4, offered, "")
    assert f"{memory} MiB" in sizes.because
    assert str(offered) in sizes.because


def test_the_masters_own_daemon_comes_off(tmp_path: Path) -> None:
    sizes = sizes_of(node(tmp_path, master=True), board(3791))
    assert sizes.memory_mib < 2816
    assert "240 master" in sizes.because


def test_what_the_config_says_counts(tmp_path: Path) -> None:
    sizes = sizes_of(node(tmp_path, "{cores: 2, memory: 768m}"), board(3791))
    assert (sizes.cores, sizes.memory_mib) == (2, 768)
    assert sizes.because == "768 MiB as configured, of 3791"


def test_too_small_and_too_old_boards_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match="430 MiB is too little for a worker"):
        sizes_of(node(tmp_path), board(430))
    with pytest.raises(NodeError, match="ARMv6, for which there is no usable Java"):
        sizes_of(node(tmp_path), board(906, "armv6l", 32))


def test_a_32_bit_system_is_warned_about(tmp_path: Path) -> None:
    sizes = sizes_of(node(tmp_path), board(906, "armv7l", 32))
    assert "32-bit system" in sizes.warning


def test_what_is_configured_has_to_run_an_executor_on_that_board(tmp_path):
    few = node(tmp_path, "{memory: 455m}")
    assert sizes_of(few, board(3791)).memory_mib == 455
    with pytest.raises(
        NodeError, match=r"455 MiB cannot run an executor here: the smallest takes 466"
    ):
        sizes_of(few, board(906))
