"""The names, addresses and secrets that configuration, nodes and this machine are known by."""

import os
import pwd
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from pitui.config.model import Config
from pitui.doctor.evidence.evidence import Evidence
from pitui.domain.anonymous.anonymizer import Anonymizer
from pitui.domain.anonymous.stand_ins import NameKind
from pitui.domain.secret_names import holds_secret

_PATHS = frozenset(
    {"identity", "known_hosts", "archive", "jdk", "source", "target", "app", "py_files", "jars"}
)
"""Keys of the configuration whose values are paths that a person chose."""
_TEXTS = frozenset({"args", "reason"})
"""Keys whose values may say anything."""


def know_names(anonymizer: Anonymizer, evidence: Evidence) -> None:
    """Tell an anonymizer all that is known beforehand."""
    stand_ins = anonymizer.stand_ins
    stand_ins.know(NameKind.NODE, evidence.nodes)
    stand_ins.know(NameKind.CLUSTER, [evidence.config.cluster.name])
    _know_config(anonymizer, evidence.config)
    for address in _known_addresses(evidence):
        stand_ins.know_address(address)
    stand_ins.know(NameKind.HOST, _hosts_of_all(evidence))
    stand_ins.know(NameKind.USER, _known_users(evidence))
    _know_this_machine(anonymizer)


def config_values(config: Config) -> dict[str, object]:
    """Return the configuration as plain values, without the folder that it was read from."""
    values: dict[str, object] = msgspec.to_builtins(config, enc_hook=str)
    values.pop("folder", None)
    return values


def without_private_texts(anonymizer: Anonymizer, value: object, key: str = "") -> object:
    """Return values of the configuration with stand-ins for paths and texts of a person's own."""
    if isinstance(value, dict):
        return {
            name: without_private_texts(anonymizer, one, key if key == "logs" else str(name))
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [without_private_texts(anonymizer, one, key) for one in value]
    kind = _private_kind(key)
    if kind is None or not isinstance(value, str) or _is_number_or_url(value):
        return value
    return anonymizer.stand_ins.of(kind, value)


def _private_kind(key: str) -> NameKind | None:
    if key in _PATHS or key == "logs":
        return NameKind.PATH
    return NameKind.TEXT if key in _TEXTS else None


def _is_number_or_url(value: str) -> bool:
    """Whether a text is no more than a number, or an address that is cleaned as such."""
    return value.replace(".", "").isdecimal() or "://" in value


def _know_config(anonymizer: Anonymizer, config: Config) -> None:
    for key, name, value in _config_texts(config_values(config)):
        kind = _private_kind(key)
        if name and holds_secret(name):
            anonymizer.stand_ins.know_secret(value)
        elif kind is not None and not _is_number_or_url(value) and len(value) >= 5:
            anonymizer.stand_ins.know(kind, [value])
            if kind is NameKind.PATH and value.startswith("~/"):
                anonymizer.stand_ins.know(kind, [str(Path(value).expanduser())])
        else:
            anonymizer.learn(value)


def _config_texts(value: object, key: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield every text of the configuration with its key, and the name of the setting it is of."""
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _config_texts(one, key if key == "logs" else str(inner), str(inner))
    elif isinstance(value, list):
        for one in value:
            yield from _config_texts(one, key, name)
    elif value is not None and not isinstance(value, bool):
        yield key, name, str(value)


def _known_addresses(evidence: Evidence) -> Iterator[str]:
    config = evidence.config
    yield from (node.host for node in evidence.nodes.values())
    yield from (node.address.partition("/")[0] for node in evidence.nodes.values() if node.address)
    yield from filter(None, [config.provision.network.gateway, *config.provision.network.dns])
    for facts in evidence.facts.values():
        yield from facts.addresses
        yield from (host.address for host in facts.hosts if host.address)
        yield from (address for found in facts.resolved.values() for address in found)
        machine = facts.machine
        yield from filter(None, [machine.server_address, machine.client_address])
        yield from (route.gateway for route in machine.routes if route.gateway)


def _hosts_of_all(evidence: Evidence) -> Iterator[str]:
    yield from (node.host for node in evidence.nodes.values() if not node.local)
    yield evidence.config.spark.master.host or ""
    snapshot = evidence.snapshot
    yield from (worker.host for node in snapshot.nodes for worker in node.workers)
    yield from (worker.host for worker in snapshot.strangers)
    for facts in evidence.facts.values():
        yield facts.machine.hostname
        yield from facts.resolved
        yield from (name for host in facts.hosts for name in host.names if name[:4] != "ip6-")


def _known_users(evidence: Evidence) -> Iterator[str | None]:
    config = evidence.config
    yield from (config.ssh.user, config.spark.user)
    yield from (node.user for node in evidence.nodes.values())
    yield from (item.owner for item in config.data)
    yield from (app.user for app in evidence.snapshot.applications)
    yield from (process.user for node in evidence.snapshot.nodes for process in node.processes)
    for facts in evidence.facts.values():
        yield facts.machine.user
        yield facts.machine.home.rpartition("/")[2]
        yield from (left.owner for left in facts.leftovers)


def _know_this_machine(anonymizer: Anonymizer) -> None:
    stand_ins = anonymizer.stand_ins
    host = socket.gethostname()
    stand_ins.know(NameKind.HOST, [host, host.partition(".")[0]])
    home = str(Path.home())
    if home.count("/") > 1:
        stand_ins.know(NameKind.PATH, [home])
    stand_ins.know(NameKind.USER, [*_names_of_person()])


def _names_of_person() -> Iterable[str]:
    """Yield the names of the user at this machine: of the login, and of the person."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        yield from filter(None, map(os.environ.get, ("LOGNAME", "USER")))
        return
    yield entry.pw_name
    full = entry.pw_gecos.partition(",")[0]
    yield full
    yield from (word for word in full.split() if len(word) > 2)
