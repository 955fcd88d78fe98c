"""Faults in mid-provisioning, and nodes without sudo: each fails alone, named, and is made good."""

import asyncio
import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path
from subprocess import Popen

import pytest

from pitui.config.load import load_config
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.provision.engine.provision_report import StepReport
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import provisioning
from tests.lab.conftest import KIND
from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.marked_secrets import MarkedSecrets
from tests.lab.pitui import at_terminal, finish, pitui, provision, start
from tests.lab.provisioned import is_open
from tests.lab.steps import LabCluster, Person, cards, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SPARK = (
    "access", "account", "spark", "conf", "secret", "sizing", "profile", "service",
)  # fmt: skip


@pytest.mark.long
async def test_a_cable_pulled_for_good_fails_that_node_only(lab: Lab) -> None:
    lab_cluster = cards(lab, KIND, KIND)
    lost = lab.machines["pi2"]
    lost.rate("94mbit")
    moved = asyncio.Event()

    def told(one: StepReport) -> None:
        if one.node == "pi2" and one.transfer and one.transfer.done > one.transfer.total // 5:
            moved.set()

    who = Person()
    async with open_cluster(load_config(lab_cluster.config()), who) as cluster:
        work = provisioning(cluster, who, told, only=("account", "spark"))
        async with TaskGroup() as group:
            running = group.create_task(work.run())
            async with asyncio.timeout(60):
                await moved.wait()
            lost.cable(plugged=False)
            begun = time.monotonic()
            reports = {report.node: report for report in await running}
    assert time.monotonic() - begun < 120
    assert states(reports)["pi1"] == "changed"
    assert str(reports["pi2"].state) == "unreachable"
    # 60 s, and the last try to reach it.
    said = str(reports["pi2"].error)
    assert re.match(r"spark: it was unreachable for 6\d s during a push", said), said
    lost.cable(plugged=True)
    lost.rate(None)
    again = await lab_cluster.provision("account", "spark")
    assert states(again) == {"pi1": "ok", "pi2": "changed"}


INSTALLING_JAVA = ("-v", "provision", "--trust-new", "--only", "account,hosts,java")


def read_until(process: Popen[str], words: str, seen: str = "") -> str:
    """Read what a command says of its progress until some words are among it; return all of it."""
    assert process.stderr is not None
    while words not in seen:
        seen += os.read(process.stderr.fileno(), 65536).decode()
    return seen


def test_an_interrupt_at_the_terminal_and_the_next_run(lab: Lab) -> None:
    lab_cluster = cards(lab, KIND, KIND)
    config = lab_cluster.config()
    process = start(config, *INSTALLING_JAVA)
    seen = read_until(process, "java: applying")
    os.kill(process.pid, signal.SIGINT)
    read_until(process, "Ctrl-C again", seen)
    os.kill(process.pid, signal.SIGINT)
    assert finish(process, 60).status == 130
    done = provision(config, "--only", "account,hosts,java")
    assert done.status == 0, done
    for name in lab_cluster.nodes:
        machine = lab.machines[name]
        machine.root("java -version 2>/dev/null")
        # Without the step hostname it keeps its name, which sudo and Java look up.
        assert machine.root("getent ahostsv4 $(hostname)").split()[0] == machine.address


@pytest.mark.long
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_at_once_and_the_next_run_goes_on(
    lab: Lab, number: signal.Signals, status: int
) -> None:
    lab_cluster = cards(lab, KIND, KIND)
    config = lab_cluster.config()
    process = start(config, *INSTALLING_JAVA)
    read_until(process, "java: applying")
    os.kill(process.pid, number)
    ended = finish(process, 60)
    assert ended.status == status, ended
    assert ended.stderr.splitlines()[-1].startswith("pitui: "), ended
    done = provision(config, "--only", "account,hosts,java")
    assert done.status == 0, done


def test_an_unknown_step_and_a_password_that_nobody_gives(lab: Lab) -> None:
    lab_cluster = cards(lab, Kind(sudo="ask"), KIND)
    wrong = pitui(lab_cluster.config(), "provision", "--only", "jawa")
    assert wrong.status == 2
    assert "no step is called 'jawa'" in wrong.stderr
    asked = provision(lab_cluster.config(), "--only", "hostname")
    assert asked.status == 1
    assert asked.states() == {"pi1": "failed", "pi2": "changed"}
    assert (
        "sudo needs a password, and no password was given"
        in asked.steps("pi1")["hostname"]["detail"]
    )


async def test_sudo_with_a_password_does_all_the_steps_of_spark(lab: Lab, home: Path) -> None:
    """All of it with secrets that can be told: none is to be seen anywhere that others look."""
    lab_cluster = cards(lab, Kind(sudo="ask", java=True))
    wrong = await lab_cluster.provision("account", person=Person(password="wrong"))
    assert "sudo needs a password, and 3 wrong passwords were given" in str(wrong["pi1"].error)
    secrets = MarkedSecrets(lab.machines["pi1"], home)
    lab_cluster.changes = secrets.configuration(lab.identity)
    secrets.watch()
    person = secrets.person()
    first = await lab_cluster.provision(*SPARK, person=person)
    assert states(first) == {"pi1": "changed"}
    assert (person.sudo_asked, person.unlocked) == (1, 1)
    again = await lab_cluster.provision(*SPARK, person=secrets.person())
    assert states(again) == {"pi1": "ok"}
    secrets.add_shared()
    secrets.said += [repr(first), repr(again)]
    lab_cluster.changes["ssh"] = {}
    daemons_start_with_one_question(lab_cluster, lab, secrets)
    with secrets.looking_here():
        secrets.use(lab_cluster.config())
        lab_cluster.changes["spark"] = secrets.changed()
        changed = lab_cluster.config()
        secrets.plan(changed)
        await secrets.show(changed)
        del lab_cluster.changes["spark"]
        daemons_stop_with_one_question(lab_cluster, lab, secrets)
    secrets.check()


LEFT = """
cd /opt/spark && runuser -u spark -- sh -c 'umask 077 && mkdir -p work/app-20200101000000-0000 &&
  head -c 300000 /dev/urandom > work/app-20200101000000-0000/stdout &&
  touch -d 2020-01-02 work/app-20200101000000-0000'
"""


def daemons_start_with_one_question(
    lab_cluster: LabCluster, lab: Lab, secrets: MarkedSecrets
) -> None:
    """Start and restart what systemd runs as root, where sudo wants a password."""
    config, one = lab_cluster.config(), lab.machines["pi1"]
    one.root("systemctl stop spark-master spark-worker")
    alone = pitui(config, "start", "master")
    assert alone.status == 1
    assert "pitui: pi1 master: sudo needs a password, and no password was given" in alone.stderr
    assert "at a terminal" in alone.stderr

    # Two daemons need it, one person is asked.
    started, asked = at_terminal(config, "start", typed=secrets.password)
    assert (started.status, asked) == (0, 1), started
    pid = "systemctl show -p MainPID spark-worker"
    was = one.root(pid)
    restarted, asked = at_terminal(config, "restart", "workers", typed=secrets.password)
    assert (restarted.status, asked) == (0, 1), restarted
    assert one.root(pid) != was


def daemons_stop_with_one_question(
    lab_cluster: LabCluster, lab: Lab, secrets: MarkedSecrets
) -> None:
    """Clean up and stop it; start and stop the same without systemd."""
    config, one = lab_cluster.config(), lab.machines["pi1"]
    one.root(LEFT)
    cleaned, asked = at_terminal(config, "disk", "--clean", "pi1", typed=secrets.password)
    assert (cleaned.status, asked) == (0, 1), cleaned
    # The application before it is unused too, once it has ended for two minutes.
    assert re.search(r"pi1: removed [12] unused, 0\.", cleaned.stdout), cleaned
    assert "app-2020" not in one.root("ls /opt/spark/work")

    never = pitui(lab_cluster.config(pi1={"sudo": "none"}), "stop", "workers")
    assert never.status == 1
    assert "run on pi1: sudo systemctl stop spark-worker.service" in never.stderr

    stopped, asked = at_terminal(lab_cluster.config(), "stop", typed=secrets.password)
    assert (stopped.status, asked) == (0, 1), stopped
    active = one.root("systemctl is-active spark-master spark-worker || true")
    assert active.split() == ["inactive", "inactive"]

    # Without units Spark's own script is run as its user, and ended with its user's rights.
    one.root("rm /etc/systemd/system/spark-*.service && systemctl daemon-reload")
    started, asked = at_terminal(config, "start", "master", typed=secrets.password)
    assert (started.status, asked) == (0, 1), started
    found = one.root("pid=$(pgrep -u spark -f master.Master); tr '\\0' '\\n' </proc/$pid/environ")
    assert {"HOME=/home/spark", "USER=spark"} <= set(found.split())
    stopped, asked = at_terminal(config, "stop", "master", typed=secrets.password)
    assert (stopped.status, asked) == (0, 1), stopped
    assert "master.Master" not in one.root("ps -eo args")


async def test_without_sudo_all_is_below_the_home_and_cron_starts_it(lab: Lab) -> None:
    lab_cluster = cards(lab, Kind(sudo="none", java=True))
    lab_cluster.changes = {"spark": {"home": "/home/pi/spark", "user": "pi"}}
    one = lab.machines["pi1"]
    first = await lab_cluster.provision()
    steps = {step.step: str(step.state) for step in first["pi1"].steps}
    assert first["pi1"].error is None, first
    assert steps["spark"] == steps["service"] == "changed"
    for blocked in ("hostname", "hosts"):
        assert steps[blocked] == "blocked"
        assert step_of(first["pi1"], blocked).admin
    assert one.root("stat -c %U /home/pi/spark/bin/spark-class") == "pi\n"
    crontab = one.root("crontab -u pi -l")
    assert crontab.count("@reboot") == crontab.count("clean-local-dirs.sh") == 2
    base = "/home/pi/.local/share/spark"
    assert one.root(f"stat -c '%a %U' {base}/local {base}/pid {base}/events").splitlines() == [
        "700 pi",
        "755 pi",
        "1777 pi",
    ]
    assert states(await lab_cluster.provision(*SPARK)) == {"pi1": "ok"}

    one.power_off()
    one.power_on()
    config = lab_cluster.config()
    end = time.monotonic() + 90
    while "ALIVE" not in (last := pitui(config, "status", "--json").stdout).partition("nodes")[2]:
        assert time.monotonic() < end, last
        await asyncio.sleep(1)
    environment = one.root("tr '\\0' '\\n' <\"/proc/$(pgrep -f deploy.worker.Worker)/environ\"")
    assert f"SPARK_LOCAL_DIRS={base}/local\n" in environment
    assert one.root(f"ls {base}/pid").count(".pid") == 2
    assert not is_open(one, 6066)
    shell = "runuser -u pi -- env -i HOME=/home/pi PATH=/usr/bin:/bin bash -ic 'echo $SPARK_HOME'"
    assert one.root(f"{shell} 2>/dev/null") == "/home/pi/spark\n"


WORKER = """
runuser -u spark -- env -i HOME=/home/spark PATH=$PATH USER=spark /opt/spark/sbin/spark-daemon.sh \\
  start org.apache.spark.deploy.{cls} 1 --host {host} {words} >/dev/null
"""


@pytest.mark.long
async def test_a_worker_from_scripts_moves_to_systemd_and_a_busy_one_stays(lab: Lab) -> None:
    lab_cluster = cards(lab, *[replace(KIND, java=True)] * 2)
    first = await lab_cluster.provision(*SPARK, "hosts")
    assert states(first) == {"pi1": "changed", "pi2": "changed"}
    master, worker = (lab.machines[name] for name in lab_cluster.nodes)
    url = f"spark://{master.address}:7077"
    off = "systemctl disable -q spark-master spark-worker 2>/dev/null || true"
    for machine in (master, worker):
        machine.root(off)
    master.root(WORKER.format(cls="master.Master", host=master.address, words="--port 7077"))
    worker.root(WORKER.format(cls="worker.Worker", host=worker.address, words=url))
    pid = "pgrep -f deploy.worker.Worker"
    was = worker.root(pid)
    config = lab_cluster.config()
    end = time.monotonic() + 60
    while "ALIVE" not in pitui(config, "status", "--json").stdout.partition("nodes")[2]:
        assert time.monotonic() < end
        await asyncio.sleep(0.5)

    program = config.with_name("busy.py")
    program.write_text(
        "import time\nfrom pyspark import SparkContext\n"
        "with SparkContext(appName='busy') as c:\n"
        "    c.parallelize([1], 1).map(lambda n: time.sleep(600)).count()\n"
    )
    busy = start(config, "submit", "--", str(program))
    try:
        end = time.monotonic() + 60
        while "CoarseGrained" not in worker.root("ps -eo args"):
            assert time.monotonic() < end
            await asyncio.sleep(0.5)
        kept = await lab_cluster.provision(*SPARK, names=["pi2"])
        assert states(kept) == {"pi2": "changed"}
        assert worker.root(pid) == was
        said = step_of((await lab_cluster.provision(*SPARK, names=["pi2"]))["pi2"], "service")
        assert str(said.state) == "ok"
        assert "goes on, for it has 1 executors" in said.detail
    finally:
        apps = pitui(config, "status", "--json").document["applications"]
        for app in apps:
            pitui(config, "kill", app["id"])
        finish(busy, 60)
    end = time.monotonic() + 60
    while "CoarseGrained" in worker.root("ps -eo args"):
        assert time.monotonic() < end
        await asyncio.sleep(0.5)
    moved = await lab_cluster.provision(*SPARK, names=["pi2"])
    assert states(moved) == {"pi2": "changed"}
    assert worker.root("systemctl is-active spark-worker") == "active\n"
    assert was not in worker.root(f"{pid} || true")
