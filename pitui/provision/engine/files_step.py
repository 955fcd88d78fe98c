"""Steps that bring about the contents of files."""

from abc import abstractmethod
from dataclasses import dataclass

from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.support.diffs import diff, joined


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it is and as it should be; None means no file."""

    path: str
    old: str | None
    new: str
    mode: int | None = None


class FilesStep(Step):
    """A step that is done when some files hold what they should."""

    needs_root = False

    @abstractmethod
    async def texts(self, ctx: NodeContext) -> list[Text]:
        """Return the files with what they hold and what they should hold."""

    async def owner(self, ctx: NodeContext) -> str | None:  # noqa: ARG002
        """Return who should own a file that is new; None leaves it to who writes it."""
        return None

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare the files."""
        texts = await self.texts(ctx)
        wrong = [text for text in texts if text.old != text.new]
        if not wrong:
            return ok(await self.summary(ctx))
        names = ", ".join(text.path.rpartition("/")[2] for text in wrong)
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        return would_change(f"write {names}: {await self.summary(ctx)}", diff=shown, data=wrong)

    async def summary(self, ctx: NodeContext) -> str:  # noqa: ARG002
        """Return what the files say, in a few words."""
        return "as configured"

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Write the files that differ."""
        wrong = finding.data
        assert isinstance(wrong, list)  # noqa: S101 - what check made
        root = await ctx.may_root()
        owner = await self.owner(ctx) if root else None
        for text in wrong:
            new_owner = owner if text.old is None else None
            await ctx.write_file(text.path, text.new, mode=text.mode, owner=new_owner, root=root)


async def read_as_root(ctx: NodeContext, path: str) -> str | None:
    """Return what a file holds, read as root where that can be had."""
    return await ctx.read_text(path, root=await ctx.may_root())
