"""Steps that bring about the contents of files."""

from abc import abstractmethod
from dataclasses import dataclass

from pitui.provision.diffs import diff, joined
from pitui.provision.site import Site
from pitui.provision.step import Finding, Step, ok, would_change


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it is and as it should be; None stands for no file."""

    path: str
    old: str | None
    new: str
    mode: int | None = None


class FilesStep(Step):
    """A step that is done when some files hold what they should."""

    needs_root = False

    @abstractmethod
    async def texts(self, site: Site) -> list[Text]:
        """Return the files with what they hold and what they should hold."""

    async def owner(self, site: Site) -> str | None:  # noqa: ARG002
        """Return who should own a file that is new; None leaves it to who writes it."""
        return None

    async def check(self, site: Site) -> Finding:
        """Compare the files."""
        texts = await self.texts(site)
        wrong = [text for text in texts if text.old != text.new]
        if not wrong:
            return ok(await self.summary(site))
        names = ", ".join(text.path.rpartition("/")[2] for text in wrong)
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        return would_change(f"write {names}: {await self.summary(site)}", diff=shown, data=wrong)

    async def summary(self, site: Site) -> str:  # noqa: ARG002
        """Return what the files say, in a few words."""
        return "as configured"

    async def apply(self, site: Site, finding: Finding) -> None:
        """Write the files that differ."""
        wrong = finding.data
        assert isinstance(wrong, list)  # noqa: S101 - what check made
        root = await site.may_root()
        owner = await self.owner(site) if root else None
        for text in wrong:
            new_owner = owner if text.old is None else None
            await site.write_file(text.path, text.new, mode=text.mode, owner=new_owner, root=root)


async def read(site: Site, path: str) -> str | None:
    """Return what a file holds, read as root where that can be had."""
    return await site.read_text(path, root=await site.may_root())
