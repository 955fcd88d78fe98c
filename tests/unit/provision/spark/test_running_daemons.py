"""How a daemon runs, as the script tells it, and what a person is told."""

from pitui.provision.spark.running_daemons import Running, parse_running


def test_a_daemon_with_old_settings() -> None:
    found = parse_running(
        "enabled enabled\nprocess 812 unit 2\nhome spark-3.5.9 spark-4.3.0\njava\nopen 6066\n"
        "set SPARK_WORKER_MEMORY 512m 600m\nset SPARK_SECRET\n"
    )
    assert found.outdated == (
        "SPARK_WORKER_MEMORY 512m instead of 600m",
        "a Java that has been replaced",
        "another SPARK_SECRET",
        "port 6066 taking applications from anybody",
        "spark-3.5.9 instead of spark-4.3.0",
    )
    assert (found.enabled, found.pid, found.by_unit, found.executors) == (True, 812, True, 2)


def test_nothing_runs() -> None:
    assert parse_running("enabled disabled\n") == Running()
