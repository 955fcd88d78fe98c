"""Logs that only systemd keeps, on a real machine."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from pitui.config.load import load_config
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.logs import follow
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from tests.lab import configuration
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.pitui import pitui
from tests.lab.recipe import PASSWORD
from tests.lab.steps import Person

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]

UNIT = """
mkdir -p /opt/spark
cat > /opt/spark/run <<'END'
#!/bin/sh
until journalctl -q -u spark-worker -o cat | grep -q Started; do sleep 0.1; done
n=0
while :; do
  echo "26/11/21 01:29:51 INFO Worker: entry $n"
  [ "$1" = loud ] || sleep 0.2
  n=$((n + 1))
  [ $n -lt 20 ] || break
done
until [ -e /opt/spark/more ]; do sleep 0.2; done
cat /opt/spark/more
sleep 1000
END
chmod +x /opt/spark/run
cat > /etc/systemd/system/spark-worker.service <<'END'
[Service]
ExecStart=/opt/spark/run loud
Environment=SPARK_HOME=/opt/spark
END
systemctl daemon-reload
systemctl start spark-worker
i=0
while [ "$(journalctl -q -u spark-worker -o cat | grep -c Worker:)" -lt 20 ] && [ $i -lt 100 ]; do
  sleep 0.1; i=$((i + 1))
done
"""


@pytest.fixture(scope="module")
def unit(lab: Lab) -> Machine:
    """A machine whose worker has written twenty entries, and writes `more` when that is there."""
    found = lab.machines["pi1"]
    lab.known_hosts.unlink(missing_ok=True)
    found.fresh(KIND)
    found.root(UNIT)
    return found


def configured(lab: Lab, name: str = "journal.yaml", **ssh: Any) -> Path:
    values = configuration.document(lab, Path("/nowhere/spark-4.3.0-bin-hadoop3.tgz"))
    values["nodes"] = {"pi1": values["nodes"]["pi1"]}
    values["ssh"] |= ssh
    return configuration.write(lab.folder / name, values)


@pytest.mark.usefixtures("unit")
def test_a_units_journal_is_read_where_the_daemon_has_no_log_file(lab: Lab) -> None:
    config = configured(lab)
    wanted = [f"entry {number}" for number in range(15, 20)]
    for word in ("pi1:journal", "pi1:all", "errors"):
        options = ["--level", "info", "-n", "all", "--text", "Worker: entry"]
        answer = pitui(config, "logs", word, *options, "--trust-new", limit=60)
        assert answer.status == 0, answer.stderr
        entries = [line.rpartition("Worker: ")[2] for line in answer.stdout.splitlines()]
        assert entries == [f"entry {number}" for number in range(20)]
    answer = pitui(config, "logs", "pi1:journal", "-n", "5", limit=60)
    assert [line.rpartition("Worker: ")[2] for line in answer.stdout.splitlines()] == wanted
    saved = lab.folder / "saved.log"
    assert pitui(config, "logs", "pi1:journal", "--save", str(saved), limit=60).status == 0
    assert saved.read_text().count("Worker: entry") == 20


async def test_watching_leaves_the_login_in_a_nodes_journal_and_nothing_else(
    lab: Lab, unit: Machine
) -> None:
    config = configured(lab, "watched.yaml")
    assert pitui(config, "exec", "--trust-new", "--", "true", limit=60).status == 0
    files = "find / -xdev -newer /run/begun -not -path '/var/log/*' -not -path '/run/*' -type f"
    unit.root("touch /run/begun; journalctl --sync")
    cursor = unit.root("journalctl -q -n 0 --show-cursor").partition("cursor: ")[2].strip()
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        watch = ClusterMonitor(cluster)
        async with TaskGroup() as group, asyncio.timeout(60):
            watching = group.create_task(watch.run())
            while len(watch.history("pi1")) < 3:
                await asyncio.sleep(0.2)
            watching.cancel()
    text = unit.root(f"journalctl --sync; journalctl -q -o json --after-cursor='{cursor}'")
    entries = [json.loads(line) for line in text.splitlines()]
    told = [f"{entry['SYSLOG_IDENTIFIER']}: {entry['MESSAGE']}" for entry in entries]
    ours = [line for line in told if not line.startswith(("sshd", "systemd"))]
    assert ours == []
    assert sum("Accepted publickey" in line for line in told) == 1
    assert unit.root(files).split() == []


# The last one: it takes the right to use sudo without a password away.
async def test_a_journal_that_takes_sudos_password(lab: Lab, unit: Machine) -> None:
    unit.root("rm /etc/sudoers.d/*; echo 'pi ALL=(ALL) ALL' > /etc/sudoers.d/pi")
    person = Person(password=PASSWORD)
    async with open_cluster(load_config(configured(lab, sudo="ask")), person) as cluster:
        await follow_until(cluster, unit, "twenty")
    assert person.sudo_asked == 1
    closed = "pi is not allowed to read the journal of spark-worker.service"
    group = "To allow it from its next login on: sudo usermod -aG systemd-journal pi"
    asks, none = configured(lab, sudo="ask"), configured(lab, "none.yaml", sudo="none")
    nobody = pitui(asks, "logs", "pi1:journal", limit=60)
    assert (
        f"{closed}. Run this again at a terminal, where pitui can ask for it. {group}"
        in nobody.stderr
    )
    beside = pitui(asks, "logs", "pi1:journal", "pi1:/etc/hostname", limit=60)
    assert f"{closed}. `pitui logs pi1:journal` asks for sudo's password. {group}" in beside.stderr
    assert "raspberrypi" in beside.stdout
    without = pitui(none, "logs", "pi1:journal", "-f", limit=60)
    assert f"{closed}. {group}" in without.stderr


async def follow_until(cluster: Cluster, machine: Machine, word: str) -> None:
    """Follow the journal, have an entry written once the first are there, and wait for it."""
    sources = await follow.find_sources(cluster, None, ["pi1:journal"])
    async with (
        asyncio.timeout(40),
        aclosing(follow.follow(cluster, sources, lines=5)) as batches,
    ):
        async for batch in batches:
            texts = [line.text for line in batch]
            assert not any(line.note for line in batch), texts
            if any("entry 19" in text for text in texts):
                script = f"echo 'INFO Worker: entry {word}' > /opt/spark/more"
                await asyncio.to_thread(machine.root, script)
            if any(f"entry {word}" in text for text in texts):
                return
