"""SPARK_HOME and PATH: what the lines do in a shell, and which files get them."""

import subprocess
from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.provision.engine.step import State
from pitui.provision.steps import step
from pitui.provision.steps.profile import shell_lines

SAY = 'echo "$SPARK_HOME|$PATH"'
HOME = "/opt/my spark"


def said(folder: Path, *words: str, **env: str) -> list[str]:
    rc = folder / "rc"
    rc.write_text("\n".join(shell_lines("bash", HOME)) + "\n")
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", *words, f". '{rc}'; . '{rc}'; {SAY}"],
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
        env={"PATH": "/usr/bin:/bin", **env},
    )
    return done.stdout.strip().split("|")


def test_an_interactive_shell_has_it_once(tmp_path: Path) -> None:
    home, path = said(tmp_path, "-ic")
    assert (home, path) == (HOME, f"/usr/bin:/bin:{HOME}/bin:{HOME}/sbin")


def test_a_shell_that_is_not_interactive_stays_as_it_is(tmp_path: Path) -> None:
    assert said(tmp_path, "-c") == ["", "/usr/bin:/bin"]


def test_a_persons_own_spark_stays(tmp_path: Path) -> None:
    home, path = said(tmp_path, "-ic", SPARK_HOME="/mine", PATH="/mine/bin:/usr/bin:/bin")
    assert (home, path) == ("/mine", "/mine/bin:/usr/bin:/bin")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_lines_are_plain_shell_and_stand_set_u(shell: str) -> None:
    lines = "\n".join(["set -eu", *shell_lines(shell, HOME), 'echo "${SPARK_HOME-none}"'])
    done = subprocess.run(
        ["dash", "-c", lines], capture_output=True, text=True, timeout=10, check=True,
        env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ({"sh": f"{HOME}\n", "bash": "none\n"}[shell], "")


STATES = "644 root:root {}\n"


@pytest.mark.parametrize(
    ("there", "written"),
    [
        ((), ["/etc/profile.d/spark.sh"]),
        (("/etc/bash.bashrc",), ["/etc/profile.d/spark.sh", "/etc/bash.bashrc"]),
        (
            ("/etc/bash.bashrc", "/etc/zsh", "/etc/fish"),
            [
                "/etc/profile.d/spark.sh",
                "/etc/bash.bashrc",
                "/etc/zsh/zshrc",
                "/etc/fish/conf.d/spark.fish",
            ],
        ),
    ],
)
async def test_the_shells_that_are_there_and_the_way_back(
    tmp_path: Path, there: tuple[str, ...], written: list[str]
) -> None:
    answers = {"stat -L -c": "".join(STATES.format(path) for path in there)}
    mine = '# mine\n[ -z "$PS1" ] && return\n'
    files = {path: mine for path in there if path == "/etc/bash.bashrc"}
    ctx = RecordedSite(tmp_path, PI, answers, files=files)
    profile = step("profile")
    finding = await profile.check(ctx)
    assert finding.state is State.WOULD_CHANGE
    await profile.apply(ctx, finding)
    assert list(ctx.written) == written
    assert (await profile.check(ctx)).state is State.OK

    removed = await profile.remove(ctx, {})
    assert removed == f"out of {', '.join(written)}"
    gone = [path for path in written if path not in files]
    assert ctx.did == [f"rm -f -- {path}" for path in gone]
    assert all(ctx.written[path] == mine for path in files)


async def test_without_root_the_logins_own_files(tmp_path: Path) -> None:
    answers = {"stat -L -c": STATES.format("/home/pi/.bashrc")}
    ssh = "ssh: {user: pi, sudo: none}\nspark: {home: ~/spark}\n"
    ctx = RecordedSite(tmp_path, PI, answers, config_text=config(ssh))
    profile = step("profile")
    await profile.apply(ctx, await profile.check(ctx))
    assert list(ctx.written) == ["/home/pi/.profile", "/home/pi/.bashrc"]
    assert "SPARK_HOME=/home/pi/spark" in ctx.written["/home/pi/.bashrc"]
