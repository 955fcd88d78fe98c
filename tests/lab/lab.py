"""A lab: some machines on one bridge."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab import image, locks, mounts, network, paths, state
from tests.lab.kinds import Kind
from tests.lab.machine import Machine
from tests.lab.shell import LabError, run

MOST = 20


class Lab:
    """Machines by name; `Lab.up` makes one, `Lab.find` is one that is up."""

    def __init__(self, name: str, known: state.State) -> None:
        self.name = name
        self.index = known.index
        numbered = enumerate(known.machines, start=1)
        made = [Machine(self.folder, known.index, number, kind) for number, kind in numbered]
        self.machines = {machine.name: machine for machine in made}

    @property
    def folder(self) -> Path:
        return state.folder(self.name)

    @property
    def identity(self) -> Path:
        """The private key that the machines let in."""
        return self.folder / "ssh" / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "ssh" / "known_hosts"

    @classmethod
    def find(cls, name: str) -> "Lab":
        """Return a lab that is up.

        Raises:
            LabError: it is not.
        """
        known = state.read(name)
        if known is None:
            raise LabError(f"no lab {name} is up: python -m tests.lab up 3 --name {name}")
        return cls(name, known)

    @classmethod
    def up(
        cls, name: str, kinds: Sequence[Kind], say: Callable[[str], None], *, boot: bool = True
    ) -> "Lab":
        """Make one machine of each kind; what an earlier lab of this name left is removed first.

        Without `boot` they are off and have no cards yet: `Machine.fresh` puts one in.

        Raises:
            LabError: it cannot be made; nothing is left then.
        """
        if not 1 <= len(kinds) <= MOST:
            raise LabError(f"a lab has 1 to {MOST} machines")
        image.ready([kind.suite for kind in kinds], say)
        down(name)
        with locks.locked(paths.labs() / "index.lock"):
            others = (state.read(other) for other in state.names())
            index = network.free_index({other.index for other in others if other})
            state.write(name, state.State(index, tuple(kinds)))
        lab = cls(name, state.State(index, tuple(kinds)))
        try:
            lab._make(say, boot=boot)
        except BaseException:
            down(name)
            raise
        return lab

    def machine(self, name: str) -> Machine:
        """Return a machine by name.

        Raises:
            LabError: there is none of that name.
        """
        if name not in self.machines:
            raise LabError(f"no machine {name}: {', '.join(self.machines)}")
        return self.machines[name]

    def fresh(self, *kinds: Kind) -> None:
        """Put fresh cards into all machines and boot them; their old host keys are forgotten."""
        wanted = kinds or tuple(machine.kind for machine in self.machines.values())
        self.known_hosts.unlink(missing_ok=True)
        for machine, kind in zip(self.machines.values(), wanted, strict=True):
            machine.fresh(kind, wait=False)
        for machine in self.machines.values():
            machine.wait_ready()
        self.remember()

    def uplink(self, rate: str | None) -> None:
        """Limit what this machine sends to all of them together; None lifts it."""
        network.set_rate(self.index, 0, rate)

    def sent(self) -> int:
        """Return the bytes that this machine has sent to its machines."""
        return network.sent_from_here(self.index)

    def remember(self) -> None:
        """Write down what the machines are like now, for whoever finds this lab later."""
        kinds = tuple(machine.kind for machine in self.machines.values())
        state.write(self.name, state.State(self.index, kinds))

    def _make(self, say: Callable[[str], None], *, boot: bool) -> None:
        self.identity.parent.mkdir(mode=0o700, parents=True)
        run(
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(self.identity)
        )
        network.add_bridge(self.index)
        for machine in self.machines.values():
            network.add_machine(self.index, machine.number)
            if boot:
                machine.fresh()
                say(f"{machine.name} is up at {machine.address}")


def down(name: str) -> bool:
    """Remove a lab and everything of it, however it ended; return whether there was one."""
    known = state.read(name)
    if known is not None:
        for machine in Lab(name, known).machines.values():
            machine.power_off()
        network.remove(known.index, range(1, len(known.machines) + 1))
    folder = state.folder(name)
    mounts.unmount_below(folder)
    if folder.exists():
        shutil.rmtree(folder)
    return known is not None
