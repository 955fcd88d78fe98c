"""Says once a second on standard output what this machine has counted: one JSON object a line.

It runs on a node by itself (`python3 -ISc TEXT FOLDER...`), with Python 3.7 or newer and nothing
else. The first line tells the interfaces, the second and all others counters since boot. A shell
reads long files byte by byte and forks for each second's sleep; this keeps the files open.
The folders are those whose free space is told.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time

_DISK = re.compile(r"(mmcblk\d+|nvme\d+n\d+|[svh]d[a-z]+|xvd[a-z]+)$")
_MEMORY = ("MemTotal:", "MemAvailable:", "SwapTotal:", "SwapFree:")
_PYSPARK = re.compile("\0-m\0pyspark[.](daemon|worker)\\b")
_LOOKS = 3
"""Looks at a new process: between fork and exec it still has its parent's command line."""
_THROTTLED_EVERY = 5
_FIRMWARE = (
    "/sys/devices/platform/soc/soc:firmware/get_throttled",
    "/sys/devices/platform/soc@0/soc@0:firmware/get_throttled",
)


def text_of(path: str) -> str:
    """Return what a small file says, or nothing."""
    try:
        with open(path, "rb") as file:
            return file.read(4096).decode(errors="replace").strip()
    except (OSError, ValueError):
        return ""


def number_of(path: str) -> int | None:
    """Return the number that a small file says, or None."""
    text = text_of(path)
    return int(text) if re.match(r"-?\d+$", text) else None


class Counters:
    """Files of /proc that stay open."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}

    def read(self, path: str) -> str:
        """Return the whole file as text, or nothing where there is no such file."""
        try:
            if path not in self._files:
                self._files[path] = os.open(path, os.O_RDONLY)
            blocks: list[bytes] = []
            offset = 0
            while True:
                block = os.pread(self._files[path], 65536, offset)
                if not block:
                    return b"".join(blocks).decode(errors="replace")
                blocks.append(block)
                offset += len(block)
        except OSError:
            return ""


class PythonWorkers:
    """The CPU ticks of PySpark's workers: a daemon an executor, and what it forks."""

    def __init__(self) -> None:
        self._ours: dict[str, int] = {}
        self._looks: dict[str, int] = {}
        self._total = 0

    def ticks(self) -> int:
        """Return the ticks that all of them used since the first call."""
        there = {name for name in os.listdir("/proc") if name.isdigit()}
        for known in (self._ours, self._looks):
            for gone in [pid for pid in known if pid not in there]:
                del known[gone]
        for pid in there:
            if pid not in self._ours and self._looks.get(pid, 0) < _LOOKS:
                self._looks[pid] = self._looks.get(pid, 0) + 1
                if _PYSPARK.search(text_of(f"/proc/{pid}/cmdline")):
                    self._ours[pid] = 0
        for pid, before in self._ours.items():
            now = self._used(pid)
            self._total += max(0, now - before)
            self._ours[pid] = max(now, before)
        return self._total

    @staticmethod
    def _used(pid: str) -> int:
        fields = text_of(f"/proc/{pid}/stat").rpartition(")")[2].split()
        # Own time, and that of workers that have ended and were waited for.
        return sum(int(ticks) for ticks in fields[11:15]) if len(fields) > 14 else 0


class Sensors:
    """Temperature, frequency and the firmware's complaints, where the machine has them."""

    def __init__(self) -> None:
        self._thermal = self._find_thermal()
        self._frequency = "/sys/devices/system/cpu/cpu0/cpufreq/"
        self._firmware = next((path for path in _FIRMWARE if os.path.exists(path)), None)
        self._program = self._firmware is None
        self._throttled = ""
        self._turn = 0

    @staticmethod
    def _find_thermal() -> str | None:
        found = None
        for number in range(16):
            zone = f"/sys/class/thermal/thermal_zone{number}/"
            if any(word in text_of(zone + "type") for word in ("cpu", "soc", "x86_pkg")):
                return zone + "temp"
            if found is None and os.path.exists(zone + "temp"):
                found = zone + "temp"
        return found

    def read(self) -> dict[str, object]:
        """Return what there is."""
        return {
            "temp": self._thermal and number_of(self._thermal),
            "freq": number_of(self._frequency + "scaling_cur_freq"),
            "max": number_of(self._frequency + "cpuinfo_max_freq"),
            "throttled": self._complaints(),
        }

    def _complaints(self) -> str:
        if self._firmware:
            return text_of(self._firmware)
        if self._program and self._turn % _THROTTLED_EVERY == 0:
            try:
                said = subprocess.run(
                    ["vcgencmd", "get_throttled"],
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    timeout=2,
                )
                self._throttled = said.stdout.decode(errors="replace").strip()
            except (OSError, subprocess.SubprocessError):
                self._program = False
        self._turn += 1
        return self._throttled


def links() -> list[str]:
    """Return what sysfs says of each interface, as `pitui.facts.health.interfaces` reads it."""
    lines = []
    for name in sorted(os.listdir("/sys/class/net")) if os.path.isdir("/sys/class/net") else []:
        folder = f"/sys/class/net/{name}/"
        if not os.path.isdir(folder):
            continue
        parts = ("device", "master", "bridge", "bonding", "tun_flags")
        words = [part for part in parts if os.path.exists(folder + part)]
        words += ["lower" for entry in os.listdir(folder) if entry.startswith("lower_")][:1]
        numbers = ("type", "flags", "ifindex", "iflink")
        words += [f"{part}={text_of(folder + part)}" for part in numbers]
        kind = re.search(r"^DEVTYPE=(\S+)", text_of(folder + "uevent"), re.MULTILINE)
        words += [f"kind={kind[1]}"] if kind else []
        lines.append(" ".join([name, *words]))
    return lines


def disks(text: str) -> dict[str, list[int]]:
    """Return sectors read, sectors written and busy milliseconds by disk."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 12 and _DISK.match(words[2]):
            found[words[2]] = [int(words[5]), int(words[9]), int(words[12])]
    return found


def interfaces(text: str) -> dict[str, list[int]]:
    """Return bytes received and sent by interface."""
    found = {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        words = rest.split()
        if colon and len(words) > 8 and words[0].isdigit():
            found[name.strip()] = [int(words[0]), int(words[8])]
    return found


def free(folders: list[str]) -> dict[str, list[int | None]]:
    """Return [device, bytes free, inodes free or None] of each folder's file system."""
    found = {}
    for folder in folders:
        place = os.path.expanduser(folder)
        while not os.path.isdir(place) and place != "/":
            place = os.path.dirname(place)
        try:
            state = os.statvfs(place)
            # Some file systems (Btrfs) have no fixed number of inodes and say 0.
            inodes = state.f_favail if state.f_files else None
            found[folder] = [os.stat(place).st_dev, state.f_bavail * state.f_frsize, inodes]
        except OSError:
            continue
    return found


def sample(
    counters: Counters, workers: PythonWorkers, sensors: Sensors, folders: list[str]
) -> dict[str, object]:
    """Return one line's object."""
    memory = {}
    for line in counters.read("/proc/meminfo").splitlines():
        words = line.split()
        if words and words[0] in _MEMORY:
            memory[words[0][:-1]] = int(words[1])
    pages = dict(
        line.split() for line in counters.read("/proc/vmstat").splitlines() if line[:4] == "pswp"
    )
    load = counters.read("/proc/loadavg").split()
    return {
        **sensors.read(),
        "t": time.time(),
        "cpu": [int(word) for word in counters.read("/proc/stat").split("\n", 1)[0].split()[1:9]],
        "mem": memory,
        "swap": [int(pages.get("pswpin", 0)), int(pages.get("pswpout", 0))],
        "disk": disks(counters.read("/proc/diskstats")),
        "net": interfaces(counters.read("/proc/net/dev")),
        "runnable": int(load[3].partition("/")[0]) if len(load) > 3 else None,
        "python": workers.ticks(),
        "free": free(folders),
    }


def say(value: dict[str, object]) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Say it until nobody listens."""
    folders = sys.argv[1:]
    counters, workers, sensors = Counters(), PythonWorkers(), Sensors()
    speeds = {}
    for line in links():
        name = line.split()[0]
        speeds[name] = number_of(f"/sys/class/net/{name}/speed")
    head = {
        "cores": len(os.sched_getaffinity(0)),
        "ticks": os.sysconf("SC_CLK_TCK"),
        "page": os.sysconf("SC_PAGE_SIZE"),
        "boot": text_of("/proc/sys/kernel/random/boot_id"),
        "links": links(),
        "speeds": speeds,
    }
    say(head)
    due = time.monotonic()
    while True:
        say(sample(counters, workers, sensors, folders))
        due = max(due + 1.0, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
