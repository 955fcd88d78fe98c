"""Units and crontab lines."""

import shlex
import subprocess

from pitui.domain.cluster import Role
from pitui.spark.conf_files import env_lines, log_files, workers_name
from pitui.spark.daemons.unit_files import UnitDaemon, cron_line, unit_text

WORKER = UnitDaemon(
    Role.WORKER, "/opt/spark", "spark", "10.0.0.2", 8081, 7077, "spark://10.0.0.1:7077"
)
MASTER = UnitDaemon(Role.MASTER, "/opt/my 100% spark", "spark", "10.0.0.1", 8080, 7077)


def test_a_unit_runs_in_the_foreground_as_spark_and_comes_back():
    text = unit_text(WORKER)
    for line in ("User=spark", "Restart=on-failure", "OOMPolicy=continue", "KillMode=mixed"):
        assert f"\n{line}\n" in text
    assert "After=network-online.target" in text
    assert "WantedBy=multi-user.target" in text
    assert "--host 10.0.0.2 --webui-port 8081 spark://10.0.0.1:7077" in text


def test_a_unit_of_the_logins_own_systemd_names_nothing_that_only_the_systems_knows():
    text = unit_text(WORKER, of_user=True)
    assert "WantedBy=default.target\n" in text
    assert "Restart=on-failure\n" in text
    assert not any(word in text for word in ("User=", "network-online", "LimitNOFILE"))


def test_percent_and_blanks_in_a_path_are_literal():
    assert 'Environment="SPARK_HOME=/opt/my 100%% spark"' in unit_text(MASTER)
    assert "\\%" in cron_line(MASTER)


def test_a_crontab_line_is_shell():
    line = cron_line(WORKER)
    assert line.startswith("@reboot ")
    command = line.removeprefix("@reboot ")
    assert subprocess.run(["dash", "-n", "-c", command], timeout=10, check=False).returncode == 0
    assert "spark://10.0.0.1:7077" in shlex.split(command)


def test_logging_is_that_of_the_version():
    assert set(log_files("3.2.4")) == {"log4j.properties", "log4j-daemon.properties"}
    assert set(log_files("3.3.0")) == {"log4j2.properties", "log4j2-daemon.properties"}
    assert workers_name("3.0.3") == "slaves"
    assert workers_name("4.3.0") == "workers"


def test_spark_env_is_read_by_bash_as_written():
    value = 'it\'s $HOME `id` "x"'
    lines = "\n".join(env_lines("4.3.0", {"A": value}))
    done = subprocess.run(
        ["bash", "-c", f'SPARK_HOME=/s; {lines}\nprintf "%s\\n" "$A" "$SPARK_WORKER_OPTS"'],
        capture_output=True, text=True, timeout=10, check=True,
    )  # fmt: skip
    first, second = done.stdout.splitlines()
    assert first == value
    assert "file:/s/conf/log4j2-daemon.properties" in second
    assert "org.apache.spark.deploy.worker.Worker-1-" in second
