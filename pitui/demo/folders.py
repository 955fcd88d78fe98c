"""The nodes' folders: home, Spark with a configuration of its own, and pitui's config.yaml."""

from pathlib import Path

from pitui.demo.cluster_plan import MARKER, WORKER_CORES, WORKER_MEMORY_MIB, DemoNode, Plan

_LINKED = ("bin", "sbin", "jars", "examples")
_OWN = ("conf", "logs", "work", "run", "local", "events", "tmp")

_SMALL_JVM = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k -XX:ReservedCodeCacheSize=48m -Xshare:auto"
)
_NO_TRACE = "-XX:-UsePerfData -Djava.io.tmpdir={}/tmp"
"""A JVM that is killed leaves files in /tmp, among them the libraries that it unpacked."""
_DAEMON_HEAP = "96m"


def make_node_folders(plan: Plan) -> None:
    """Create every node's folders and files; what is there already is written again."""
    for node in plan.nodes:
        home, spark = plan.home(node), plan.spark_home(node)
        for folder in (home, *(spark / name for name in _OWN)):
            folder.mkdir(parents=True, exist_ok=True)
        for name in _LINKED:
            _make_link(spark / name, Path(plan.spark) / name)
        link_python(Path(plan.spark), spark)
        _write_text(spark / "conf" / "spark-env.sh", _spark_env(plan, node))
        _write_text(spark / "conf" / "spark-defaults.conf", _spark_defaults(plan))
        _write_text(home / ".profile", _profile(node))
        _write_text(home / ".bashrc", _profile(node))
    workers = "".join(f"{node.address}\n" for node in plan.workers)
    _write_text(plan.spark_home(plan.master) / "conf" / "workers", workers)
    _write_text(plan.config, _config(plan))


def link_python(spark: Path, home: Path) -> None:
    """Give a Spark home the Python of a pyspark package, and that package in place of its archive.

    Drivers and executors look in python/lib/pyspark.zip first, and Python compiles what is in an
    archive anew in each process: 0.8 s of a core. A folder of that name serves as well, and what
    is compiled of the package is kept.
    """
    python = home / "python"
    if python.is_symlink():  # of an older pitui
        python.unlink()
    (python / "lib" / "pyspark.zip").mkdir(parents=True, exist_ok=True)
    _make_link(python / "lib" / "pyspark.zip" / "pyspark", spark)
    _make_link(python / "pyspark", spark / "python" / "pyspark")
    for archive in (spark / "python" / "lib").glob("py4j-*.zip"):
        _make_link(python / "lib" / archive.name, archive)


def _make_link(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _spark_env(plan: Plan, node: DemoNode) -> str:
    spark = plan.spark_home(node)
    values = {
        MARKER: plan.folder,
        "JAVA_HOME": plan.java_home,
        "PYSPARK_PYTHON": plan.python,
        "SPARK_LOCAL_IP": node.address,
        "SPARK_PUBLIC_DNS": node.address,
        "SPARK_IDENT_STRING": node.name,
        "SPARK_PID_DIR": str(spark / "run"),
        "SPARK_LOG_DIR": str(spark / "logs"),
        "SPARK_LOCAL_DIRS": str(spark / "local"),
        "SPARK_DAEMON_MEMORY": _DAEMON_HEAP,
        "SPARK_DAEMON_JAVA_OPTS": f"{_SMALL_JVM} {_NO_TRACE.format(spark)}",
        "SPARK_LAUNCHER_OPTS": f"{_SMALL_JVM} {_NO_TRACE.format(spark)}",
    }
    if node.spark_port is None:
        values |= {
            "SPARK_WORKER_DIR": str(spark / "work"),
            "SPARK_WORKER_CORES": str(WORKER_CORES),
            "SPARK_WORKER_MEMORY": f"{WORKER_MEMORY_MIB}m",
            "SPARK_WORKER_WEBUI_PORT": str(node.webui_port),
        }
    else:
        values |= {
            "SPARK_MASTER_HOST": node.address,
            "SPARK_MASTER_PORT": str(node.spark_port),
            "SPARK_MASTER_WEBUI_PORT": str(node.webui_port),
        }
    lines = "".join(f"{key}='{value}'\n" for key, value in values.items())
    return f"# {node.name} of a pitui demonstration\n{lines}"


def _spark_defaults(plan: Plan) -> str:
    no_trace = _NO_TRACE.format(plan.spark_home(plan.master))
    jvm = f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 {no_trace}"
    return (
        f"spark.master                    spark://{plan.master.address}:{plan.master.spark_port}\n"
        "spark.master.rest.enabled       false\n"
        "spark.eventLog.enabled          true\n"
        f"spark.eventLog.dir              file:{plan.spark_home(plan.master)}/events\n"
        "spark.decommission.enabled      true\n"
        f"spark.driver.extraJavaOptions   {jvm}\n"
        f"spark.executor.extraJavaOptions {jvm}\n"
    )


def _profile(node: DemoNode) -> str:
    return f"PS1='{node.name}:\\w\\$ '\n"


def _config(plan: Plan) -> str:
    import yaml

    worker = {"cores": WORKER_CORES, "memory": f"{WORKER_MEMORY_MIB}m"}
    nodes: dict[str, object] = {
        plan.master.name: {"host": "local", "spark_home": str(plan.spark_home(plan.master))}
    }
    for node in plan.workers:
        nodes[node.name] = {
            "host": node.address,
            "port": node.ssh_port,
            "spark_home": str(plan.spark_home(node)),
            "worker": {"webui_port": node.webui_port, **worker},
        }
    master = {
        "host": plan.master.address,
        "port": plan.master.spark_port,
        "webui_port": plan.master.webui_port,
    }
    config = {
        "cluster": {"name": "demo", "master": plan.master.name},
        "ssh": {
            "user": plan.user,
            "identity": str(plan.identity),
            "known_hosts": str(plan.known_hosts),
            "connect_timeout": 3,
            "sudo": "none",
        },
        "spark": {"master": master},
        "nodes": nodes,
    }
    text: str = yaml.safe_dump(config, sort_keys=False)
    return f"# The demonstration cluster of `pitui demo`, while that runs.\n{text}"
