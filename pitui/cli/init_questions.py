"""The questions of `pitui init`."""

from collections.abc import Callable
from typing import TypeVar

import click

from pitui.config import validators
from pitui.config.addresses import Address, parse_address
from pitui.config.new_config import Answers, assemble, free_node_name, parse_node
from pitui.domain.errors import UsageError

T = TypeVar("T")


def ask(*, machine: str, master: str | None, user: str | None, cluster: str) -> Answers:
    """Return the answers of a person at the terminal; wrong ones are asked again.

    Raises:
        click.Abort: the person pressed Ctrl-C, or Ctrl-D.
    """
    cluster = click.prompt("Name of the cluster", default=cluster)
    if user is None:
        click.echo("The user to log in as on the nodes; leave empty to use ~/.ssh/config.")
        user = _again("User", _parse_user, default="")
    nodes = _nodes(machine)

    def with_master(word: str) -> Answers:
        return assemble(nodes, master=word, machine=machine, cluster=cluster, user=user or None)

    if master is not None:
        return with_master(master)
    click.echo("Where the master runs: a node's name, local (this machine), or NAME=HOST.")
    return _again("Master", with_master, default="local")


def _nodes(machine: str) -> list[tuple[str | None, Address]]:
    """Ask for one node after another, until an empty line."""
    click.echo(
        "The workers: NAME=HOST or just HOST, also user@host:port. Finish with an empty line."
    )
    nodes: dict[str, Address] = {}

    def add(text: str) -> bool:
        if not text:
            return False
        if "=" in text:
            name, address = parse_node(text)
        else:
            address = parse_address(text)
            name = free_node_name(address, machine, nodes)
        if name in nodes:
            raise UsageError(f"{name} is already in the list")
        nodes[name] = address
        return True

    while _again(f"Node {len(nodes) + 1}", add, default=""):
        pass
    return list(nodes.items())


def _parse_user(text: str) -> str:
    wrong = validators.user_problem(text) if text else ""
    if wrong:
        raise UsageError(wrong)
    return text


def _again(question: str, take: Callable[[str], T], *, default: str) -> T:
    """Ask until the answer is one that can be taken."""

    def checked(text: str) -> T:
        try:
            return take(text)
        except UsageError as error:
            raise click.UsageError(str(error)) from error

    answer: T = click.prompt(
        question, default=default, value_proc=checked, show_default=bool(default)
    )
    return answer
