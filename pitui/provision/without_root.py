"""Start at boot where there is no root: by the login's crontab, or its own systemd.

Cron is asked first, for it needs nobody's leave. The login's systemd runs without a login only
where it may linger; where the node does not let people say so themselves, an administrator has to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pitui.domain.errors import NodeError
from pitui.domain.text import printable
from pitui.provision.diffs import diff, joined
from pitui.provision.files_step import Text
from pitui.provision.managed_block import with_block, without_block
from pitui.provision.running import outdated_words, running
from pitui.provision.site import Site
from pitui.provision.step import Finding, State, ok, would_change
from pitui.remote.quoting import quote
from pitui.spark.unit_files import Daemon, cron_line, unit_text

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


async def check(site: Site, daemons: Sequence[Daemon]) -> Finding:
    """Return what is missing for the daemons to start at boot."""
    now = {daemon.role: await running(site, daemon) for daemon in daemons}
    said = await site.run(_CRON)
    if said.status == _NO_CRON:
        finding = await _check_units(site, daemons)
    else:
        wanted = with_block(said.stdout, "daemons", [cron_line(daemon) for daemon in daemons])
        finding = ok("the crontab starts it at boot")
        if wanted != said.stdout:
            shown = diff("crontab", said.stdout, wanted)
            finding = would_change("write the crontab", diff=shown, data=_Crontab(wanted))
    return replace(finding, advice=outdated_words(site, now))


async def apply(site: Site, finding: Finding) -> None:
    """Write the crontab or the units."""
    todo = finding.data
    if isinstance(todo, _Crontab):
        await _write_crontab(site, todo.text)
    elif isinstance(todo, _Units):
        for text in todo.texts:
            await site.write_file(text.path, text.new, mode=0o644, root=False, keep_old=False)
        units = quote(*todo.names)
        await site.ask(
            f"{_SESSION}set -e; systemctl --user daemon-reload; systemctl --user enable {units}; "
            # Where that is refused, the check says who can do it.
            "loginctl enable-linger 2>/dev/null || :",
            _LIMIT,
        )


async def remove(site: Site) -> str:
    """Take away what starts the daemons at boot; say what that was."""
    crontab = (await site.run(_CRON)).stdout
    if (without := without_block(crontab, "daemons")) != crontab:
        await _write_crontab(site, without)
        return "out of the crontab"
    folder = await _folder(site)
    names = [path.rpartition("/")[2] for path in await site.file_states(_ours(folder))]
    if names:
        paths = quote(*(f"{folder}/{name}" for name in names))
        stop = f"systemctl --user disable --now {quote(*names)}"
        reload = "systemctl --user daemon-reload"
        await site.ask(f"{_SESSION}{stop} && rm -f -- {paths} && {reload}", _LIMIT)
    return f"stopped and removed {', '.join(names)}" if names else ""


def by_hand(daemons: Sequence[Daemon]) -> str:
    """Return what an administrator has to do."""
    texts = [
        f"cat > {_SYSTEM}/{daemon.unit} <<'EOF'\n{unit_text(daemon)}EOF\n"
        f"systemctl enable --now {daemon.unit}\n"
        for daemon in daemons
    ]
    return "".join(texts)


async def _check_units(site: Site, daemons: Sequence[Daemon]) -> Finding:
    names = tuple(daemon.unit for daemon in daemons)
    said = (await site.run(_OWN.replace("{units}", quote(*names)))).stdout.splitlines()
    if "manager" not in said:
        why = "there is no cron, no root, and no systemd of the login's own"
        return Finding(State.BLOCKED, why, admin=by_hand(daemons))
    folder = await _folder(site)
    texts = []
    for daemon in daemons:
        path = f"{folder}/{daemon.unit}"
        text = unit_text(daemon, of_user=True)
        texts.append(Text(path, await site.read_text(path), text))
    wrong = tuple(text for text in texts if text.old != text.new)
    if wrong or any(f"enabled {name}" not in said for name in names):
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        what = f"write and enable {', '.join(names)} of the login's own systemd"
        return would_change(what, diff=shown, data=_Units(wrong, names))
    user = (await site.machine()).user
    if "lingers" not in said:
        why = f"{user}'s own systemd starts {', '.join(names)} at boot once {user} may linger"
        return Finding(State.BLOCKED, why, admin=f"loginctl enable-linger {user}")
    return ok(f"{user}'s own systemd starts {', '.join(names)} at boot")


async def _folder(site: Site) -> str:
    return f"{(await site.machine()).home}/.config/systemd/user"


def _ours(folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in ("spark-master.service", "spark-worker.service")]


async def _write_crontab(site: Site, text: str) -> None:
    result = await site.run("crontab -", stdin=text.encode())
    if not result.ok:
        raise NodeError(site.name, f"the crontab was refused: {printable(result.stderr.strip())}")
