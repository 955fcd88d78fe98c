"""Getting a benchmark ready: its command line, and its data on every node."""

from collections.abc import Mapping

from pitui.bench.suites import benchmark
from pitui.domain.errors import NodeError, PituiError
from pitui.domain.memory import parse_memory
from pitui.remote.fanout import fan_out
from pitui.remote.quoting import quote
from pitui.services.cluster import Cluster

_GENERATE_LIMIT = 1800.0
_LINE = "The quick brown fox jumps over the lazy dog while the cluster counts its lines."


def program_words(name: str, values: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return a benchmark's parameters, checked, and spark-submit's arguments for it.

    Raises:
        UsageError: no such benchmark, or a value that does not fit.
    """
    wanted = benchmark(name)
    parameters = wanted.check(values)
    words = [str(wanted.program)]
    for key, value in parameters.items():
        if key != "generate" and value not in ("", "0"):
            words += [f"--{key}", value]
    return parameters, words


async def prepare_data(cluster: Cluster, name: str, parameters: Mapping[str, str]) -> None:
    """See that a benchmark's data is on every node, and make it where that was asked for.

    The driver lists the file before the workers read it, so the master's node needs it too.

    Raises:
        PituiError: a node lacks the data, or could not make it; names the nodes.
    """
    if name != "linecount":
        return
    path, size = parameters["path"], parameters["generate"]
    command = _generate(path, parse_memory(size)) if size else f"[ -e {quote(path)} ]"

    async def on_node(node: str) -> None:
        result = await cluster.runner(node).run(command, limit=_GENERATE_LIMIT)
        if size:
            cluster.audit.record("generate", node, "ok" if result.ok else "failed", path=path)
        if not result.ok:
            raise NodeError(node, f"{node}: {result.stderr.strip() or f'there is no {path}'}")

    names = {cluster.master.name, *(node.name for node in cluster.workers)}
    answers = await fan_out(sorted(names), on_node)
    failed = [answer for answer in answers.values() if isinstance(answer, PituiError)]
    if failed:
        advice = "" if size else "Set `generate`, such as generate=100m, to write it everywhere."
        raise PituiError("; ".join(error.message for error in failed), advice)


def _generate(path: str, mib: int) -> str:
    """Return the sh that writes `mib` MiB of text lines; the file appears whole or not at all."""
    new = f"{path}.new-XXXXXX"
    folder = path.rpartition("/")[0] or "/"
    return f"""free=$(df -Pm {quote(folder)} | awk 'NR == 2 {{ print $4 }}')
if [ "${{free:-0}}" -lt {mib + 64} ]; then
  echo "{mib} MiB are wanted below" {quote(folder)} "and ${{free:-0}} MiB are free" >&2; exit 1
fi
new=$(mktemp -- {quote(new)}) || exit 1
yes {quote(_LINE)} | head -c {mib * 1024 * 1024} > "$new" && chmod 644 "$new" &&
mv -f "$new" {quote(path)} || {{ rm -f "$new"; exit 1; }}"""
