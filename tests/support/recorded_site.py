"""A node that answers a step's commands with what a real one said, and notes what was done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pitui.config.load import load_config
from pitui.config.nodes import resolve_nodes
from pitui.facts.node_basics import Machine, parse_machine
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.remote.prompts import NonInteractive
from pitui.remote.runner import RUN_LIMIT, Result
from pitui.remote.ssh.connection_pool import ConnectionPool

PI = """user pi
uid 1000
home /home/pi
arch aarch64
bits 64
hostname pi2
systemd yes
memory 3885396
cores 4
ssh 192.168.1.2 51522 192.168.1.12 22
addr 2: eth0    inet 192.168.1.12/24 brd 192.168.1.255 scope global eth0\\       valid_lft forever
addr 3: wlan0    inet 192.168.1.77/24 brd 192.168.1.255 scope global wlan0\\       valid_lft
route default via 192.168.1.1 dev eth0 proto dhcp src 192.168.1.12 metric 100
"""
"""A Raspberry Pi on a cable, as it describes itself."""


def config(more: str = "") -> str:
    nodes = "nodes: {pi1: {host: 192.168.1.11}, pi2: {host: 192.168.1.12}}\n"
    return f"cluster: {{master: pi1}}\n{nodes}{more}"


class RecordedSite(NodeContext):
    """Answers by the first of `answers` whose key is in a command; a list gives one after another.

    A command that nobody recorded changes something: it is noted in `did`, and succeeds.
    """

    did: list[str]
    written: dict[str, str]

    def __init__(
        self,
        folder: Path,
        machine: str,
        answers: Mapping[str, str | Result | list[str | Result]],
        *,
        files: Mapping[str, str] | None = None,
        name: str = "pi2",
        config_text: str = "",
    ) -> None:
        path = folder / "config.yaml"
        path.write_text(config_text or config())
        loaded = load_config(path)
        nodes = resolve_nodes(loaded)
        connections = ConnectionPool(nodes.values(), NonInteractive())
        ssh_servers = ProvisionContext(loaded, nodes, connections, NonInteractive())
        super().__init__(nodes[name], connections.runner(name), ssh_servers)
        ssh_servers.contexts[name] = self
        self._recorded = parse_machine(machine)
        self._answers = dict(answers)
        self._files = dict(files or {})
        self.did = []
        self.written = {}

    async def machine(self) -> Machine:
        return self._recorded

    async def run(
        self, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
    ) -> Result:
        key = next((key for key in self._answers if key in command), None)
        if key is not None:
            said = self._answers[key]
            if isinstance(said, list):
                said = said.pop(0) if len(said) > 1 else said[0]
            return said if isinstance(said, Result) else Result(0, said, "")
        self.did.append(command)
        return Result(0, "", "")

    async def root(
        self, command: str, *, stdin: bytes | None = None, limit: float = RUN_LIMIT
    ) -> Result:
        return await self.run(command, stdin=stdin, limit=limit)

    async def read_file(self, path: str, *, root: bool = False) -> bytes | None:
        text = self._files.get(path)
        return None if text is None else text.encode("utf-8", "surrogateescape")

    async def write_file(self, path: str, content: bytes | str, **_how: Any) -> None:
        text = content if isinstance(content, str) else content.decode()
        self.written[path] = self._files[path] = text
