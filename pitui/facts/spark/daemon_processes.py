"""Spark's daemons among a node's processes, however they were started, and whose they are."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import PurePosixPath

from pitui.config.model import Node
from pitui.domain.cluster import DaemonProcess, Role
from pitui.domain.secret_names import holds_secret

_ROLES = {
    "org.apache.spark.deploy.master.Master": Role.MASTER,
    "org.apache.spark.deploy.worker.Worker": Role.WORKER,
}
_CLASS_PATH_OPTIONS = ("-cp", "-classpath", "--class-path")
_OPTIONS_WITH_VALUE = (*_CLASS_PATH_OPTIONS, "-p", "--module-path", "--add-modules")
_DEMO = "PITUI_DEMO"
"""Set for every process of a demonstration, which may run beside a real cluster."""
_DEFAULT_PORT = 7077
_HOME_VARIABLES = ("SPARK_HOME", "SPARK_CONF_DIR")


def daemon_role(words: Sequence[str]) -> tuple[Role, tuple[str, ...]] | None:
    """Return what a command line is the daemon of, with the daemon's own arguments.

    Only a Java program whose main class is the master or the worker is one: not an executor, not
    the launcher that computes the command line, not an editor or grep that names the class.
    """
    index = _main_class(words)
    if index is None or words[index] not in _ROLES:
        return None
    return _ROLES[words[index]], tuple(words[index + 1 :])


def settings_of(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the properties of Spark that Java gives a daemon, without those that hold secrets.

    They stand in SPARK_DAEMON_JAVA_OPTS, SPARK_MASTER_OPTS or SPARK_WORKER_OPTS, and win over
    spark-defaults.conf.
    """
    options = words[: _main_class(words) or 0]
    pairs = (word[2:].partition("=") for word in options if word.startswith("-Dspark."))
    return tuple((name, value) for name, _, value in pairs if not holds_secret(name))


def _main_class(words: Sequence[str]) -> int | None:
    if not words or not PurePosixPath(words[0]).name.startswith("java"):
        return None
    index = 1
    while index < len(words) and words[index].startswith("-"):
        index += 2 if words[index] in _OPTIONS_WITH_VALUE else 1
    return index if index < len(words) else None


def homes_of(words: Sequence[str], environment: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the Spark homes and conf folders that a daemon's class path and environment name."""
    found = [value for key, value in environment if key in _HOME_VARIABLES]
    for option, value in pairwise(words):
        if option in _CLASS_PATH_OPTIONS:
            # A Spark home has jars/* on it (lib/ before 2.0), a conf folder ends with a slash.
            found += [re.sub(r"/(?:jars|lib)/[^/]*$", "", entry) for entry in value.split(":")]
    return tuple(dict.fromkeys(home.rstrip("/") for home in found if home))


def own_processes(
    processes: Iterable[DaemonProcess], node: Node, others: Iterable[Node] = (), real_home: str = ""
) -> tuple[DaemonProcess, ...]:
    """Return the daemons that are this node's, of all those that run on its machine.

    `others` are the other configured nodes on that same machine (the same boot id), `real_home`
    the node's Spark home without symbolic links. A daemon belongs to the node that its Spark home,
    `--host` and web UI port speak for most. One that nothing speaks for (an existing cluster may
    live elsewhere than the configuration says) is ours only where no other configured node shares
    the machine, and where it belongs to this cluster's master by its port.

    A daemon in a container that was told another host is that container's, which may be a node, or
    of another cluster: its paths, and its port, are no word for the machine around it.
    """
    rivals = list(others)
    return tuple(process for process in processes if _is_own(process, node, rivals, real_home))


def _is_own(process: DaemonProcess, node: Node, rivals: Sequence[Node], real_home: str) -> bool:
    if process.in_container and process.host not in (None, node.host):
        return False
    ours = _claim_weight(process, node, real_home)
    if not ours:
        return not rivals and _of_this_cluster(process, node)
    return all(ours >= _claim_weight(process, rival) for rival in rivals)


def _of_this_cluster(process: DaemonProcess, node: Node) -> bool:
    if any(name == _DEMO for name, _ in process.environment):
        return False
    if process.role is Role.MASTER:
        return (process.option("--port", "-p") or str(_DEFAULT_PORT)) == str(node.master_port)
    masters = [word for word in process.arguments if word.startswith("spark://")]
    ports = re.findall(r":(\d+)(?:,|$)", ",".join(masters).replace("spark://", ""))
    return not masters or str(node.master_port) in ports


def _claim_weight(process: DaemonProcess, node: Node, real_home: str = "") -> int:
    """Weigh what speaks for a node; a port alone, which many nodes share, says nothing."""
    homes = {node.spark_home.rstrip("/"), real_home} - {""}
    by_home = any(_inside(found, home) for found in process.homes for home in homes)
    by_host = process.host == node.host
    if not (by_home or by_host):
        return 0
    port = process.webui_port
    same_port = process.role is Role.WORKER and port == node.worker_webui_port
    has_role = process.role in node.roles
    return 8 * by_home + 4 * by_host + 2 * same_port + has_role


def _inside(path: str, home: str) -> bool:
    return path == home or path.startswith(f"{home}/")


def is_claimed(process: DaemonProcess, nodes: Iterable[Node]) -> bool:
    """Say whether a daemon's Spark home or `--host` speaks for any of the nodes."""
    return any(_claim_weight(process, node) for node in nodes)
