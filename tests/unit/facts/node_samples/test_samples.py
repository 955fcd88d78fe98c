"""The recorder as it runs here, and its lines as samples."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pitui.facts.node_samples import recorder
from pitui.facts.node_samples.reader import SampleReader, record_command

HEAD = {
    "cores": 4,
    "ticks": 100,
    "page": 4096,
    "boot": "b",
    "links": ["eth0 device type=1 flags=0x1003 ifindex=2 iflink=2", "lo type=772"],
    "speeds": {"eth0": 1000, "lo": None},
}
FIRST = {
    "t": 100.0, "cpu": [100, 0, 50, 800, 50, 0, 0, 0], "swap": [10, 0],
    "mem": {"MemTotal": 1000, "MemAvailable": 500, "SwapTotal": 100, "SwapFree": 90},
    "disk": {"mmcblk0": [1000, 2000, 500], "sda": [0, 0, 0]},
    "net": {"eth0": [1000, 2000], "lo": [9, 9]}, "python": 100, "free": {"/": [1, 4096, None]},
    "throttled": "throttled=0x50000", "runnable": 3, "temp": 61234, "freq": 600000, "max": 1500000,
}  # fmt: skip
SECOND = {
    **FIRST, "t": 102.0, "cpu": [300, 0, 100, 1500, 100, 0, 0, 0], "swap": [20, 4],
    "disk": {"mmcblk0": [3000, 2000, 1500], "sda": [0, 4000, 200]},
    "net": {"eth0": [3000, 2500], "lo": [99, 99]}, "python": 300, "throttled": "50005",
}  # fmt: skip


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_counters_become_rates():
    (found,) = SampleReader().feed(lines(HEAD, FIRST, SECOND), 1000.0)
    sample = found.sample
    assert (sample.seconds, sample.cores, sample.runnable) == (2.0, 4, 3)
    assert (sample.cpu, sample.user, sample.system, sample.iowait) == (0.25, 0.2, 0.05, 0.05)
    assert sample.python_cores == 1.0
    assert sample.disk_busy == 0.5
    assert sample.disk_read == 1000 * 512
    assert sample.disk_write == 2000 * 512
    assert (sample.received, sample.sent, sample.link) == (1000, 250, 125e6)
    assert (sample.swap_in, sample.swap_out) == (5 * 4096, 2 * 4096)
    assert (sample.memory_available, sample.memory_total) == (512_000, 1_024_000)
    assert (sample.frequency, sample.frequency_max) == (6e8, 1.5e9)
    assert sample.temperature == 61.234
    assert sample.throttled is True
    assert found.under_voltage
    assert found.rooms["/"].free_bytes == 4096


def test_counters_that_are_cut_short_are_left_out() -> None:
    short = {**SECOND, "disk": {"mmcblk0": [3000], "sda": []}, "net": {"eth0": [1]}, "swap": [1]}
    for first, second in ((FIRST, short), (short, {**FIRST, "t": 104.0})):
        (found,) = SampleReader().feed(lines({**HEAD, "ticks": 0}, first, second), 1000.0)
        sample = found.sample
        assert (sample.disk_busy, sample.received, sample.swap_out) == (None, None, None)
        assert sample.memory_total == 1_024_000


def test_trouble_since_boot_is_none_now():
    calm = {**SECOND, "throttled": "throttled=0x50000"}
    (found,) = SampleReader().feed(lines(HEAD, FIRST, calm), 1000.0)
    assert found.sample.throttled is False
    assert not found.under_voltage


def test_a_node_that_says_little():
    poor = {**FIRST, "cpu": [], "mem": {}, "disk": {}, "net": {}, "free": {}, "throttled": "",
            "temp": None, "freq": None, "max": None, "runnable": None}  # fmt: skip
    (found,) = SampleReader().feed(lines(HEAD, poor, {**poor, "t": 101.0}), 1000.0)
    for name in ("cpu", "disk_busy", "received", "throttled", "temperature", "memory_available"):
        assert getattr(found.sample, name) is None


def test_times_are_by_our_clock_whatever_the_nodes_says():
    reader = SampleReader()
    reader.feed(lines(HEAD, FIRST), 5000.3)  # 0.3 s on its way
    (late,) = reader.feed(lines(SECOND), 5003.0)
    assert late.sample.at == pytest.approx(5002.3)


@pytest.mark.parametrize("cut", range(0, 900, 37))
def test_blocks_of_any_size(cut):
    reader, text = SampleReader(), lines(HEAD, FIRST, SECOND)
    assert len(reader.feed(text[:cut], 1000.0) + reader.feed(text[cut:], 1000.0)) == 1


@pytest.mark.parametrize("text", [b"Welcome to pi1!\n", b"{}\n", lines(HEAD) + b"[1]\n"])
def test_what_is_no_recorder(text):
    with pytest.raises(ValueError, match="samples cannot be read"):
        SampleReader().feed(text, 0.0)


def test_a_line_without_end():
    with pytest.raises(ValueError, match="a line has no end"):
        SampleReader().feed(b"x" * (5 * 1024 * 1024), 0.0)


def test_a_clock_that_goes_back_gives_no_sample():
    reader = SampleReader()
    back = {**SECOND, "t": 50.0}
    assert reader.feed(lines(HEAD, FIRST, back), 1000.0) == []
    assert len(reader.feed(lines({**SECOND, "t": 51.0}), 1001.0)) == 1


def test_this_machine_says_the_truth(tmp_path):
    folder = tmp_path / "a b'c"
    process = subprocess.Popen(
        ["sh", "-c", record_command([str(folder / "not there yet"), "~"])], stdout=subprocess.PIPE
    )
    reader, readings = SampleReader(), []
    try:
        assert process.stdout is not None
        while len(readings) < 2:
            readings += reader.feed(process.stdout.readline(), time.time())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
    sample = readings[-1].sample
    assert sample.cores == len(os.sched_getaffinity(0))
    assert 0.0 <= sample.cpu <= 1.0
    assert sample.memory_total == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert abs(sample.at - time.time()) < 5
    assert 0.5 < sample.seconds < 10
    free = os.statvfs(tmp_path)
    room = readings[-1].rooms[str(folder / "not there yet")]
    assert room.device == tmp_path.stat().st_dev
    assert abs(room.free_bytes - free.f_bavail * free.f_frsize) < 2**30
    assert set(readings[-1].rooms) == {str(folder / "not there yet"), str(Path.home())}


def test_cpu_of_python_workers_is_counted_when_they_have_ended_too(tmp_path):
    """A daemon as PySpark's: its command line, and a worker that it forks and waits for."""
    package = tmp_path / "pyspark"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "daemon.py").write_text(
        "import os, sys, time\n"
        "def burn():\n"
        "    while time.process_time() < 0.4: pass\n"
        "if (pid := os.fork()) == 0:\n"
        "    burn(); os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print('worker ended', flush=True)\n"
        "sys.stdin.read()\n"
    )
    workers = recorder.PythonWorkers()
    before = workers.ticks()
    with subprocess.Popen(
        [sys.executable, "-m", "pyspark.daemon"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as daemon:  # fmt: skip
        assert daemon.stdout.readline() == b"worker ended\n"
        used = (workers.ticks() - before) / os.sysconf("SC_CLK_TCK")
        daemon.stdin.close()
    assert used >= 0.35
