"""service: master and worker start at boot and again after a failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pitui.domain.errors import NodeError
from pitui.domain.text import printable
from pitui.provision.daemons import daemons_of
from pitui.provision.diffs import diff, joined
from pitui.provision.files_step import Text, read
from pitui.provision.managed_block import with_block, without_block
from pitui.provision.site import Site
from pitui.provision.spark_home import run_on
from pitui.provision.step import Finding, State, Step, ok, skipped, would_change
from pitui.remote.quoting import quote
from pitui.spark.launch import CLASSES
from pitui.spark.unit_files import Daemon, cron_line, unit_text

_FOLDER = "/etc/systemd/system"
_MOVE_LIMIT = 90.0

# Says for each daemon: whether its unit is enabled, whether it runs by it, and the process that
# Spark's own scripts started, with how many executors that has.
_LOOK = r"""
unit=$1 class=$2 home=$3
echo "enabled $(systemctl is-enabled "$unit" 2>/dev/null)"
main=$(systemctl show -p MainPID --value "$unit" 2>/dev/null)
echo "active $(systemctl is-active "$unit" 2>/dev/null)"
for folder in /proc/[0-9]*; do
  pid=${folder#/proc/}
  [ "$pid" != "$main" ] || continue
  case $(tr '\0' '\n' < "$folder/cmdline" 2>/dev/null | grep -x -m 1 -F -e "$class") in
    "$class") ;; *) continue ;;
  esac
  case $(readlink "$folder/exe") in *java) ;; *) continue ;; esac
  tr '\0' '\n' < "$folder/environ" 2>/dev/null | grep -qxF "SPARK_HOME=$home" || continue
  executors=$(ps -o args= --ppid "$pid" | grep -c CoarseGrainedExecutorBackend)
  echo "script $pid $executors"
done
true
"""

_MOVE = r"""
unit=$1 pid=$2 class=$3
if grep -aqF "$class" "/proc/$pid/cmdline" 2>/dev/null; then
  kill "$pid"
  n=0
  while [ -d "/proc/$pid" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.2; done
  [ ! -d "/proc/$pid" ] || { echo "process $pid does not end" >&2; exit 1; }
fi
systemctl start "$unit"
"""


@dataclass(slots=True)
class _Running:
    """How one daemon runs and starts."""

    daemon: Daemon
    text: Text
    enabled: bool = False
    script_pid: int | None = None
    executors: int = 0

    @property
    def to_move(self) -> bool:
        """Whether its process can become the unit's without anybody losing anything."""
        return self.script_pid is not None and self.executors == 0


@dataclass(slots=True)
class _Todo:
    running: list[_Running] = field(default_factory=list)
    crontab: str | None = None


class ServiceStep(Step):
    """Installs the units; without root a crontab line for each daemon."""

    id = "service"
    title = "start at boot"
    needs = ("spark", "conf", "sizing", "account")
    needs_root = False

    async def check(self, site: Site) -> Finding:
        """Compare units, whether they are enabled, and who started what runs."""
        daemons = await daemons_of(site)
        if not daemons:
            return skipped("it runs no daemon")
        if not await site.may_root():
            return await _check_cron(site, daemons)
        if not (await site.machine()).systemd:
            return Finding(State.BLOCKED, "there is no systemd", admin=_by_hand(daemons))
        running = [await _look(site, daemon) for daemon in daemons]
        changes = [words for one in running if (words := _words(one))]
        if not changes:
            return ok("; ".join(_state(one) for one in running))
        shown = joined(*(diff(one.text.path, one.text.old, one.text.new) for one in running))
        return would_change("; ".join(changes), diff=shown, data=_Todo(running))

    async def apply(self, site: Site, finding: Finding) -> None:
        """Write, enable, and move over what nobody uses."""
        todo = finding.data
        assert isinstance(todo, _Todo)  # noqa: S101 - what check made
        if todo.crontab is not None:
            await _write_crontab(site, todo.crontab)
            return
        for one in todo.running:
            if one.text.old != one.text.new:
                path = one.text.path
                await site.write_file(path, one.text.new, mode=0o644, keep_old=False)
        await site.as_root("systemctl daemon-reload", limit=60)
        for one in todo.running:
            unit = one.daemon.unit
            await site.as_root(f"systemctl --no-ask-password enable {quote(unit)}", limit=60)
            if one.to_move:
                site.say(f"moving the running {one.daemon.role} to {unit}")
                words = quote(unit, one.script_pid or 0, CLASSES[one.daemon.role])
                await site.as_root(f"sh -c {quote(_MOVE)} move {words}", limit=_MOVE_LIMIT)

    async def remove(self, site: Site, others: Mapping[str, Site]) -> str:  # noqa: ARG002
        """Stop the node's daemons and take away what starts them."""
        if not await site.may_root():
            crontab = (await site.run("crontab -l 2>/dev/null; :")).stdout
            if (without := without_block(crontab, "daemons")) == crontab:
                return ""
            await _write_crontab(site, without)
            return "out of the crontab"
        units = [daemon.unit for daemon in await daemons_of(site)]
        states = await site.file_states([f"{_FOLDER}/{unit}" for unit in units])
        for path in states:
            unit = quote(path.rpartition("/")[2])
            await site.as_root(
                f"systemctl --no-ask-password disable --now {unit} && rm -f -- {quote(path)} "
                "&& systemctl daemon-reload",
                limit=_MOVE_LIMIT,
            )
        return f"stopped and removed {', '.join(units)}" if states else ""


def _words(one: _Running) -> str:
    """Return what has to be done about a daemon; empty for nothing."""
    what = []
    if one.text.old != one.text.new:
        what.append("write")
    if not one.enabled:
        what.append("enable")
    if one.to_move:
        what.append("start by systemd what Spark's scripts started as")
    return f"{', '.join(what)} {one.daemon.unit}" if what else ""


def _state(one: _Running) -> str:
    if one.script_pid is None:
        return f"{one.daemon.unit} starts at boot"
    return (
        f"{one.daemon.unit} starts at boot; until then Spark's scripts' process {one.script_pid} "
        f"goes on, for it has {one.executors} executors"
    )


async def _look(site: Site, daemon: Daemon) -> _Running:
    path = f"{_FOLDER}/{daemon.unit}"
    one = _Running(daemon, Text(path, await read(site, path), unit_text(daemon)))
    words = quote(daemon.unit, CLASSES[daemon.role], daemon.home)
    output = await run_on(site, f"sh -c {quote(_LOOK)} look {words}")
    for line in output.splitlines():
        match line.split():
            case ["enabled", "enabled"]:
                one.enabled = True
            case ["script", pid, executors]:
                one.script_pid, one.executors = int(pid), int(executors)
    return one


async def _check_cron(site: Site, daemons: list[Daemon]) -> Finding:
    """Return what the login user's crontab lacks."""
    said = await site.run("command -v crontab >/dev/null 2>&1 || exit 9; crontab -l 2>/dev/null; :")
    if said.status == 9:
        return Finding(State.BLOCKED, "there is no cron, and no root", admin=_by_hand(daemons))
    wanted = with_block(said.stdout, "daemons", [cron_line(daemon) for daemon in daemons])
    if wanted == said.stdout:
        return ok("the crontab starts it at boot")
    shown = diff("crontab", said.stdout, wanted)
    return would_change("write the crontab", diff=shown, data=_Todo(crontab=wanted))


async def _write_crontab(site: Site, text: str) -> None:
    result = await site.run("crontab -", stdin=text.encode())
    if not result.ok:
        raise NodeError(site.name, f"the crontab was refused: {printable(result.stderr.strip())}")


def _by_hand(daemons: list[Daemon]) -> str:
    """Return what an administrator has to do."""
    texts = [
        f"cat > {_FOLDER}/{daemon.unit} <<'EOF'\n{unit_text(daemon)}EOF\n"
        f"systemctl enable --now {daemon.unit}\n"
        for daemon in daemons
    ]
    return "".join(texts)


STEP = ServiceStep()
