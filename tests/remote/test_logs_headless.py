"""`pitui logs` as a program of its own, on real SSH servers."""

import json
import os
import re
import subprocess
import sys
import unicodedata

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

pytestmark = pytest.mark.ssh

HOSTILE = (
    b"\x1b]52;c;ZXZpbA==\x07clipboard\n"
    b"\x1b[2J\x1b[31mred\x1b[0m \x9b31m\n"
    b"bell\x07 back\x08space \x00nul\x7f\n"
    b"tab\there \r over\r\n"
    + "wide 漢字 combining e\u0301 \u202eright-to-left\u2066 [bold]markup[/bold]\n".encode()
    + b"\xff\xfe\xc3 invalid\n"
)

BIDIRECTIONAL = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.fixture
def logs(spark_homes: SshSparkHomes):
    def run(*words: str, status: int = 0) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "pitui", "--config", str(spark_homes.config), "logs", *words],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == status, result.stderr.decode()
        return (result.stdout or result.stderr).decode()

    return run


def obeyed(output: str) -> set[str]:
    """The characters that a terminal would act on."""
    return {
        hex(ord(one))
        for one in output
        if (unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cs") and one not in "\n\t")
        or unicodedata.bidirectional(one) in BIDIRECTIONAL
    }


def test_what_logs_hold_is_shown_and_never_obeyed(spark_homes: SshSparkHomes, logs) -> None:
    log = spark_homes.servers["pi1"].folder / "hostile"
    log.write_bytes(HOSTILE + b"x" * 10_000_000 + b"\n" + os.urandom(300_000) + b"\nlast\n")
    output = logs(f"pi1:{log}", "-n", "all")
    assert obeyed(output) == set()
    assert "clipboard" in output
    assert "52;c" not in output
    assert "漢字" in output
    assert "[bold]markup[/bold]" in output
    assert "[… 9,934,464 bytes more]" in output
    assert output.endswith("  last\n")
    output = logs(f"pi1:{log}", "-n", "all", "--json")
    assert obeyed(output) == set()
    entries = [json.loads(line) for line in output.splitlines()]
    assert [entry["text"] for entry in entries[-1:]] == ["last"]
    assert entries[0]["text"] == "clipboard"


LOG = """26/11/21 01:29:51 INFO Worker: one
26/11/21 01:29:52 ERROR Executor: two
java.io.IOException: no
\tat a.B.c(B.scala:1)
26/11/21 01:29:53 WARN Inbox: again
26/11/21 01:29:54 WARN Inbox: again
26/11/21 01:29:55 WARN Inbox: again
26/11/21 01:29:56 INFO Worker: last
"""


def test_filters_context_folds_and_entries(spark_homes: SshSparkHomes, logs) -> None:
    append(spark_homes.log("pi1"), LOG)

    def printed(*words: str) -> list[str]:
        return re.sub(
            "^pi1  (26/11/21 )?", "", logs("pi1", *words), flags=re.MULTILINE
        ).splitlines()

    assert printed("--level", "error") == [
        "01:29:52 ERROR Executor: two", "java.io.IOException: no", "\tat a.B.c(B.scala:1)",
    ]  # fmt: skip
    assert printed("--text", "a.b.c(") == ["\tat a.B.c(B.scala:1)"]
    assert printed("--grep", "W[a-z]+: (one|last)", "-A", "1") == [
        "01:29:51 INFO Worker: one", "01:29:52 ERROR Executor: two", "--",
        "01:29:56 INFO Worker: last",
    ]  # fmt: skip
    assert printed("-v", "--grep", "Inbox|Executor|^java|^\tat") == [
        "01:29:51 INFO Worker: one", "01:29:56 INFO Worker: last",
    ]  # fmt: skip
    assert printed("--fold", "-n", "4") == [
        "01:29:53 WARN Inbox: again", "  … 2 more times, last: 26/11/21 01:29:55",
        "01:29:56 INFO Worker: last",
    ]  # fmt: skip
    entries = [json.loads(line) for line in logs("pi1", "--json").splitlines()]
    assert [entry["text"].count("\n") for entry in entries] == [0, 2, 0, 0, 0, 0]
    assert entries[1]["time"] == "2026-11-21T01:29:52.000+00:00"


def test_an_expression_without_end_ends(spark_homes: SshSparkHomes, logs) -> None:
    append(spark_homes.log("pi1"), ("a" * 60 + "!\n") * 30)
    assert "too slow" in logs("pi1", "--grep", "(a|aa)+$", status=1)


def test_errors_of_the_cluster(spark_homes: SshSparkHomes, logs) -> None:
    append(spark_homes.log("pi1"), LOG)
    folder = spark_homes.spark("pi2") / "work" / "app-20261121012113-0000" / "3"
    folder.mkdir(parents=True)
    append(folder / "stderr", LOG.replace("01:29:52", "01:29:50"))
    append(folder / "stdout", "ERROR not in an error log\n")
    assert logs("errors").splitlines() == [
        "pi2/3  26/11/21 01:29:50 ERROR Executor: two",
        "pi2/3  java.io.IOException: no",
        "pi2/3  \tat a.B.c(B.scala:1)",
        "pi1    26/11/21 01:29:52 ERROR Executor: two",
        "pi1    java.io.IOException: no",
        "pi1    \tat a.B.c(B.scala:1)",
    ]


def test_whole_files_are_saved(spark_homes: SshSparkHomes, logs) -> None:
    for node in ("pi1", "pi2"):
        append(spark_homes.log(node), f"{node}\n" * 1000)
    folder = spark_homes.config.parent / "saved"
    output = logs("workers", "--save", str(folder))
    assert output == f"{folder}/pi1.log  4,000 bytes\n{folder}/pi2.log  4,000 bytes\n"
    assert (folder / "pi2.log").read_text() == "pi2\n" * 1000
    assert "already exists" in logs("workers", "--save", str(folder), status=2)


def test_usage(logs) -> None:
    assert "not a regular expression" in logs("pi1", "--grep", "(", status=2)
    assert "cannot be combined" in logs("pi1", "--grep", "a", "--text", "b", status=2)
    assert "is not a number of lines" in logs("pi1", "-n", "few", status=2)
    assert "unknown log 'nope'" in logs("nope", status=2)
