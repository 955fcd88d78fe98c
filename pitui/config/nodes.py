"""The nodes of a configuration, with every default applied."""

from pathlib import Path

from pitui.config.model import Config, Node, NodeSection, NodeWorkerSection, Scalar
from pitui.domain.text.memory_amount import parse_memory

AUTO = "auto"
LOOPBACK = "127.0.0.1"


def resolve_nodes(config: Config) -> dict[str, Node]:
    """Return the nodes by name, in the order of the file.

    Per-node keys override `ssh:` and `spark:`. The node named by `cluster.master` runs the master;
    every other one is a worker, and `worker: true` (or figures) on the master's node makes it both.
    """
    return {name: _resolve(config, name, section) for name, section in config.nodes.items()}


def in_url(host: str) -> str:
    """Return a host as it is in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def spark_url(config: Config, master: Node) -> str:
    """Return the `spark://` address of the master that the configuration means."""
    section = config.spark.master
    host = section.host or (LOOPBACK if master.local else master.host)
    return f"spark://{in_url(host)}:{section.port}"


def expand_path(folder: Path, text: str) -> Path:
    """Return a path on this machine: `~` is the home, a relative one starts at the config's folder.

    A `~user` that nobody is called stays as it is, as a shell leaves it.
    """
    path = Path(text)
    try:
        path = path.expanduser()
    except RuntimeError:
        path = Path(text)
    return folder / path


def env_text(env: dict[str, Scalar]) -> dict[str, str]:
    """Return environment values as text, truth values as Spark writes them."""
    return {key: str(v).lower() if isinstance(v, bool) else str(v) for key, v in env.items()}


def _resolve(config: Config, name: str, section: NodeSection) -> Node:
    ssh, spark = config.ssh, config.spark
    own = section.worker if isinstance(section.worker, NodeWorkerSection) else NodeWorkerSection()
    is_master = name == config.cluster.master
    identity = section.identity or ssh.identity
    cores = own.cores or spark.worker.cores
    memory = own.memory or spark.worker.memory
    return Node(
        name=name,
        host=section.host,
        user=section.user or ssh.user,
        port=section.port or ssh.port,
        identity=expand_path(config.folder, identity) if identity else None,
        known_hosts=expand_path(config.folder, ssh.known_hosts) if ssh.known_hosts else None,
        connect_timeout=ssh.connect_timeout,
        sudo=section.sudo or ssh.sudo,
        spark_home=section.spark_home or spark.home,
        is_master=is_master,
        is_worker=_is_worker(section, is_master=is_master),
        worker_cores=None if cores == AUTO else int(cores),
        worker_memory_mib=None if memory == AUTO else parse_memory(memory),
        worker_webui_port=own.webui_port or spark.worker.webui_port,
        master_port=spark.master.port,
        env={**env_text(spark.env), **env_text(section.env)},
        address=section.address,
    )


def _is_worker(section: NodeSection, *, is_master: bool) -> bool:
    if section.worker is None:
        return not is_master
    return section.worker is not False
