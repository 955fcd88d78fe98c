"""profile: SPARK_HOME and PATH in interactive shells."""

from collections.abc import Mapping
from dataclasses import dataclass

from pitui.provision.engine.files_step import FilesStep, Text, read_as_root
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.spark.conf_folder import block
from pitui.provision.spark.spark_home import home_of, run_on
from pitui.provision.support.managed_block import without_block
from pitui.remote.quoting import quote

_BLOCK = "profile"

_ON_PATH = (
    'case ":$PATH:" in *":$SPARK_HOME/bin:"*) ;; *) '
    'export PATH="$PATH:$SPARK_HOME/bin:$SPARK_HOME/sbin" ;; esac'
)
_ON_PATH_FISH = (
    "for folder in $SPARK_HOME/bin $SPARK_HOME/sbin; "
    "contains -- $folder $PATH; or set -gx PATH $PATH $folder; end"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that a shell reads, and what has to be there for it to count (empty: always)."""

    path: str
    shell: str
    needs: str = ""


# Which file a shell reads when: bash(1) "INVOCATION" (Debian's reads /etc/bash.bashrc as well),
# zsh(1) "STARTUP/SHUTDOWN FILES", fish(1) "CONFIGURATION FILES".
_OF_ALL = (
    _Place("/etc/profile.d/spark.sh", "sh"),
    _Place("/etc/bash.bashrc", "bash", "/etc/bash.bashrc"),
    _Place("/etc/zsh/zshrc", "zsh", "/etc/zsh"),
    _Place("/etc/fish/conf.d/spark.fish", "fish", "/etc/fish"),
)
_OF_LOGIN = (
    _Place("{home}/.profile", "sh"),
    _Place("{home}/.bashrc", "bash", "{home}/.bashrc"),
    _Place("{home}/.zshrc", "zsh", "{home}/.zshrc"),
    _Place("{home}/.config/fish/conf.d/spark.fish", "fish", "{home}/.config/fish"),
)


class ProfileStep(FilesStep):
    """Writes what login shells read and, where they are there, bash, zsh and fish."""

    id = "profile"
    title = "SPARK_HOME and PATH"
    needs = ("spark",)

    async def texts(self, ctx: NodeContext) -> list[Text]:
        """Return the start files of login shells as they are and as they should be."""
        home = await home_of(ctx)
        places = await _places(ctx)
        needed = [place.needs for place in places if place.needs]
        there = await ctx.file_states(needed)
        return [
            await block(ctx, place.path, _BLOCK, shell_lines(place.shell, home))
            for place in places
            if not place.needs or place.needs in there
        ]

    async def summary(self, ctx: NodeContext) -> str:
        """Return in words what the shells get: Spark's home."""
        return f"SPARK_HOME is {await home_of(ctx)}"

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:  # noqa: ARG002
        """Take our lines out of the node's files, and a file away that holds nothing else."""
        changed = []
        root = await ctx.may_root()
        for place in await _places(ctx):
            old = await read_as_root(ctx, place.path) or ""
            new = without_block(old, _BLOCK)
            if new == old:
                continue
            if new:
                await ctx.write_file(place.path, new, root=root)
            else:
                await run_on(ctx, f"rm -f -- {quote(place.path)}")
            changed.append(place.path)
        return f"out of {', '.join(changed)}" if changed else ""


def shell_lines(shell: str, home: str) -> list[str]:
    """Return what a shell has to read; a SPARK_HOME that somebody set counts, and stays."""
    if shell == "fish":
        lines = [f"set -q SPARK_HOME; or set -gx SPARK_HOME {quote(home)}", _ON_PATH_FISH]
        return ["if status is-interactive", *(f"  {line}" for line in lines), "end"]
    lines = [f'[ -n "${{SPARK_HOME-}}" ] || export SPARK_HOME={quote(home)}', _ON_PATH]
    # Login shells that are not interactive read it too, as they did before.
    return lines if shell == "sh" else ["case $- in *i*)", *(f"  {x}" for x in lines), "esac"]


async def _places(ctx: NodeContext) -> list[_Place]:
    if await ctx.may_root():
        return list(_OF_ALL)
    home = (await ctx.machine()).home
    return [
        _Place(one.path.format(home=home), one.shell, one.needs.format(home=home))
        for one in _OF_LOGIN
    ]


STEP = ProfileStep()
