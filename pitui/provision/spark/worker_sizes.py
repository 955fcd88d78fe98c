"""What a node's worker offers, with the arithmetic in words; sizes in MiB."""

from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.errors import NodeError
from pitui.domain.sizing import (
    DAEMON_MIB,
    PYTHON_MIB,
    SYSTEM_MIB,
    fitting_worker_memory_mib,
    least_executor_mib,
)
from pitui.facts.node_basics import Machine


@dataclass(frozen=True, slots=True)
class Sizes:
    """Cores and memory that a worker offers to Spark, in MiB."""

    cores: int
    memory_mib: int
    because: str
    """The arithmetic."""
    warning: str = ""


def sizes_of(node: Node, machine: Machine) -> Sizes:
    """Return what a node's worker is to offer.

    Raises:
        NodeError: no worker can run there.
    """
    _check_machine(node.name, machine)
    cores = node.worker_cores or machine.cores
    total = machine.memory_mib - DAEMON_MIB * node.is_master
    memory = node.worker_memory_mib or fitting_worker_memory_mib(total)
    least = least_executor_mib(machine.memory_mib, machine.cores)
    if memory < least and node.worker_memory_mib:
        message = (
            f"a worker of {memory} MiB cannot run an executor here: the smallest takes {least}"
        )
        raise NodeError(node.name, message, f"Set its worker.memory to {least}m or more.")
    if memory < least:
        message = (
            f"{machine.memory_mib} MiB is too little for a worker: the system takes "
            f"{SYSTEM_MIB}, its daemon {DAEMON_MIB}, and the smallest executor {least}"
        )
        raise NodeError(node.name, message, "Set `worker: false` for it.")
    return Sizes(cores, memory, _because(node, machine, memory), _warning(machine))


def _check_machine(name: str, machine: Machine) -> None:
    if machine.arch.startswith("armv6"):
        message = f"{machine.board or 'this board'} is ARMv6, for which there is no usable Java"
        raise NodeError(
            name, message, "Remove it from the configuration: a Pi 2 or newer is needed."
        )


def _because(node: Node, machine: Machine, memory: int) -> str:
    if node.worker_memory_mib:
        return f"{memory} MiB as configured, of {machine.memory_mib}"
    master = f" - {DAEMON_MIB} master" if node.is_master else ""
    return (
        f"{machine.memory_mib} MiB{master} - {SYSTEM_MIB} system - {DAEMON_MIB} worker's daemon "
        f"- {PYTHON_MIB} Python, nine tenths of the rest: {memory}"
        if memory > 470
        else f"{machine.memory_mib} MiB{master}: the smallest executor that starts, {memory}"
    )


def _warning(machine: Machine) -> str:
    return "; a 32-bit system: several of Spark's native libraries are missing" * (
        machine.bits == 32
    )
