"""What types cannot say about a configuration: names, hosts, addresses, files."""

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from glob import has_magic
from pathlib import Path as FilePath
from pathlib import PurePosixPath

from pitui.config import validators
from pitui.config.did_you_mean import did_you_mean
from pitui.config.model import LOCAL, Config, DataSection, NodeSection, NodeWorkerSection, Scalar
from pitui.config.nodes import expand_path
from pitui.config.yaml.problem import Path, quoted

Finding = tuple[Path, str]
"""The key that something is wrong with, and what."""

_DEFAULT_SSH_PORT = 22
_VERSION = re.compile(r"\d+\.\d+\.\d+[\w.-]*", re.ASCII)
_CHECK_ID = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)?")
_SHA512 = re.compile(r"[0-9a-fA-F]{128}")


def config_problems(config: Config) -> Iterator[Finding]:
    """Yield everything that is wrong with a configuration whose types are right."""
    yield from _cluster(config)
    for name, node in config.nodes.items():
        yield from _node_findings(config, name, node)
    yield from _same_address(config)
    yield from _ssh(config)
    yield from _spark(config)
    yield from _provision(config)
    yield from _data(config)
    yield from _jobs(config)
    yield from _logs(config)
    yield from _doctor(config)
    yield from _ui(config)


def _spelled(path: Path, rule: Callable[[str], str], text: str | None) -> Iterator[Finding]:
    """Yield what a rule has against a text; None is always fine."""
    message = "" if text is None else rule(text)
    if message:
        yield path, message


def _cluster(config: Config) -> Iterator[Finding]:
    master, names = config.cluster.master, list(config.nodes)
    if not names:
        yield ("nodes",), "found no nodes; allowed: one or more, such as pi1: {host: 192.168.1.11}"
    elif master not in config.nodes:
        hint = did_you_mean(master, names) or ";"
        message = (
            f"found {quoted(master)}, which is not a node{hint} allowed: {', '.join(names[:20])}"
        )
        yield ("cluster", "master"), message
    yield from _spelled(("cluster", "name"), _word_problem, config.cluster.name)


def _word_problem(text: str) -> str:
    return (
        validators.one_line_problem(text) if text.strip() else "found empty text, allowed: a name"
    )


def _node_findings(config: Config, name: str, node: NodeSection) -> Iterator[Finding]:
    path = ("nodes", name)
    yield from _spelled(path, validators.node_name_problem, name)
    yield from _spelled((*path, "host"), validators.host_problem, node.host)
    yield from _spelled((*path, "address"), validators.interface_problem, node.address)
    yield from _spelled((*path, "user"), validators.user_problem, node.user)
    yield from _spelled((*path, "spark_home"), _home, node.spark_home)
    yield from _identity((*path, "identity"), config.folder, node.identity)
    if isinstance(node.worker, NodeWorkerSection):
        yield from _spelled(
            (*path, "worker", "memory"), validators.memory_problem, node.worker.memory
        )
    yield from _pair_findings((*path, "env"), validators.variable_problem, node.env)


def _same_address(config: Config) -> Iterator[Finding]:
    """Yield nodes that are the same SSH server; two names for one machine would do all twice."""
    seen: dict[tuple[str, int], str] = {}
    for name, node in config.nodes.items():
        port = 0 if node.host == LOCAL else node.port or config.ssh.port or _DEFAULT_SSH_PORT
        first = seen.setdefault((_canonical_address(node.host), port), name)
        if first != name:
            what = "this machine" if node.host == LOCAL else f"port {port}"
            message = f"found {quoted(node.host)} ({what}), as in nodes.{first}; allowed: once"
            yield ("nodes", name, "host"), message


def _canonical_address(host: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(host))
    except ValueError:
        return host.casefold().rstrip(".")


def _ssh(config: Config) -> Iterator[Finding]:
    yield from _spelled(("ssh", "user"), validators.user_problem, config.ssh.user)
    yield from _identity(("ssh", "identity"), config.folder, config.ssh.identity)
    known_hosts = config.ssh.known_hosts
    if known_hosts and expand_path(config.folder, known_hosts).is_dir():
        yield ("ssh", "known_hosts"), f"found {quoted(known_hosts)}, a folder; allowed: a file"


def _identity(path: Path, folder: FilePath, text: str | None) -> Iterator[Finding]:
    if text is None:
        return
    file = expand_path(folder, text)
    found = f"found {quoted(text)}"
    if text.endswith(".pub"):
        yield path, f"{found}, the public key; allowed: the private one, {quoted(text[:-4])}"
    elif not os.path.lexists(file):
        yield path, f"{found}, but there is no such file; allowed: a private key of SSH, or null"
    elif not file.is_file():
        yield path, f"{found}, which is not a file; allowed: a private key of SSH, or null"
    elif not os.access(file, os.R_OK):
        yield path, f"{found}, which this user cannot read; allowed: a readable file"


def _spark(config: Config) -> Iterator[Finding]:
    spark = config.spark
    yield from _spelled(("spark", "version"), _version, spark.version)
    yield from _spelled(("spark", "archive"), _archive_problem, spark.archive)
    yield from _spelled(("spark", "sha512"), _sha512_problem, spark.sha512)
    for number, mirror in enumerate(spark.mirrors):
        yield from _spelled(("spark", "mirrors", str(number)), _mirror, mirror)
    yield from _spelled(("spark", "home"), _home, spark.home)
    yield from _spelled(("spark", "user"), validators.user_problem, spark.user)
    yield from _spelled(("spark", "submit_group"), validators.user_problem, spark.submit_group)
    yield from _spelled(("spark", "master", "host"), validators.host_problem, spark.master.host)
    yield from _spelled(
        ("spark", "worker", "memory"), validators.memory_problem, spark.worker.memory
    )
    if spark.master.port == spark.master.webui_port:
        message = (
            f"found {spark.master.port}, which is also spark.master.port; allowed: another port"
        )
        yield ("spark", "master", "webui_port"), message
    yield from _pair_findings(
        ("spark", "defaults"), validators.spark_property_problem, spark.defaults
    )
    yield from _pair_findings(("spark", "env"), validators.variable_problem, spark.env)


def _provision(config: Config) -> Iterator[Finding]:
    network = config.provision.network
    path = ("provision", "network")
    yield from _spelled((*path, "gateway"), validators.v4_address_problem, network.gateway)
    for number, server in enumerate(network.dns):
        yield from _spelled((*path, "dns", str(number)), validators.any_address_problem, server)
    yield from _spelled(("provision", "jdk"), _word_problem, config.provision.jdk)
    seen: dict[str, str] = {}
    for name, node in config.nodes.items():
        address = (node.address or "").partition("/")[0]
        if address and (first := seen.setdefault(address, name)) != name:
            message = f"found {quoted(address)}, as in nodes.{first}; allowed: once"
            yield ("nodes", name, "address"), message


def _version(text: str) -> str:
    return "" if _VERSION.fullmatch(text) else f"found {quoted(text)}, allowed: such as 4.3.0"


def _archive_problem(text: str) -> str:
    if "://" in text and not text.startswith("https://"):
        return f"found {quoted(text)}, allowed: a path on this machine or an https URL"
    return _word_problem(text)


def _mirror(text: str) -> str:
    if text.startswith("https://") and text.isprintable() and " " not in text:
        return ""
    return f"found {quoted(text)}, allowed: an https URL with folders such as spark-4.3.0 below it"


def _sha512_problem(text: str) -> str:
    return (
        "" if _SHA512.fullmatch(text) else f"found {quoted(text)}, allowed: 128 hexadecimal digits"
    )


def _home(text: str) -> str:
    """Return what is wrong with a path on a node, or nothing."""
    if text.startswith(("/", "~/")) and text.isprintable():
        return ""
    return f"found {quoted(text)}, allowed: a path on the node that starts with / or ~/"


def _pair_findings(
    path: Path, rule: Callable[[str], str], pairs: dict[str, Scalar]
) -> Iterator[Finding]:
    for key, value in pairs.items():
        yield from _spelled((*path, key), rule, key)
        yield from _spelled((*path, key), validators.one_line_problem, str(value))


def _data(config: Config) -> Iterator[Finding]:
    for number, data in enumerate(config.data):
        yield from _spelled(("data", str(number), "source"), _word_problem, data.source)
        yield from _spelled(("data", str(number), "target"), _home, data.target)
        yield from _spelled(("data", str(number), "owner"), validators.user_problem, data.owner)
        for at, name in enumerate([] if isinstance(data.nodes, str) else data.nodes):
            if name not in config.nodes:
                hint = did_you_mean(name, config.nodes) or ";"
                message = f"found {quoted(name)}, which is not a node{hint} allowed: a node's name"
                yield ("data", str(number), "nodes", str(at)), message
    yield from _overlapping_data(config)


def _overlapping_data(config: Config) -> Iterator[Finding]:
    """Yield the targets that are equal or inside each other on a node: each push would undo one."""
    before: list[tuple[DataSection, PurePosixPath]] = []
    for number, data in enumerate(config.data):
        place = _place_of(data)
        for other, there in before:
            if not _on_same_node(data, other) or not _collide(data, place, other, there):
                continue
            message = f"found {quoted(data.target)}, which is the same as or inside of "
            message += (
                f"{quoted(other.target)}, or holds it; allowed: targets apart from each other"
            )
            yield ("data", str(number), "target"), message
            break
        before.append((data, place))


def _place_of(data: DataSection) -> PurePosixPath:
    target = posixpath.normpath(data.target)
    if data.target.endswith("/") and not has_magic(data.source):
        target = posixpath.join(target, FilePath(data.source).name)
    return PurePosixPath(target)


def _on_same_node(data: DataSection, other: DataSection) -> bool:
    if isinstance(data.nodes, str) or isinstance(other.nodes, str):
        return True
    return not set(data.nodes).isdisjoint(other.nodes)


def _collide(
    data: DataSection, place: PurePosixPath, other: DataSection, there: PurePosixPath
) -> bool:
    """Say whether two targets do; what a pattern matches joins what else is in its folder."""
    inside = not has_magic(other.source) and place.is_relative_to(there)
    return inside or (not has_magic(data.source) and there.is_relative_to(place))


def _jobs(config: Config) -> Iterator[Finding]:
    for name, job in config.jobs.items():
        yield from _spelled(("jobs", name, "app"), _word_problem, job.app)
        yield from _pair_findings(
            ("jobs", name, "conf"), validators.spark_property_problem, job.conf
        )
        for key, paths in (("py_files", job.py_files), ("jars", job.jars)):
            for number, path in enumerate(paths):
                yield from _spelled(("jobs", name, key, str(number)), _listed_path_problem, path)
        targets = [data.target for data in config.data]
        for number, target in enumerate(job.data):
            if target not in targets:
                hint = did_you_mean(target, targets) or ";"
                message = f"found {quoted(target)}, which is no target under data:{hint} "
                message += "allowed: a target of data:"
                yield ("jobs", name, "data", str(number)), message


def _listed_path_problem(text: str) -> str:
    if "," in text:
        return f"found {quoted(text)}, allowed: a path without a comma, one a line"
    return _word_problem(text)


def _logs(config: Config) -> Iterator[Finding]:
    for name, path in config.logs.items():
        yield from _spelled(("logs", name), validators.node_name_problem, name)
        if name in config.nodes:
            yield ("logs", name), f"{quoted(name)} is a node; allowed: another name"
        node, _, rest = path.partition(":")
        yield from _spelled(("logs", name), _home, rest if node in config.nodes else path)


def _doctor(config: Config) -> Iterator[Finding]:
    for number, one in enumerate(config.doctor.exclude):
        path = ("doctor", "exclude", str(number))
        yield from _spelled((*path, "check"), _check_id_problem, one.check)
        yield from _spelled((*path, "reason"), _word_problem, one.reason)
        yield from _spelled((*path, "until"), _day_problem, one.until)
        if one.node is not None and one.node not in config.nodes:
            hint = did_you_mean(one.node, config.nodes) or ";"
            message = f"found {quoted(one.node)}, which is not a node{hint} allowed: a node's name"
            yield (*path, "node"), message


def _check_id_problem(text: str) -> str:
    if _CHECK_ID.fullmatch(text):
        return ""
    return f"found {quoted(text)}, allowed: a check's id or group, such as network.wifi or network"


def _day_problem(text: str) -> str:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return f"found {quoted(text)}, allowed: a day such as 2026-12-31, or null"
    return ""


def _ui(config: Config) -> Iterator[Finding]:
    for action, keys in config.ui.keys.items():
        yield from _spelled(("ui", "keys", action), validators.action_problem, action)
        yield from _spelled(("ui", "keys", action), validators.key_names_problem, keys)
