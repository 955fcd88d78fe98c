"""Python on the workers, of the same minor version as the driver's on the master's node."""

from pitui.domain.errors import NodeError, PituiError
from pitui.facts.runtimes.python import parse_pythons, python_script
from pitui.provision.engine import packages
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change


class PythonStep(Step):
    """Installs Python 3, on workers of the same minor version as the drivers'."""

    id = "python"
    title = "Python"
    needs = ("access",)

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare with what the driver would use."""
        own = await _pythons(ctx)
        master = ctx.context.master.name
        if ctx.node.is_master:
            if "python3" in own:
                return ok(f"{_dotted(own['python3'])}, which drivers use")
            return would_change("installs python3", admin="apt-get install python3", data="python3")
        try:
            drivers = await ctx.context.once(
                "pythons of the master", lambda: _pythons(ctx.context.contexts[master])
            )
        except PituiError as error:
            kept = _dotted(own["python3"]) if "python3" in own else "none"
            return ok(f"{kept}; what drivers on {master} use is not known: {error.message}")
        return _compared(ctx, own, drivers)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Install it from the node's own sources."""
        package = str(finding.data)
        ctx.say(f"installing {package}")
        await packages.install(ctx, [package])
        if ctx.node.is_master:
            ctx.context.forget("pythons of the master")


STEP = PythonStep()


def _compared(
    ctx: NodeContext, own: dict[str, tuple[int, int]], drivers: dict[str, tuple[int, int]]
) -> CheckResult:
    master = ctx.context.master.name
    wanted = drivers.get("python3")
    if wanted is not None and wanted in own.values():
        return ok(_dotted(wanted))
    if not own:
        return would_change("installs python3", admin="apt-get install python3", data="python3")
    shared = [v for command, v in own.items() if drivers.get(command) == v]
    if shared:
        return ok(f"{_dotted(max(shared))}, which {master} has as well")
    if wanted is None:
        return ok(f"{_dotted(next(iter(own.values())))}; {master} has none yet")
    have = ", ".join(sorted({_dotted(version) for version in own.values()}))
    message = f"drivers on {master} use Python {_dotted(wanted)}, but this node has {have}"
    advice = (
        f"Install python{_dotted(wanted)} here, or one of these on {master}: PySpark refuses to "
        "run across minor versions. Scala and Java programs do not mind."
    )
    raise NodeError(ctx.name, message, advice)


async def _pythons(ctx: NodeContext) -> dict[str, tuple[int, int]]:
    return parse_pythons((await ctx.run(python_script())).stdout)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
