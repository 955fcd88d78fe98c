"""Spark's history server over the event logs of a demonstration, for tests."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.spark_jvm import SMALL_JVM

_CLASS = "org.apache.spark.deploy.history.HistoryServer"


@contextmanager
def history_server(spark_home: str, events: Path | None = None, **more: str) -> Iterator[None]:
    """Run a history server on the node of a Spark home; it needs some seconds to answer.

    `more` are settings below spark.history, with `_` in place of the dots.
    """
    home = Path(spark_home)
    folder = home / "events" if events is None else events
    options = {"fs.logDirectory": f"file:{folder}", "fs.update.interval": "1s"}
    options |= {name.replace("_", "."): value for name, value in more.items()}
    java = " ".join(f"-Dspark.history.{name}={value}" for name, value in options.items())
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SPARK_")}
    environment |= {"SPARK_DAEMON_JAVA_OPTS": SMALL_JVM, "SPARK_LAUNCHER_OPTS": SMALL_JVM}
    server = subprocess.Popen(
        [home / "bin" / "spark-class", _CLASS],
        env={**environment, "SPARK_HISTORY_OPTS": java},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait(20)
