"""Which Python every node has, in the same minor version."""

from collections.abc import Sequence

from pitui.domain.errors import PituiError
from pitui.facts.python import parse_pythons, python_script
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster


async def common_python(cluster: Cluster, names: Sequence[str]) -> str | None:
    """Return a Python command that is of one minor version on all nodes that answer, or None.

    Plain `python3` where it is the same everywhere, else the newest `python3.N` they share;
    driver and executors must agree on the minor version.
    """

    async def versions(name: str) -> dict[str, tuple[int, int]]:
        result = await cluster.runner(name).run(python_script())
        return parse_pythons(result.stdout)

    answers = await fan_out(names, versions)
    return _agree([found for found in answers.values() if not isinstance(found, PituiError)])


def _agree(nodes: list[dict[str, tuple[int, int]]]) -> str | None:
    if not nodes:
        return None
    shared = {
        command: version
        for command, version in nodes[0].items()
        if all(found.get(command) == version for found in nodes[1:])
    }
    if "python3" in shared:
        return "python3"
    return max(shared, key=lambda command: shared[command], default=None)
