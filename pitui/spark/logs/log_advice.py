"""What the last lines of a daemon's log mean, for those failures that people meet."""

import re
from collections.abc import Sequence
from itertools import pairwise

_ERROR = re.compile(r"\b(ERROR|FATAL|Error|Exception)\b|(?:Exception|Error):|Failed at step")
_STOPPED = "RECEIVED SIGNAL"
"""What a daemon logs as an error when it is told to end."""

_KNOWN = (
    (
        # systemd's own words in the journal.
        r"Failed at step USER|Failed to determine user credentials",
        "its unit names an account that the node does not have",
        "Add the account, or correct User= in the unit (and in drop-ins beside it).",
    ),
    (
        r"Failed at step \w+ spawning|Failed to locate executable",
        "systemd could not start the program that its unit names",
        "Correct ExecStart= in the unit (and in drop-ins beside it).",
    ),
    (
        r"UnsupportedClassVersionError|has been compiled by a more recent version of the Java",
        "its Java is too old for this Spark",
        "Spark 4 needs Java 17 or newer, Spark 3 Java 8 or newer: install one on the node.",
    ),
    (
        (
            r"Address already in use|BindException: Cannot assign requested address|"
            r"Service '\w+' failed after \d+ retries"
        ),
        "it could not listen on its port or address",
        "Another program uses the port, or SPARK_LOCAL_IP is not an address of this node.",
    ),
    (
        r"All masters are unresponsive|Failed to connect to master",
        "it could not connect to the master",
        "Check spark.master.host and that no firewall stands between the node and the master.",
    ),
    (
        r"UnknownHostException|Name or service not known",
        "a host name could not be resolved",
        "Add it to /etc/hosts on the node, or give addresses instead of names.",
    ),
    (
        (
            r"insufficient memory for the Java Runtime|Could not reserve enough space|"
            r"Cannot allocate memory"
        ),
        "the node has too little memory for the daemon",
        "Free memory there, or set SPARK_DAEMON_MEMORY (the default is 1g) under env:.",
    ),
    (
        r"No space left on device",
        "the node's disk is full",
        "Free some disk space: Spark's work and logs folders are the usual suspects.",
    ),
    (
        r"Permission denied|AccessDeniedException",
        "a file could not be written or read",
        "Check who owns Spark's work and logs folders on the node.",
    ),
    (
        r"IllegalArgumentException|requirement failed|Unrecognized option|Invalid maximum heap",
        "one of its settings is wrong",
        "Check its log; the settings are in spark-env.sh and the configuration.",
    ),
)


def explain(log: str) -> tuple[str, str]:
    """Return a reason and an advice for the end of a log; both empty where nothing is known."""
    for pattern, reason, advice in _KNOWN:
        if re.search(pattern, log):
            return reason, advice
    return "", ""


def cause_line(lines: Sequence[str]) -> str:
    """Return the one line of a log's end that says why its process ended; empty where none does.

    Of a chain of exceptions that is the last cause that names an address, else the last cause.
    """
    causes = [line.strip() for line in lines if line.startswith("Caused by: ")]
    named = [line for line in causes if re.search(r"/[\d.]+:\d+|\S:\d{4,5}\b", line)]
    errors = [line.strip() for line in lines if _ERROR.search(line)]
    for line, after in pairwise(lines):
        if line.startswith("Error occurred during initialization of VM"):
            errors.append(f"{line.strip()}: {after.strip()}")
    told = named[-1:] or causes[-1:] or errors[-1:]
    return told[-1].removeprefix("Caused by: ") if told else ""


def telling(log: str, count: int = 3) -> list[str]:
    """Return the lines of a log's end that say most: those of errors, else the last ones."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    own = [
        line for line in lines if not re.match(r"at |\.\.\. \d+ more|=====|Spark Command:", line)
    ]
    errors = [line for line in own if _ERROR.search(line) and _STOPPED not in line]
    return (errors or own)[-count:]
