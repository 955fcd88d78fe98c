"""A node's health from recorded answers; the recording is of a real master, worker and others."""

from pathlib import Path

import pytest

from pitui.domain.cluster import Launcher, Role
from pitui.facts.health.parser import throttled_words
from pitui.facts.health.reader import Health, HealthReader, cpu_percent, metrics

RECORDED = (Path(__file__).parents[3] / "captures" / "node" / "health.txt").read_bytes()

PI = b"""cpu  100 0 50 800 50 0 0 0 0 0
mem MemTotal: 930000
mem MemFree: 100000
mem MemAvailable: 430000
mem Buffers: 1
mem Cached: 2
load 1.25 0.50 0.10 2/130 4000
up 86400.17 300000.00
temp 61340
throttled 0x50005
clock 1795231638
disk /dev/mmcblk0p2  30000000 10240000 20480000 34% /
boot cb3740d3-b27b-482a-9b80-fa3d17c98892
cores 4
real /opt/spark-4.3.0
end
"""


def read(data: bytes) -> list[Health]:
    return HealthReader().feed(data)


def test_a_pi():
    (health,) = read(PI)
    assert metrics(None, health).cpu_percent == 15.0  # waiting for the card is idle
    assert health.memory_total_mib == 908
    assert health.memory_used_mib == 488
    assert health.load_1m == 1.25
    assert health.uptime_s == 86400
    assert health.temperature_c == 61.3
    assert health.throttled == "under-voltage, throttled"
    assert (health.disk_free_mib, health.disk_total_mib) == (20000, 29296)
    assert (health.cores, health.clock) == (4, 1795231638.0)
    assert health.spark_home == "/opt/spark-4.3.0"
    assert health.boot_id.startswith("cb3740d3")


def test_traffic_and_transfer_are_summed_over_what_is_real():
    counters = (
        b"net lo: 999 9 0 0 0 0 0 0 999 9\nnet eth0:1000 3 0 0 0 0 0 0 200 5 0\n"
        b"net wlan0: 10 3 0 0 0 0 0 0 20 5 0\nnet docker0: 7 0 0 0 0 0 0 0 7 0\n"
        b"io mmcblk0 5 0 40 0 6 0 8 0 0 0 0\nio sda 1 0 2 0 1 0 2 0\nio broken 1\n"
    )
    (health,) = read(PI.replace(b"end\n", counters + b"end\n"))
    assert health.traffic == (1010, 220)
    assert health.transfer == (42 * 512, 10 * 512)
    (without,) = read(PI)
    assert (without.traffic, without.transfer) == (None, None)
    assert metrics(None, health).power_trouble
    (well,) = read(PI.replace(b"0x50005", b"0x0"))
    assert (metrics(None, well).throttled, metrics(None, well).power_trouble) == ("no", "")


def test_what_is_said_once_is_remembered_and_cpu_is_a_difference():
    reader = HealthReader()
    (first,) = reader.feed(PI)
    (second,) = reader.feed(b"cpu  190 0 60 890 60 0 0 0 0 0\nmem MemTotal: 930000\nend\n")
    assert second.boot_id == first.boot_id
    assert second.disk_free_mib == first.disk_free_mib
    assert second.throttled == first.throttled
    assert second.temperature_c is None  # said in every answer where there is a sensor
    assert cpu_percent(first, second) == 50.0
    assert metrics(first, second).cpu_percent == 50.0


def test_cpu_after_a_reboot_is_the_mean_since_boot():
    assert cpu_percent(Health(cpu_ticks=(900, 1000)), Health(cpu_ticks=(10, 100))) == 10.0
    assert cpu_percent(None, Health()) == 0.0


def test_answers_come_in_any_pieces():
    whole = read(RECORDED)
    assert len(whole) == 2
    reader = HealthReader()
    pieces = [h for i in range(len(RECORDED)) for h in reader.feed(RECORDED[i : i + 1])]
    assert pieces == whole


def test_the_daemons_of_a_machine():
    first, second = read(RECORDED)
    assert first.processes == second.processes
    found = {(p.role, p.host) for p in first.processes}
    assert found == {
        *((Role.MASTER, host) for host in ("127.0.0.10", "127.0.0.61")),
        *((Role.WORKER, f"127.0.0.{number}") for number in (11, 12, 13, 62)),
    }  # and neither the driver (SparkSubmit) nor the executor that ran as well
    worker = next(p for p in first.processes if p.host == "127.0.0.62")
    assert worker.started == 300071
    assert worker.launcher is Launcher.DAEMON
    assert worker.unit is None
    assert worker.user == "root"
    assert worker.webui_port == 18081
    assert worker.option("--memory", "-m") == "600m"
    assert worker.homes == ("/opt/spark", "/srv/spark/conf")
    assert dict(worker.environment)["SPARK_PID_DIR"] == "/srv/spark/pid"
    assert worker.log == ("/srv/spark/log/spark-sp-org.apache.spark.deploy.worker.Worker-1-vm.out")


def test_a_process_that_ended_is_gone_and_one_with_its_pid_is_another():
    reader = HealthReader()
    reader.feed(RECORDED)
    stat = b"proc 4990 (java) S 1 " + b"0 " * 17 + b"999999 0\n"
    (now,) = reader.feed(stat + b"end\n")
    assert now.processes == ()  # its command line was never told


def test_an_exec_makes_another_program_of_a_process():
    words = b"java\t-cp\t/opt/spark/conf/:/opt/spark/jars/*\torg.apache.spark.deploy.worker.Worker"
    stat = b"proc 7 (%s) S 1 " + b"0 " * 17 + b"55 0\n"
    reader = HealthReader()
    script = stat % b"spark-class" + b"args 7 bash\t/opt/spark/bin/spark-class\n"
    (before,) = reader.feed(script + b"end\n")
    assert before.processes == ()
    (after,) = reader.feed(stat % b"java" + b"args 7 " + words + b"\t\nend\n")
    assert [p.pid for p in after.processes] == [7]


@pytest.mark.parametrize(
    ("group", "unit", "expected"),
    [
        ("0::/system.slice/spark-worker.service", "", "spark-worker.service"),
        ("1:name=systemd:/system.slice/spark-worker.service", "", "spark-worker.service"),
        ("0::/system.slice/ssh.service", "MainPID=1 ExecStart={ path=/usr/sbin/sshd }", None),
        ("0::/system.slice/cron.service", "", None),
        ("0::/system.slice/w.service", "MainPID=7 ExecStart={ path=/bin/w }", "w.service"),
        ("0::/system.slice/w.service", "MainPID=8 ExecStart={ path=/opt/spark/x }", "w.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope", "", None),
        ("0::/", "", None),
    ],
)
def test_the_unit_that_runs_a_daemon(group, unit, expected):
    lines = [
        "proc 7 (java) S 1 " + "0 " * 17 + "55 0",
        "args 7 java\torg.apache.spark.deploy.worker.Worker\tspark://nuc:7077",
        f"group 7 {group}",
        f"unit 7 {unit}",
        "end\n",
    ]
    ((process,),) = [health.processes for health in read("\n".join(lines).encode())]
    assert process.unit == expected
    assert process.launcher is (Launcher.SYSTEMD if expected else Launcher.DAEMON)


def test_a_unit_of_a_users_own_systemd():
    group = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/spark-worker.service"
    text = (
        "proc 7 (java) S 1 " + "0 " * 17 + "55 0\n"
        "args 7 java\torg.apache.spark.deploy.worker.Worker\n"
        f"group 7 {group}\nend\n"
    )
    (process,) = read(text.encode())[0].processes
    assert process.unit == "spark-worker.service"
    assert process.unit_of_user


def test_a_mac():
    # Written after the manual pages of ps, sysctl and vm_stat: no Mac was at hand.
    text = b"""busy  50.0 100.0   0.0
memory 17179869184
vm Mach Virtual Memory Statistics: (page size of 16384 bytes)
vm Pages free:                              100000.
vm Pages active:                            300000.
vm Pages inactive:                          200000.
vm Pages speculative:                        10000.
load  2.10 1.90 1.80
booted { sec = 1795000000, usec = 0 } Sat Nov 21 00:00:00 2026
clock 1795003600
disk /dev/disk3s1  488245288 100 200000000     1%    /System/Volumes/Data
boot 1B9D
cores 4
ps 512 sam      Sat Nov 21 03:28:06 2026     /opt/jdk/bin/java \
-cp /opt/spark/conf/:/opt/spark/jars/* -Xmx1g org.apache.spark.deploy.master.Master \
--host mini --port 7077 --webui-port 8080
ps 513 sam      Sat Nov 21 03:28:06 2026     vim org.apache.spark.deploy.master.Master
end
"""
    (health,) = read(text)
    assert metrics(None, health).cpu_percent == 37.5
    assert health.memory_total_mib == 16384
    assert health.memory_used_mib == 16384 - 310000 * 16384 // 1024**2 - 1
    assert health.uptime_s == 3600
    assert health.load_1m == 2.1
    assert health.disk_free_mib == 195312
    (process,) = health.processes
    assert (process.pid, process.role, process.user) == (512, Role.MASTER, "sam")
    assert process.homes == ("/opt/spark/conf", "/opt/spark")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "no"),
        ("0x0", "no"),
        ("throttled=0x50005", "under-voltage, throttled"),
        ("throttled=0x50000", "earlier under-voltage, throttled"),
        ("80008", "soft temperature limit"),
        ("0xD0008", "soft temperature limit; earlier under-voltage, throttled"),
        ("e0002", "frequency capped; earlier throttled, soft temperature limit"),
        ("VCHI initialization failed", None),
        ("", None),
    ],
)
def test_throttling_in_words(text, words):
    assert throttled_words(text) == words


def test_a_kernel_without_mem_available():
    text = b"mem MemTotal: 4096\nmem MemFree: 1024\nmem Buffers: 512\nmem Cached: 512\nend\n"
    assert read(text)[0].memory_used_mib == 2


def test_nonsense_does_no_harm():
    (health,) = read(
        b"cpu a b c d\nmem x\nload\nup now\ntemp hot\ndisk full\nproc 1 (x\nuser x y\n\xff\nend\n"
    )
    assert health == Health()
    with pytest.raises(ValueError, match="does not answer"):
        HealthReader().feed(b"y\n" * 3_000_000)
