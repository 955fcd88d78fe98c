"""Diffs of files on nodes: what they show of secrets is that there are some."""

import pytest

from pitui.provision.support.diffs import diff


@pytest.mark.parametrize(
    "line",
    [
        "spark.authenticate.secret hunter2",
        "spark.hadoop.fs.s3a.access.key=hunter2",
        "  spark.ssl.keyPassword : hunter2",
        "export MY_TOKEN='hunter2'",
        "export MY_ACCESS_KEY=hunter2",
        "export MY_API_KEY=hunter2",
        "export DB_PASSWD=hunter2",
        "psk=hunter2",
        "    password: hunter2",
        "spark.my.secret a\\\n  hunter2",
    ],
)
def test_secrets_are_hidden_wherever_they_stand(line: str) -> None:
    shown = diff("/f", f"a 1\n{line}\nb 2\n", f"a 1\n{line}\nb 3\n")
    shown += diff("/f", None, f"{line}\n") + diff("/f", f"{line}\n", None)
    assert shown.count("(hidden)") >= 3
    assert "hunter2" not in shown
    assert "-b 2\n+b 3\n" in shown


def test_everything_else_is_shown() -> None:
    text = (
        "spark.authenticate true\nexport SPARK_LOCAL_IP=192.168.1.11\n# the password is elsewhere"
    )
    shown = diff("/etc/secret.conf", "x\n", text)
    assert all(f"+{line}\n" in shown for line in text.splitlines())
    assert shown.startswith("--- /etc/secret.conf\n+++ /etc/secret.conf\n")
