"""Going back to the Spark that was there before, as a step of its own."""

from pitui.provision.site import Site
from pitui.provision.spark_home import installed
from pitui.provision.step import Finding, Step, ok, would_change
from pitui.provision.steps.spark import roll_back, way_back


class Rollback(Step):
    """Switches Spark's home back."""

    id = "rollback"
    title = "previous Spark"
    needs = ("access",)
    needs_root = False

    async def check(self, site: Site) -> Finding:
        """Say which version it would go back to, or that there is none."""
        now, before = await way_back(site)
        return would_change(f"from {now or 'none'} back to {before}")

    async def apply(self, site: Site, finding: Finding) -> None:  # noqa: ARG002
        """Switch the link in one step."""
        site.say(await roll_back(site))

    async def verify(self, site: Site) -> Finding:
        """Read which version is there now."""
        return ok(f"Spark {(await installed(site)).version}; `pitui restart` starts daemons of it")
