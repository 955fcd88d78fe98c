"""What the end of a daemon's log means."""

import pytest

from pitui.spark.logs.log_advice import cause_line, explain, telling

BIND = """\
26/11/21 01:17:24 INFO Worker: Started daemon with process name: 1@pi1
26/11/21 01:17:25 ERROR Worker: Failed to bind
java.net.BindException: Cannot assign requested address: Service 'sparkWorker' failed
\tat sun.nio.ch.Net.bind0(Native Method)
\tat sun.nio.ch.Net.bind(Net.java:459)
"""


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (BIND, "could not listen"),
        ("Error: LinkageError ... java.lang.UnsupportedClassVersionError: x", "Java is too old"),
        ("ERROR Worker: All masters are unresponsive! Giving up.", "connect to the master"),
        ("Caused by: java.net.UnknownHostException: pi1: Name or service", "host name"),
        ("There is insufficient memory for the Java Runtime Environment", "too little memory"),
        ("java.io.IOException: No space left on device", "disk is full"),
        ("java.io.FileNotFoundException: /x (Permission denied)", "file could not be"),
        ("Invalid maximum heap size: -Xmx1x", "settings is wrong"),
        (
            "spark-worker.service: Failed at step USER spawning /bin/bash: No such process",
            "an account that the node does not have",
        ),
        (
            "spark-worker.service: Failed at step EXEC spawning /opt/run: No such file",
            "could not start the program",
        ),
    ],
)
def test_known_failures(log, reason):
    said, advice = explain(log)
    assert reason in said
    assert advice


def test_what_is_not_known():
    assert explain("INFO Worker: all is well") == ("", "")
    assert telling("") == []


def test_the_lines_that_say_most():
    lines = telling(BIND)
    assert lines[0].endswith("ERROR Worker: Failed to bind")
    assert lines[1].startswith("java.net.BindException")
    assert not any(line.startswith("at ") for line in lines)
    assert telling("a\nb\nc\nd\n", 2) == ["c", "d"]
    earlier = "26/11/30 21:10:39 ERROR Worker: RECEIVED SIGNAL TERM"
    now = "spark-worker.service: Failed at step USER spawning /bin/bash: No such process"
    assert telling(f"{now}\n{earlier}\n") == [now]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (
            [
                'Exception in thread "main" java.lang.reflect.UndeclaredThrowableException',
                "Caused by: java.io.IOException: Failed to connect to nuc/127.0.1.1:41231",
                "\tat org.apache.spark.network.client.TransportClientFactory.createClient",
                "Caused by: java.net.ConnectException: Connection refused",
            ],
            "java.io.IOException: Failed to connect to nuc/127.0.1.1:41231",
        ),
        (
            ["Caused by: java.lang.RuntimeException: a", "Caused by: java.lang.Error: b"],
            "java.lang.Error: b",
        ),
        (
            ["Error occurred during initialization of VM", "Could not find agent library x"],
            "Error occurred during initialization of VM: Could not find agent library x",
        ),
        (["26/11/21 01:29:51 INFO Executor: fine", "Spark Executor Command: java"], ""),
        ([], ""),
    ],
)
def test_the_line_that_says_why_a_process_ended(lines, cause):
    assert cause_line(lines) == cause
