"""Start at boot where there is no root: by the login's crontab, or its own systemd.

Cron is asked first, for it needs nobody's leave. The login's systemd runs without a login only
where it may linger; where the node does not let people say so themselves, an administrator has to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pitui.domain.errors import NodeError
from pitui.domain.text.printable import printable
from pitui.provision.engine.files_step import Text
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, State, ok, would_change
from pitui.provision.spark.running_daemons import outdated_words, running
from pitui.provision.support.diffs import diff, joined
from pitui.provision.support.managed_block import with_block, without_block
from pitui.remote.quoting import quote
from pitui.spark.daemons.unit_files import UnitDaemon, cron_line, unit_text

_SYSTEM = "/etc/systemd/system"
_CRON = "command -v crontab >/dev/null 2>&1 || exit 9; crontab -l 2>/dev/null; :"
_NO_CRON = 9
_SESSION = '[ -d "${XDG_RUNTIME_DIR:=/run/user/$(id -u)}" ] && export XDG_RUNTIME_DIR; '
_OWN = (
    f"{_SESSION}systemctl --user show-environment >/dev/null 2>&1 && echo manager; "
    '[ -e "/var/lib/systemd/linger/$(id -un)" ] && echo lingers; '
    "for u in {units}; do "
    '[ "$(systemctl --user is-enabled "$u" 2>/dev/null)" = enabled ] && echo "enabled $u"; done; :'
)
_LIMIT = 90.0


@dataclass(frozen=True, slots=True)
class _Crontab:
    text: str


@dataclass(frozen=True, slots=True)
class _Units:
    texts: tuple[Text, ...]
    names: tuple[str, ...]


async def check_user_service(ctx: NodeContext, daemons: Sequence[UnitDaemon]) -> CheckResult:
    """Return what is missing for the daemons to start at boot."""
    now = {daemon.role: await running(ctx, daemon) for daemon in daemons}
    said = await ctx.run(_CRON)
    if said.status == _NO_CRON:
        finding = await _check_units(ctx, daemons)
    else:
        wanted = with_block(said.stdout, "daemons", [cron_line(daemon) for daemon in daemons])
        finding = ok("the crontab starts it at boot")
        if wanted != said.stdout:
            shown = diff("crontab", said.stdout, wanted)
            finding = would_change("write the crontab", diff=shown, data=_Crontab(wanted))
    return replace(finding, advice=outdated_words(ctx, now))


async def apply_user_service(ctx: NodeContext, finding: CheckResult) -> None:
    """Write the crontab or the units."""
    todo = finding.data
    if isinstance(todo, _Crontab):
        await _write_crontab(ctx, todo.text)
    elif isinstance(todo, _Units):
        for text in todo.texts:
            await ctx.write_file(text.path, text.new, mode=0o644, root=False, keep_old=False)
        units = quote(*todo.names)
        await ctx.ask(
            f"{_SESSION}set -e; systemctl --user daemon-reload; systemctl --user enable {units}; "
            # Where that is refused, the check says who can do it.
            "loginctl enable-linger 2>/dev/null || :",
            _LIMIT,
        )


async def remove_user_service(ctx: NodeContext) -> str:
    """Take away what starts the daemons at boot; say what that was."""
    crontab = (await ctx.run(_CRON)).stdout
    if (without := without_block(crontab, "daemons")) != crontab:
        await _write_crontab(ctx, without)
        return "out of the crontab"
    folder = await _user_unit_folder(ctx)
    names = [path.rpartition("/")[2] for path in await ctx.file_states(_ours(folder))]
    if names:
        paths = quote(*(f"{folder}/{name}" for name in names))
        stop = f"systemctl --user disable --now {quote(*names)}"
        reload = "systemctl --user daemon-reload"
        await ctx.ask(f"{_SESSION}{stop} && rm -f -- {paths} && {reload}", _LIMIT)
    return f"stopped and removed {', '.join(names)}" if names else ""


def by_hand(daemons: Sequence[UnitDaemon]) -> str:
    """Return what an administrator has to do."""
    texts = [
        f"cat > {_SYSTEM}/{daemon.unit} <<'EOF'\n{unit_text(daemon)}EOF\n"
        f"systemctl enable --now {daemon.unit}\n"
        for daemon in daemons
    ]
    return "".join(texts)


async def _check_units(ctx: NodeContext, daemons: Sequence[UnitDaemon]) -> CheckResult:
    names = tuple(daemon.unit for daemon in daemons)
    said = (await ctx.run(_OWN.replace("{units}", quote(*names)))).stdout.splitlines()
    if "manager" not in said:
        why = "there is no cron, no root, and no systemd of the login's own"
        return CheckResult(State.BLOCKED, why, admin=by_hand(daemons))
    folder = await _user_unit_folder(ctx)
    texts = []
    for daemon in daemons:
        path = f"{folder}/{daemon.unit}"
        text = unit_text(daemon, of_user=True)
        texts.append(Text(path, await ctx.read_text(path), text))
    wrong = tuple(text for text in texts if text.old != text.new)
    if wrong or any(f"enabled {name}" not in said for name in names):
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        what = f"write and enable {', '.join(names)} of the login's own systemd"
        return would_change(what, diff=shown, data=_Units(wrong, names))
    user = (await ctx.machine()).user
    if "lingers" not in said:
        why = f"{user}'s own systemd starts {', '.join(names)} at boot once {user} may linger"
        return CheckResult(State.BLOCKED, why, admin=f"loginctl enable-linger {user}")
    return ok(f"{user}'s own systemd starts {', '.join(names)} at boot")


async def _user_unit_folder(ctx: NodeContext) -> str:
    return f"{(await ctx.machine()).home}/.config/systemd/user"


def _ours(folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in ("spark-master.service", "spark-worker.service")]


async def _write_crontab(ctx: NodeContext, text: str) -> None:
    result = await ctx.run("crontab -", stdin=text.encode())
    if not result.ok:
        raise NodeError(ctx.name, f"the crontab was refused: {printable(result.stderr.strip())}")
