"""Going back to the Spark that was there before, as a step of its own."""

from dataclasses import replace

from pitui.provision.daemons import daemons_of
from pitui.provision.running import outdated_words, running
from pitui.provision.site import Site
from pitui.provision.spark_home import installed
from pitui.provision.step import Finding, Step, ok, would_change
from pitui.provision.steps.spark import roll_back, way_back


class Rollback(Step):
    """Switches Spark's home back."""

    id = "rollback"
    title = "previous Spark"
    needs = ("access",)
    disturbs = True
    needs_root = False

    async def check(self, site: Site) -> Finding:
        """Say which version it would go back to, or that there is none."""
        now, before = await way_back(site)
        return would_change(f"from {now or 'none'} back to {before}")

    async def apply(self, site: Site, finding: Finding) -> None:  # noqa: ARG002
        """Switch the link in one step."""
        site.say(await roll_back(site))

    async def verify(self, site: Site) -> Finding:
        """Read which version is there now, and what runs of the other."""
        version, spark = (await installed(site)).version, site.shelf.config.spark
        advice = []
        if not site.shelf.restarts:
            now = {one.role: await running(site, one) for one in await daemons_of(site)}
            advice.append(outdated_words(site, now))
        if spark.version not in (None, version):
            advice.append(
                f"The config still says spark.version {spark.version}, and the next "
                "`pitui provision` brings it again."
            )
        return replace(ok(f"Spark {version}"), advice="\n".join(word for word in advice if word))
