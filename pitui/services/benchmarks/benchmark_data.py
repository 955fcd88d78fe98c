"""A benchmark's data on every node: made there from a seed, and removed again."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pitui.bench.suites import PROGRAMS
from pitui.domain.errors import NodeError, PituiError
from pitui.facts.disk.bench_folder import FOLDER
from pitui.remote.fanout import fan_out
from pitui.remote.quoting import quote
from pitui.services.cluster import Cluster

_MAKE_LIMIT = 3600.0
_SEED = "pitui"
_LINE = "The quick brown fox jumps over the lazy dog while the cluster counts its lines."


def names_of(cluster: Cluster) -> list[str]:
    """Return the nodes that need the data: the driver lists a file before workers read it."""
    return sorted({cluster.master.name, *(node.name for node in cluster.workers)})


async def make_text(cluster: Cluster, names: Sequence[str], mib: int) -> str:
    """Make text on every node and return its path; what is there already is kept.

    Raises:
        PituiError: a node could not make it, or made something else; says which.
    """
    path = f"{FOLDER}/text-{mib}m"
    program = (PROGRAMS / "make_text.py").read_text(encoding="utf-8")
    command = f"exec python3 -ISc {quote(program)} {quote(path)} {mib} {quote(_SEED)}"
    check_same(await on_every_node(cluster, names, command, path), path)
    return path


async def written_text(cluster: Cluster, names: Sequence[str], path: str, mib: int) -> None:
    """Write lines to a person's own path on every node; they stay. Nothing there is replaced.

    Raises:
        PituiError: a node could not write them, or has something else there.
    """
    await on_every_node(cluster, names, _write_lines(path, mib), path)


async def need_path(cluster: Cluster, names: Sequence[str], path: str) -> None:
    """See that a path is there on every node.

    Raises:
        PituiError: a node lacks it; names the nodes.
    """

    async def look(name: str) -> None:
        result = await cluster.runner(name).run(f"[ -e {quote(path)} ]", changes=False)
        if not result.ok:
            raise NodeError(name, f"{name}: there is no {path}")

    raise_failed(
        await fan_out(names, look),
        "Push it with `pitui push`, or set `generate`, such as generate=100m, to write it.",
    )


async def on_every_node(
    cluster: Cluster, names: Sequence[str], command: str, path: str
) -> dict[str, str]:
    """Run what makes data on every node and return what each said last.

    Raises:
        PituiError: it failed on a node; names the nodes, and what they said.
    """

    async def make(name: str) -> str:
        await locks.take(name)
        result = await cluster.runner(name).run(command, limit=_MAKE_LIMIT)
        cluster.audit.record("generate", name, "ok" if result.ok else "failed", path=path)
        if not result.ok:
            said = result.stderr.strip().splitlines() or [f"exit status {result.status}"]
            raise NodeError(name, f"{name}: {said[-1]}")
        lines = result.stdout.split()
        return lines[-1] if lines else ""

    async with cluster.locks.holding("bench run") as locks:
        answers = await fan_out(names, make)
    raise_failed(answers, "")
    return {name: answer for name, answer in answers.items() if isinstance(answer, str)}


def check_same(digests: Mapping[str, str], path: str) -> None:
    """See that the nodes have made the same, by what each says of it.

    Raises:
        PituiError: they have not; names those that differ.
    """
    wanted = next(iter(digests.values()), "")
    others = [name for name, digest in digests.items() if digest != wanted]
    if others:
        raise PituiError(
            f"{path} on {', '.join(others)} differs from that on {next(iter(digests))}",
            "Their memory or cards may be failing.",
        )


def raise_failed(answers: Mapping[str, object], advice: str) -> None:
    """Raise one error for all nodes whose answer is one.

    Raises:
        PituiError: some failed; names them.
    """
    failed = [answer for answer in answers.values() if isinstance(answer, PituiError)]
    if failed:
        own = next((error.advice for error in failed if error.advice), "")
        raise PituiError("; ".join(error.message for error in failed), advice or own)


def _write_lines(path: str, mib: int) -> str:
    """Return the sh that writes `mib` MiB of text lines; the file appears whole or not at all.

    What is there already stays: it is the same text, or it is an error.
    """
    new = f"{path}.new-XXXXXX"
    folder = str(Path(path).parent)
    return f"""path={quote(path)}
text() {{ yes {quote(_LINE)} | head -c {mib * 1024 * 1024}; }}
if [ -e "$path" ] || [ -L "$path" ]; then
  [ -f "$path" ] && text | cmp -s - "$path" && exit
  echo "$path is there already, and is not the text that would be written: name another path" >&2
  exit 1
fi
free=$(df -Pm {quote(folder)} | awk 'NR == 2 {{ print $4 }}')
if [ "${{free:-0}}" -lt {mib + 64} ]; then
  echo "{mib} MiB are wanted below" {quote(folder)} "and ${{free:-0}} MiB are free" >&2; exit 1
fi
new=$(mktemp -- {quote(new)}) || exit 1
text > "$new" && chmod 644 "$new" && mv -nT "$new" "$path" && [ ! -e "$new" ] && exit
rm -f "$new"
# Another node on this machine may have been quicker.
[ -f "$path" ] && text | cmp -s - "$path" && exit
echo "$path could not be written" >&2; exit 1"""
