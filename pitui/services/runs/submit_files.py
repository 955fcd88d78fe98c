"""The files that a submission names: found on this machine or on the master's node, or missing."""

import asyncio
import glob
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pitui.domain.errors import PituiError, UsageError
from pitui.facts.spark.submit_defaults import FoundPath, parse_paths, paths_script
from pitui.services.cluster import Cluster
from pitui.services.runs.run_folder import PRIVATE
from pitui.spark.submit.submit_args import SubmitArguments
from pitui.spark.submit.submit_paths import PathUse, path_uses, with_paths

FILES = "files"
"""The folder below a run's own that holds what was brought and is no secret."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of this machine that the master's node must get first."""

    source: Path
    place: str
    """Where it goes below the run's folder; its name stays, as Spark shows it to executors."""

    @property
    def size(self) -> int:
        """Bytes, 0 where it went away meanwhile."""
        try:
            return self.source.stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of a command line are; what is not named stays as it was written."""

    found: Mapping[PathUse, tuple[str | Upload, ...]]
    local: bool = False
    """Whether the master's node is this machine."""

    @property
    def uploads(self) -> list[Upload]:
        """What has to be brought, each file once."""
        every = (part for parts in self.found.values() for part in parts)
        return list(dict.fromkeys(part for part in every if isinstance(part, Upload)))

    def source(self, use: PathUse) -> Path | None:
        """Return where on this machine a file is, None where it is elsewhere."""
        for part in self.found.get(use, ()):
            if isinstance(part, Upload):
                return part.source
            if self.local and Path(part).is_absolute():
                return Path(part)
        return None

    def on_node(self, use: PathUse) -> str:
        """Return the path of a file that is on the master's node."""
        parts = self.found.get(use, ())
        return parts[0] if parts and isinstance(parts[0], str) else use.path

    def put(self, arguments: SubmitArguments, folder: str) -> SubmitArguments:
        """Return the command line as it is run; `folder` is the run's on the master's node."""

        def place(use: PathUse) -> Sequence[str]:
            parts = self.found.get(use, ())
            return [p if isinstance(p, str) else f"{folder}/{p.place}" for p in parts]

        return with_paths(arguments, place)


async def locate(cluster: Cluster, arguments: SubmitArguments, folder: Path) -> Places:
    """Find every file that a command line names.

    What a person typed is looked for on this machine, from `folder`, and then on the master's node,
    from its Spark home. With the driver on a worker only what is on the nodes counts, but for what
    spark-submit itself reads.

    Raises:
        PituiError: something is nowhere, is a folder, or cannot be read.
        UsageError: a path is not valid.
    """
    local = cluster.master.local
    found: dict[PathUse, tuple[str | Upload, ...]] = {}
    slots: dict[tuple[str, Path], Upload] = {}
    elsewhere: list[PathUse] = []
    for use in path_uses(arguments):
        here: list[Path] = []
        if local or use.by_submit or not arguments.in_cluster_mode:
            here = await asyncio.to_thread(find_here, use, folder)
        if not here:
            elsewhere.append(use)
        elif local:
            found[use] = tuple(str(path) for path in here)
        else:
            below = PRIVATE if use.by_submit else FILES
            found[use] = tuple(_slot(slots, path, below) for path in here)
    if elsewhere:
        found |= await _on_node(cluster, arguments, elsewhere, folder)
    return Places(found, local)


def find_here(use: PathUse, folder: Path) -> list[Path]:
    """Return the files of this machine that a path means, none where it means nothing here.

    Raises:
        PituiError: it is a folder, or cannot be read.
        UsageError: the path is not valid.
    """
    if use.on_every_node:
        return []
    path = _absolute(use, folder)
    try:
        if path.is_dir():
            return _files_in(use, path)
        if path.exists():
            return [_readable(use, path)]
    except (OSError, ValueError) as error:
        raise UsageError(f"{use.what}: {use.path!a}: {error}") from error
    if not (use.is_pattern and glob.has_magic(use.path)):
        return []
    matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    return [_readable(use, match) for match in matches if match.is_file()]


def _absolute(use: PathUse, folder: Path) -> Path:
    try:
        # Not resolved: a link's own name is what Spark shows to executors.
        return Path(os.path.normpath(folder.absolute() / Path(use.path).expanduser()))
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"{use.what}: {use.path!a}: {error}") from error


def _files_in(use: PathUse, path: Path) -> list[Path]:
    if not use.required:
        return [path]
    raise PituiError(f"{path} ({use.what}) is a folder, not a file", "Zip it, or name a file.")


def _readable(use: PathUse, path: Path) -> Path:
    if not path.is_file():
        raise PituiError(f"{path} ({use.what}) is not a file")
    if not os.access(path, os.R_OK):
        raise PituiError(f"{path} ({use.what}) is not readable by this user")
    return path


def _slot(slots: dict[tuple[str, Path], Upload], path: Path, below: str) -> str | Upload:
    if path.is_dir():
        return str(path)
    key = below, path
    if key not in slots:
        slots[key] = Upload(path, f"{below}/{len(slots)}/{path.name}")
    return slots[key]


async def _on_node(
    cluster: Cluster, arguments: SubmitArguments, uses: Sequence[PathUse], folder: Path
) -> dict[PathUse, tuple[str | Upload, ...]]:
    node = cluster.master
    script = paths_script(node.spark_home, [(use.path, use.is_pattern) for use in uses])
    there = parse_paths((await cluster.runner(node.name).run(script, changes=False)).stdout)
    needed = [(number, use) for number, use in enumerate(uses) if use.required]
    missing = [use for number, use in needed if number not in there]
    if missing:
        raise _files_nowhere(cluster, arguments, missing, folder)
    for number, use in needed:
        _check_path(node.name, use, there[number])
    return {
        use: (there[number].path,)
        for number, use in enumerate(uses)
        # A pattern is Spark's to fill in there.
        if number in there and there[number].path != use.path and not use.is_pattern
    }


def _check_path(node: str, use: PathUse, found: FoundPath) -> None:
    if found.kind != "file":
        what = "is a folder, not a file" if found.kind == "folder" else "is not readable"
        raise PituiError(f"{found.path} ({use.what}) on {node} {what}")


def _files_nowhere(
    cluster: Cluster, arguments: SubmitArguments, missing: Iterable[PathUse], folder: Path
) -> PituiError:
    """Return the one line for files that are nowhere, with the places that were looked at."""
    node = cluster.master
    lines = []
    away = False
    for use in missing:
        there = str(PurePosixPath(node.spark_home) / use.path) if use.path[:1] != "~" else use.path
        nodes_only = use.on_every_node or (
            arguments.in_cluster_mode and not use.by_submit and not node.local
        )
        away |= nodes_only
        here = str(_absolute(use, folder))
        if nodes_only or (node.local and here == there):
            lines.append(f"{use.what}: there is no {there} on {node.name}")
        else:
            lines.append(
                f"{use.what}: there is neither {here} on this machine nor {there} on {node.name}"
            )
    advice = "Is the path right? Files on this machine are copied there."
    if away:
        advice = "It must be on every node: `pitui push FILE TARGET` copies it there."
    elif node.local:
        advice = "Is the path right?"
    return PituiError("; ".join(lines), advice)
