"""What a start with spark-daemon.sh came to, and the reason and advice where it failed."""

import re
from dataclasses import dataclass

from pitui.domain.spark_env import spark_env_end
from pitui.spark.daemons.start_script import MARK

_LOG = re.compile(r"^starting \S+, logging to (.+)$", re.MULTILINE)
_RUNNING = re.compile(r"^(\S+ running as process \d+)\.", re.MULTILINE)
_MARKED = re.compile(rf"^{MARK} (\S+) ?(.*)$", re.MULTILINE)
_SUDO_PASSWORD = re.compile(r"sudo: .*(password|terminal)", re.IGNORECASE)

_REASONS = {
    "no-home": (
        "there is no Spark at {}",
        "Put Spark there, or set spark.home (or the node's spark_home) to where it is.",
    ),
    "no-daemon-script": (
        "{} does not contain Spark: sbin/spark-daemon.sh is missing",
        "Set spark.home (or the node's spark_home) to the folder that holds bin, jars and sbin.",
    ),
    "no-java": (
        "there is no Java",
        (
            "Install one on the node (Debian: sudo apt install openjdk-17-jre-headless), or set "
            "JAVA_HOME in its conf/spark-env.sh or under env: in the configuration."
        ),
    ),
    "bad-java-home": (
        "JAVA_HOME is {}, where there is no bin/java",
        "Correct JAVA_HOME in the node's conf/spark-env.sh or under env: in the configuration.",
    ),
    "no-bash": ("there is no bash, which Spark's scripts need", "Install bash on the node."),
    "no-user": (
        "there is no user {}",
        "Correct spark.user in the configuration, or add the user on the node.",
    ),
    "no-sudo": (
        "it must run as {0}, which needs root, but the configuration says `sudo: none`",
        (
            "An administrator can start it there as {0}, with Spark's own sbin/start-master.sh or "
            "sbin/start-worker.sh; or set spark.user to the user of the login."
        ),
    ),
    "no-log-folder": (
        "the log folder {} is not writable",
        "Make it writable for the user who runs Spark, or set SPARK_LOG_DIR.",
    ),
    "no-pid-folder": (
        "the pid folder {} is not writable",
        "Make it writable for the user who runs Spark, or set SPARK_PID_DIR.",
    ),
}

SUDO_ADVICE = (
    "Set `sudo: ask` to be asked for it, allow it without a password in sudoers on the node, or "
    "reach the node as the user who runs Spark."
)


@dataclass(frozen=True, slots=True)
class Launched:
    """How a start went as far as the node itself can say."""

    problem: str = ""
    """Empty where the process was started."""
    advice: str = ""
    pid: int | None = None
    log: str | None = None
    """The daemon's log file."""
    count: int = 1
    """How many were started."""


def parse_launch(status: int, stdout: str, stderr: str) -> Launched:
    """Return what the output of `launch_command` says."""
    said = _MARKED.findall(stdout)
    marks = dict(said)
    count = sum(word == "pid" and value.isdecimal() for word, value in said)
    named = _LOG.search(stdout)
    log = named[1] if named else marks.get("log")
    pid = int(marks["pid"]) if marks.get("pid", "").isdecimal() else None
    if "reason" in marks:
        return _refused_launch(marks["reason"])
    if _SUDO_PASSWORD.search(stderr):
        return Launched("sudo needs a password", SUDO_ADVICE)
    running = _RUNNING.search(stdout)
    if running:
        return Launched(f"spark-daemon.sh says: {running[1]}", pid=pid, log=log)
    if "failed to launch" in stdout or pid is None:
        last = stderr.strip().splitlines()[-1:] or [f"spark-daemon.sh ended with status {status}"]
        problem = "it exited immediately" if "failed to launch" in stdout else last[0]
        return Launched(problem, log=log)
    return Launched(pid=pid, log=log, count=count)


def _refused_launch(reason: str) -> Launched:
    if ends := spark_env_end(reason):
        return Launched(*ends)
    word, _, value = reason.partition(" ")
    problem, advice = _REASONS.get(word, (reason, ""))
    return Launched(problem.format(value), advice.format(value))
