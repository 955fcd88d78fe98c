"""Start at boot without root: the crontab, else the login's own systemd, on recorded answers."""

from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.provision.engine.step import State
from pitui.provision.network.addresses import KnownAddress
from pitui.provision.steps import step
from pitui.remote.runner import Result

NONE = "ssh: {user: pi, sudo: none}\nspark: {home: ~/spark}\n"
UNIT = "/home/pi/.config/systemd/user/spark-worker.service"
NO_CRON = Result(9, "", "")
ENABLED = "enabled spark-worker.service\n"


async def site_of(tmp_path: Path, **answers: str | Result | list[str | Result]) -> RecordedSite:
    keys = {"cron": "command -v crontab", "own": "show-environment"}
    found = {keys[name]: said for name, said in answers.items()}
    ctx = RecordedSite(tmp_path, PI, {"grep -laF": "", **found}, config_text=config(NONE))

    async def known() -> dict[str, KnownAddress]:
        return {"pi1": KnownAddress("192.168.1.11"), "pi2": KnownAddress("192.168.1.12")}

    await ctx.context.once("addresses", known)
    return ctx


async def test_the_crontab_comes_first_and_a_persons_lines_stay(tmp_path: Path) -> None:
    ctx = await site_of(tmp_path, cron="0 5 * * * backup\n")
    finding = await step("service").check(ctx)
    assert (finding.state, finding.detail) == (State.WOULD_CHANGE, "write the crontab")
    assert finding.diff is not None
    assert " 0 5 * * * backup\n" in finding.diff
    assert "+@reboot until ip -o addr" in finding.diff


async def test_without_cron_the_logins_own_systemd_starts_it(tmp_path: Path) -> None:
    own: list[str | Result] = ["manager\n", f"manager\nlingers\n{ENABLED}"]
    ctx = await site_of(tmp_path, cron=NO_CRON, own=own)
    service = step("service")
    finding = await service.check(ctx)
    assert finding.state is State.WOULD_CHANGE
    assert finding.detail == "write and enable spark-worker.service of the login's own systemd"
    await service.apply(ctx, finding)
    assert list(ctx.written) == [UNIT]
    [command] = ctx.did
    assert "systemctl --user enable spark-worker.service; loginctl enable-linger" in command
    after = await service.verify(ctx)
    assert after.detail == "pi's own systemd starts spark-worker.service at boot"
    assert after.state is State.OK


@pytest.mark.parametrize(
    ("own", "detail", "admin"),
    [
        (
            f"manager\n{ENABLED}",
            "pi's own systemd starts spark-worker.service at boot once pi may linger",
            "loginctl enable-linger pi",
        ),
        (
            "",
            "there is no cron, no root, and no systemd of the login's own",
            "cat > /etc/systemd/system/spark-worker.service <<'EOF'",
        ),
    ],
)
async def test_what_is_left_for_an_administrator(
    tmp_path: Path, own: str, detail: str, admin: str
) -> None:
    ctx = await site_of(tmp_path, cron=NO_CRON, own=[f"manager\n{ENABLED}", own])
    service = step("service")
    await service.apply(ctx, await service.check(ctx))
    finding = await service.check(ctx)
    assert (finding.state, finding.detail) == (State.BLOCKED, detail)
    assert finding.admin.startswith(admin)
