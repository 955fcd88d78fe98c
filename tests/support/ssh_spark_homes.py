"""A cluster's nodes as real SSH servers with a Spark home each, and no Spark."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pitui.config.load import load_config
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from support.sshd import SshServers

WORKER = "org.apache.spark.deploy.worker.Worker"


class SshSparkHomes:
    """A master's node and two workers, each a real sshd, with a Spark home of its own."""

    def __init__(self, ssh_servers: SshServers, known: Path, folder: Path) -> None:
        self.servers = {name: ssh_servers.server() for name in ("nuc", "pi1", "pi2")}
        known.write_text("".join(server.known_line() for server in self.servers.values()))
        nodes = "".join(
            f"  {name}: {{host: {server.address}, port: {server.port},"
            f' spark_home: "{self.spark(name)}"}}\n'
            for name, server in self.servers.items()
        )
        self.config = folder / "config.yaml"
        self.config.write_text(
            "cluster: {name: test, master: nuc}\n"
            f"ssh: {{identity: {ssh_servers.client_key}, known_hosts: {known},"
            " connect_timeout: 3}\n"
            f"nodes:\n{nodes}"
        )
        for name in self.servers:
            (self.spark(name) / "conf").mkdir(parents=True)
            (self.spark(name) / "logs").mkdir()

    def spark(self, name: str) -> Path:
        return self.servers[name].folder / "it's spark"

    def log(self, name: str) -> Path:
        return self.spark(name) / "logs" / f"spark-pi-{WORKER}-1-{name}.out"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Cluster]:
        async with open_cluster(load_config(self.config), NonInteractive()) as cluster:
            yield cluster


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)
