"""Logs that only systemd keeps, on a real machine."""

from pathlib import Path

import pytest

from tests.lab import configuration
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.pitui import pitui

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]

UNIT = """
mkdir -p /opt/spark
cat > /opt/spark/run <<'END'
#!/bin/sh
n=0
while :; do
  echo "26/11/21 01:29:51 INFO Worker: entry $n"
  [ "$1" = loud ] || sleep 0.2
  n=$((n + 1))
  [ $n -lt 20 ] || sleep 1000
done
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


def test_a_units_journal_is_read_where_the_daemon_has_no_log_file(
    lab: Lab, machine: Machine
) -> None:
    machine.root(UNIT)
    values = configuration.document(lab, Path("/nowhere/spark-4.3.0-bin-hadoop3.tgz"))
    values["nodes"] = {"pi1": values["nodes"]["pi1"]}
    config = configuration.write(lab.folder / "journal.yaml", values)
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
