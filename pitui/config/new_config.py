"""A first config.yaml from a few answers: the text that `pitui init` writes."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pitui.config.addresses import Address, name_for, parse_address
from pitui.config.atomic_file import create_file
from pitui.config.did_you_mean import did_you_mean
from pitui.config.load import parse_config
from pitui.config.model import LOCAL
from pitui.config.validators import node_name_problem
from pitui.config.yaml.problem import quoted
from pitui.domain.errors import UsageError
from pitui.domain.sizing import LEAST_MEMORY


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node that was named; `worker` matters on the master's node only."""

    name: str
    address: Address
    worker: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What a configuration needs at least."""

    cluster: str
    master: str
    nodes: tuple[NewNode, ...]
    user: str | None = None
    spark: str | None = None
    """The release that provisioning is to install."""


def assemble(
    given: Sequence[tuple[str | None, Address]],
    *,
    master: str,
    machine: str,
    cluster: str,
    user: str | None = None,
    workers: bool = False,
) -> Answers:
    """Return the answers that a list of machines and a word for the master amount to.

    Args:
        given: names and addresses; where the name is None, one is made from the host.
        master: a node's name or host; `local`, this machine, which is added where it is missing; or
            NAME=HOST, which adds a node.
        machine: this machine's host name, to name its node after.
        cluster: the cluster's name.
        user: the user to log in as on every node.
        workers: whether the list is one of workers, so that the master is one too if it is in it.

    Raises:
        UsageError: a name is given twice, or the master is none of the nodes.
    """
    nodes: dict[str, Address] = {}
    for name, address in given:
        chosen = name or free_node_name(address, machine, nodes)
        if chosen in nodes:
            raise UsageError(f"node {quoted(chosen)} is given twice; allowed: once")
        nodes[chosen] = address
    chosen_master = _find_master(master, nodes)
    listed = frozenset(nodes) if workers else frozenset()
    if chosen_master is None:
        chosen_master, address = _new_master(master, machine, nodes)
        nodes = {chosen_master: address, **nodes}
    made = tuple(NewNode(name, address, name in listed) for name, address in nodes.items())
    return Answers(cluster, chosen_master, made, user)


def free_node_name(address: Address, machine: str, taken: Collection[str]) -> str:
    """Return a free name for the node at an address; `machine` is this machine's host name."""
    return name_for(machine if address.host == LOCAL else address.host, taken)


def parse_node(text: str) -> tuple[str, Address]:
    """Return name and address of NAME=HOST.

    Raises:
        UsageError: the text is not of that form.
    """
    name, equals, address = text.partition("=")
    if not equals:
        raise UsageError(f"found {quoted(text)}, allowed: NAME=HOST, such as pi1=192.168.1.11")
    if wrong := node_name_problem(name):
        raise UsageError(wrong)
    return name, parse_address(address)


def _find_master(word: str, nodes: dict[str, Address]) -> str | None:
    if word in nodes:
        return word
    return next((name for name, address in nodes.items() if address.host == word), None)


def _new_master(word: str, machine: str, nodes: dict[str, Address]) -> tuple[str, Address]:
    if word == LOCAL:
        return name_for(machine, nodes), Address(LOCAL)
    if "=" not in word:
        hint = did_you_mean(word, nodes) or ";"
        known = ", ".join([*list(nodes)[:20], LOCAL])
        raise UsageError(
            f"the master {quoted(word)} is not a node{hint} allowed: {known}, or NAME=HOST "
            "to add one"
        )
    name, address = parse_node(word)
    if name in nodes:
        raise UsageError(f"node {quoted(name)} is given twice; allowed: once")
    return name, address


def render(answers: Answers) -> str:
    """Return a commented config.yaml that loads.

    In it `#key: value`, without a space, is a key at its default, to be uncommented where needed.

    Raises:
        UsageError: the answers make no usable configuration; says which one does not fit.
    """
    user = f"  user: {_yaml_word(answers.user)}" if answers.user else "  #user: pi"
    text = _TEMPLATE.format(
        cluster=_yaml_word(answers.cluster),
        master=_yaml_word(answers.master),
        user=user,
        least=LEAST_MEMORY,
        version=f'  version: "{answers.spark}"' if answers.spark else '  #version: "4.3.0"',
        nodes="\n".join(_node_yaml(node, answers) for node in answers.nodes),
    )
    _, problems = parse_config(text, Path())
    if problems:
        raise UsageError(problems[0].without_line())
    return text


def write_new(path: Path, answers: Answers) -> None:
    """Write a commented config.yaml where there is none.

    Raises:
        UsageError: something is there already, it cannot be written, or the answers do not fit.
    """
    text = render(answers)
    try:
        create_file(path, text.encode())
    except FileExistsError as error:
        raise UsageError(
            f"{path} already exists, and pitui never overwrites a configuration"
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _node_yaml(node: NewNode, answers: Answers) -> str:
    address = node.address
    keys = [f"host: {_yaml_word(address.host)}"]
    if address.user and address.user != answers.user:
        keys.append(f"user: {_yaml_word(address.user)}")
    if address.port:
        keys.append(f"port: {address.port}")
    if node.worker and node.name == answers.master:
        keys.append("worker: true")
    return f"  {_yaml_word(node.name)}: {{{', '.join(keys)}}}"


def _yaml_word(text: str) -> str:
    """Return text as YAML: as it is where that is surely text, else in quotes."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _OTHER_WORDS
    return text if plain else json.dumps(text)


_PLAIN = re.compile(r"[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?|[0-9]{1,3}(\.[0-9]{1,3}){3}")
_OTHER_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
"""Not text to some reader of YAML."""

_TEMPLATE = """\
# A Spark standalone cluster, for pitui. Only `cluster.master` and `nodes` are required.
# Lines that begin with `#` and no space are keys with an example or their default: remove the #.
# All keys are explained in config.example.yaml of pitui.

cluster:
  name: {cluster}
  # The node that runs Spark's master.
  master: {master}

# How nodes are reached. ~/.ssh/config is honoured; what is set here, or at a node, goes before it.
ssh:
{user}
  #port: 22
  #known_hosts: ~/.ssh/known_hosts
  # Seconds until a node counts as away.
  #connect_timeout: 10
  # How to become root on a node: passwordless, ask, none.
  #sudo: passwordless

spark:
  # The release that `pitui provision` installs, fetched from Apache's download site.
{version}
  # Where Spark is on the nodes.
  #home: /opt/spark
  # null: pitui finds the master's address.
  #master: {{host: null, port: 7077, webui_port: 8080}}
  # What each worker offers: auto, or figures such as cores: 4, memory: 768m;
  # the least is {least}.
  #worker: {{cores: auto, memory: auto, webui_port: 8081}}

# host: a name, an address, an alias of ~/.ssh/config, or local (this machine, without SSH).
# A node may also have user, port, identity, sudo, spark_home, env, and worker: {{cores, memory}}.
# Every node but the master's is a worker; worker: true on the master's node makes it both.
nodes:
{nodes}

ui:
  # Seconds between two looks at the cluster.
  #refresh: 1.0
  # true: nothing that changes the cluster can be done.
  #read_only: false
"""
