"""Steps of Spark and its account, on what nodes said that the lab does not have."""

import subprocess
from pathlib import Path

import msgspec
import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.domain.errors import NodeError
from pitui.facts.account import closed_command
from pitui.provision.engine.node_context import no_commands
from pitui.provision.engine.step import State
from pitui.provision.network.addresses import KnownAddress
from pitui.provision.spark.archive import Archive
from pitui.provision.steps import step
from pitui.remote.runner import Result

# -- account

SPARK = "spark: {user: spark, home: /home/pi/spark}\nprovision: {spark_ssh: false}\n"
ENTRY = "passwd spark:x:1001:1001:{}:/home/spark:/bin/bash\ngroup\n"
MADE = "--create-home --shell /bin/bash --comment 'Apache Spark, managed by pitui'"
OURS = ENTRY.format("Apache Spark, managed by pitui")


@pytest.mark.parametrize(
    ("said", "detail", "did"),
    [
        (
            "",
            "makes the account spark without a password",
            f"useradd --user-group {MADE} spark",
        ),
        (
            "group\n",
            "makes the account spark without a password",
            f"useradd --gid spark {MADE} spark",
        ),
        (OURS + "password spark P 01/01/2026\nhome\n", "locks the password of spark", "passwd -l"),
        (
            ENTRY.format("a person") + "password spark NP 01/01/2026\nhome\n",
            "locks the password of spark",
            "passwd -l spark",
        ),
        (
            OURS + "password spark L 01/01/2026\n",
            "makes its home /home/spark",
            "mkdir -p -m 0750 -- /home/spark && chown 1001:1001 /home/spark",
        ),
    ],
)
async def test_what_an_account_needs(tmp_path: Path, said: str, detail: str, did: str) -> None:
    whole = OURS + "password spark L 01/01/2026\nhome\n"
    answers: dict[str, str | Result | list[str | Result]] = {
        "runuser": "",
        "e=$(getent": [said, said, whole] if "useradd --user" in did else said,
    }
    ctx = RecordedSite(tmp_path, PI, answers, config_text=config(SPARK))
    account = step("account")
    finding = await account.check(ctx)
    assert (finding.state, finding.detail) == (State.WOULD_CHANGE, detail)
    await account.apply(ctx, finding)
    assert any(command.startswith(did) for command in ctx.did), ctx.did


async def test_a_persons_account_with_a_password_stays_as_it_is(tmp_path: Path) -> None:
    said = ENTRY.format("Jane,,,") + "password spark P 01/01/2026\nhome\n"
    answers = {"runuser": "", "e=$(getent": said}
    ctx = RecordedSite(tmp_path, PI, answers, config_text=config(SPARK))
    finding = await step("account").check(ctx)
    assert (finding.state, finding.detail) == (State.OK, "spark runs Spark, home /home/spark")


async def test_an_account_is_let_through_to_a_spark_below_another_home(tmp_path: Path) -> None:
    said = OURS + "password spark L 01/01/2026\nhome\n"
    answers = {"runuser": "/home/pi\n", "e=$(getent": said}
    ctx = RecordedSite(tmp_path, PI, answers, config_text=config(SPARK))
    account = step("account")
    finding = await account.check(ctx)
    assert finding.detail == "lets spark through /home/pi (chmod o+x)"
    await account.apply(ctx, finding)
    assert ctx.did == ["chmod o+x -- /home/pi"]


def test_folders_that_another_account_cannot_pass(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    (closed / "below").mkdir(parents=True)
    command = closed_command(str(closed / "below" / "spark" / "conf"), "no such account")

    def named() -> list[str]:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    assert str(closed) not in named()
    closed.chmod(0o750)
    assert str(closed) in named()
    closed.chmod(0o751)
    assert str(closed) not in named()


# -- access


def test_a_password_that_has_to_be_changed_first(tmp_path: Path) -> None:
    # Ubuntu's own image, at the first login without a terminal.
    said = "WARNING: Your password has expired.\nPassword change required but no TTY available.\n"
    node = msgspec.structs.replace(RecordedSite(tmp_path, PI, {}).node, user="ubuntu", port=2222)
    error = no_commands(node, Result(1, "", said))
    assert "Password change required" in error.message
    assert error.advice == "Set a new password there, once: ssh -p 2222 ubuntu@192.168.1.12"
    fish = no_commands(node, Result(127, "", "fish: Unsupported use of '='\n"))
    assert fish.advice == "Its login shell must run POSIX sh commands."


# -- spark


async def test_without_root_a_place_of_somebody_elses_is_named_before_the_push(
    tmp_path: Path,
) -> None:
    ssh = "ssh: {user: pi, sudo: none}\n"
    archive = "spark: {home: /opt/spark, archive: spark.tgz}\n"
    ctx = RecordedSite(
        tmp_path,
        PI,
        {"say readonly": "free 4000000\nreadonly yes\n"},
        config_text=config(ssh + archive),
    )
    found = Archive("spark.tgz", 4 * 10**8, "0" * 128, "4.3.0", "spark", 10**9)

    async def made() -> Archive:
        return found

    await ctx.context.once("archive", made)
    with pytest.raises(NodeError, match="pi is not allowed to create /opt/spark") as caught:
        await step("spark").check(ctx)
    assert caught.value.advice == "Set its spark_home to a folder it can write, such as ~/spark."


LOOK = "b=$(basename"


async def test_a_version_alone_is_fetched_where_something_is_changed(tmp_path: Path) -> None:
    text = config('spark: {home: /opt/spark, version: "4.3.0"}\n')
    ctx = RecordedSite(tmp_path, PI, {LOOK: "kind link\nversion 3.5.8\n"}, config_text=text)
    ctx.context.plan = True
    finding = await step("spark").check(ctx)
    assert finding.state is State.UNKNOWN
    assert finding.detail == "Spark 4.3.0 was not fetched yet; /opt/spark has Spark 3.5.8"
    there = RecordedSite(tmp_path, PI, {LOOK: "kind folder\nversion 4.3.0\n"}, config_text=text)
    assert (await step("spark").check(there)).state is State.OK


async def test_neither_version_nor_archive(tmp_path: Path) -> None:
    ctx = RecordedSite(tmp_path, PI, {LOOK: ""}, config_text=config("spark: {home: /opt/s}\n"))
    with pytest.raises(NodeError, match=r"no Spark, but neither a version nor an archive"):
        await step("spark").check(ctx)


# -- service


@pytest.mark.parametrize(
    ("text", "state"),
    [("# Managed by pitui. Your own", State.WOULD_CHANGE), ("# mine\n[Unit]\n", State.SKIPPED)],
)
async def test_a_daemon_that_the_config_gives_a_node_no_more(
    tmp_path: Path, text: str, state: State
) -> None:
    path = "/etc/systemd/system/spark-worker.service"
    none = "cluster: {master: pi1}\nnodes: {pi1: {host: 192.168.1.11}, "
    none += "pi2: {host: 192.168.1.12, worker: false}}\n"
    ctx = RecordedSite(tmp_path, PI, {}, files={path: text}, config_text=none)

    async def known() -> dict[str, KnownAddress]:
        return {"pi1": KnownAddress("192.168.1.11"), "pi2": KnownAddress("192.168.1.12")}

    await ctx.context.once("addresses", known)
    service = step("service")
    finding = await service.check(ctx)
    assert finding.state is state
    if state is State.WOULD_CHANGE:
        stops = "stop and remove spark-worker.service, which the config gives it no more"
        assert finding.detail == stops
        await service.apply(ctx, finding)
        stop = "systemctl --no-ask-password disable --now spark-worker.service && rm -f -- "
        assert ctx.did[0] == f"{stop}{path} && systemctl daemon-reload"
