"""Going back to the Spark that was there before, as a step of its own."""

from dataclasses import replace

from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.spark.daemons import daemons_of
from pitui.provision.spark.running_daemons import outdated_words, running
from pitui.provision.spark.shared_secret import keep_secret
from pitui.provision.spark.spark_home import installed
from pitui.provision.steps.spark import roll_back, way_back


class RollbackStep(Step):
    """Switches Spark's home back to the version that was used before."""

    id = "rollback"
    title = "previous Spark"
    needs = ("access",)
    disturbs = True
    needs_root = False

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Say which version it would go back to, or that there is none."""
        now, before = await way_back(ctx)
        return would_change(f"from {now or 'none'} back to {before}")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:  # noqa: ARG002
        """Switch the link in one step."""
        ctx.say(await keep_secret(ctx, lambda: roll_back(ctx)))

    async def verify(self, ctx: NodeContext) -> CheckResult:
        """Read which version is there now, and what runs of the other."""
        version, spark = (await installed(ctx)).version, ctx.context.config.spark
        advice = []
        if not ctx.context.restarts:
            now = {one.role: await running(ctx, one) for one in await daemons_of(ctx)}
            advice.append(outdated_words(ctx, now))
        if spark.version not in (None, version):
            advice.append(
                f"The configuration still says spark.version {spark.version}, so the next "
                "`pitui provision` installs it again."
            )
        return replace(ok(f"Spark {version}"), advice="\n".join(word for word in advice if word))
