"""One machine: boot, power, cable, commands."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import card, cgroups, image, mounts, network, recipe
from tests.lab.disk import Disk
from tests.lab.kinds import Kind
from tests.lab.meminfo import meminfo
from tests.lab.own_counters import FILES, OwnCounters
from tests.lab.shell import LabError, run

BOOT_LIMIT = 60.0
POWER_LIMIT = 10.0


@dataclass(eq=False)
class Machine:
    """A machine of a lab; `number` counts from 1."""

    folder: Path
    """The lab's folder."""
    index: int
    """The lab's subnet."""
    number: int
    kind: Kind = field(default_factory=Kind)

    @property
    def name(self) -> str:
        return f"pi{self.number}"

    @property
    def address(self) -> str:
        return network.address(self.index, self.number)

    @property
    def disk(self) -> Disk:
        return Disk(self.folder / "disks" / self.name)

    @property
    def running(self) -> bool:
        return bool(self._leaders())

    @property
    def plugged(self) -> bool:
        return network.plugged(self.index, self.number)

    @property
    def console(self) -> Path:
        """What the machine printed on its screen."""
        return self.folder / f"{self.name}.console"

    def fresh(self, kind: Kind | None = None, *, wait: bool = True) -> None:
        """Put in a fresh card, of another kind if given, and boot: a new machine there."""
        self.power_off()
        self.kind = kind or self.kind
        if self.kind.java:
            image.ready_with_java(self.kind.suite)
        else:
            image.ready([self.kind.suite], print)
        network.set_cable(self.index, self.number, plugged=True)
        network.set_rate(self.index, self.number, None)
        self.disk.format(self.kind.disk_mib)
        self.disk.insert(self._layers())
        public_key = (self.folder / "ssh" / "id_ed25519.pub").read_text()
        card.prepare(self.disk.root, self.kind, public_key, f"10.77.{self.index}.254")
        self.power_on(wait=wait)

    def power_on(self, *, wait: bool = True) -> None:
        """Boot, and wait until its SSH server answers.

        Raises:
            LabError: it does not boot; the text has the last lines of its console.
        """
        if self.running:
            return
        self._clear()
        self.disk.insert(self._layers())
        network.configure(self.index, self.number)
        groups = cgroups.make(self._group, self.kind.memory_mib)
        with self.console.open("wb") as console:
            subprocess.run(
                self._boot_command(groups),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                check=True,
                timeout=POWER_LIMIT,
            )
        if self.kind.memory_mib is not None:
            self._show_memory(self.kind.memory_mib)
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the SSH server answers.

        Raises:
            LabError: it does not.
        """
        self._wait(lambda: network.answers(self.address), "SSH to answer")

    def power_off(self) -> None:
        """Pull the power: every process ends at once, nothing is told to anybody."""
        for pid in self._leaders():
            # The kernel kills a machine whose first process is killed, all of it, at once.
            os.kill(pid, signal.SIGKILL)
        self._clear()

    def cable(self, *, plugged: bool) -> None:
        """Pull the network cable, or plug it in."""
        network.set_cable(self.index, self.number, plugged=plugged)

    def rate(self, rate: str | None) -> None:
        """Limit what it receives, such as `94mbit`; None lifts it."""
        network.set_rate(self.index, self.number, rate)

    def hold(self, *, cores: float | None = None, disk: int | None = None) -> None:
        """Give it a share of one core, and so many bytes a second of its disk; None lifts it."""
        cgroups.hold_processor(self._group, cores)
        cgroups.hold_disk(self._group, mounts.device(self.disk.upper), disk)

    def hold_memory(self, mib: int) -> None:
        """Take memory away from it, or give it back; it is told by its `own_counters`."""
        cgroups.hold_memory(self._group, mib)

    def own_counters(self) -> OwnCounters:
        """Show it counters of its own (`counting` keeps them up to date) and return them."""
        folder = self.disk.root / _COUNTERS
        folder.mkdir(parents=True, exist_ok=True)
        assert self.kind.memory_mib is not None
        device = mounts.device(self.disk.upper)
        found = OwnCounters(self._group, folder, device, self.kind.memory_mib)
        found.write(time.monotonic())
        self.root(f"for f in {' '.join(FILES)}; do mount --bind /{_COUNTERS}/$f /proc/$f; done")
        return found

    def root(self, script: str, *, check: bool = True, limit: float = 60.0) -> str:
        """Run a shell script as root on the machine, past SSH, and return its output.

        Raises:
            LabError: it failed, or the machine is off.
        """
        leaders = self._leaders()
        if not leaders:
            raise LabError(f"{self.name} is off")
        place = ("nsenter", "--target", str(leaders[0]), "--all")
        command = (*place, "/usr/bin/env", "-i", f"PATH={_PATH}", "HOME=/root", "/bin/sh", "-eu")
        return run(*command, stdin=script.encode(), check=check, limit=limit)

    def ssh_command(self, *command: str) -> list[str]:
        """Return the `ssh` command line that logs in as the machine's user."""
        folder = self.folder / "ssh"
        options = {
            "IdentityFile": folder / "id_ed25519",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": folder / "known_hosts",
            "StrictHostKeyChecking": "accept-new",
            "ConnectTimeout": "10",
        }
        return [
            "ssh", "-F", "none",
            *(f"-o{key}={value}" for key, value in options.items()),
            f"{recipe.USER}@{self.address}", *command,
        ]  # fmt: skip

    def keep(self, layer: str) -> None:
        """Switch it off and keep its card as a layer that other machines can start from."""
        self.root("sync")
        self.power_off()
        self.disk.keep(self._layer(layer))

    def _layers(self) -> list[Path]:
        kept = [self._layer(self.kind.layer)] if self.kind.layer else []
        java = [image.java_layer(self.kind.suite)] if self.kind.java else []
        return [*kept, *java, image.folder(self.kind.suite)]

    def _layer(self, name: str) -> Path:
        return self.folder / "layers" / name / self.name

    @property
    def _group(self) -> str:
        return network.namespace(self.index, self.number)

    def _leaders(self) -> list[int]:
        return network.leaders(self.index, self.number)

    def _boot_command(self, groups: list[Path]) -> list[str]:
        files = [str(group / "cgroup.procs") for group in groups]
        script = 'for file; do echo $$ >"$file"; done; exec setsid --fork ' + " ".join((
            f"nsenter --net=/run/netns/{network.namespace(self.index, self.number)}",
            # What /tmp is, is for the machine's own systemd to say.
            "env SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_TMPFS_TMP=0",
            "systemd-nspawn --quiet --boot --register=no --keep-unit",
            "--capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off --link-journal=no",
            f"--machine={self._group} --directory=\"$LAB_ROOT\"",
        ))  # fmt: skip
        return ["env", f"LAB_ROOT={self.disk.root}", "/bin/sh", "-eu", "-c", script, "boot", *files]

    def _clear(self) -> None:
        """End what is left of the machine, such as the program that booted it."""
        cgroups.end(self._group)

    def _show_memory(self, mib: int) -> None:
        self._wait(self._mounted, "systemd to start")
        script = "cat >/run/meminfo; mount --bind /run/meminfo /proc/meminfo"
        place = ("nsenter", "--target", str(self._leaders()[0]), "--mount", "--pid")
        run(*place, "/bin/sh", "-euc", script, stdin=meminfo(mib).encode())

    def _mounted(self) -> bool:
        return self.running and bool(self.root("ls -d /run/systemd/system", check=False))

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + BOOT_LIMIT
        while not condition():
            ended = not cgroups.processes(self._group)
            if ended or time.monotonic() > until:
                said = self.console.read_text(errors="replace")[-1000:]
                raise LabError(f"{self.name}: waited in vain for {what}; its console:\n{said}")
            time.sleep(0.05)


_COUNTERS = "var/lib/lab-counters"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
