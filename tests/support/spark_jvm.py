"""Spark's own classes, asked in a JVM of one Spark: the yardstick of what pitui reads like Spark.

A Java runtime is enough: py4j, which every Spark brings along, calls the classes by reflection.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyspark
from py4j.java_gateway import GatewayParameters, JavaGateway

from pitui.demo.folders import link_python

SMALL_JVM = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
"""Halves what it costs to start a JVM: the second compiler and the threads of G1 pay later. Spark's
classes are as they were released, and are not verified."""
SMALL_JVMS = (
    f"spark.driver.extraJavaOptions {SMALL_JVM}\nspark.executor.extraJavaOptions {SMALL_JVM}\n"
)
"""For spark-defaults.conf: drivers and executors."""


def spark_homes() -> list[Path]:
    """Return the Sparks that tests have: 4.x, and 3.5 where it was set up."""
    old = os.environ.get("PITUI_TEST_SPARK35", "")
    return [Path(pyspark.__file__).parent, *([Path(old)] if old else [])]


def linked_home(spark: Path, folder: Path) -> Path:
    """Return a Spark home of links whose Python is imported from the package, not its archive."""
    home = folder / "spark-home"
    home.mkdir()
    for name in ("bin", "jars"):
        (home / name).symlink_to(spark / name)
    link_python(spark, home)
    return home


class SparkJvm:
    """A JVM with a Spark's jars."""

    def __init__(self, gateway: JavaGateway, home: Path) -> None:
        self._gateway = gateway
        self.jvm: Any = gateway.jvm
        self.home = home
        jar = next((home / "jars").glob("spark-core_*.jar"))
        self.version = jar.stem.rpartition("-")[2]

    def properties(self, path: Path) -> dict[str, str]:
        """Return what Spark reads from a properties file."""
        return self._dict(self.jvm.org.apache.spark.util.Utils.getPropertiesFromFile(str(path)))

    def options(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return spark-submit's options with a value, and its switches: each spelling's name."""
        loader = self.jvm.java.lang.ClassLoader.getSystemClassLoader()
        parser = loader.loadClass("org.apache.spark.launcher.SparkSubmitOptionParser")
        maker = parser.getDeclaredConstructor(self._array("java.lang.Class"))
        maker.setAccessible(True)
        made = maker.newInstance(self._array("java.lang.Object"))
        found = []
        for name in ("opts", "switches"):
            field = parser.getDeclaredField(name)
            field.setAccessible(True)
            rows = [list(row) for row in field.get(made)]
            found.append({spelling: row[0] for row in rows for spelling in row})
        return found[0], found[1]

    def submit(self, words: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
        """Return how SparkSubmit understands its arguments.

        Raises:
            py4j.protocol.Py4JJavaError: it refuses them.
        """
        line = self._listed(words)
        variables = self.jvm.scala.Predef.Map().empty()
        for name, value in env.items():
            variables = variables.updated(name, value)
        convert = self.jvm.scala.collection.JavaConverters
        given = convert.asScalaBufferConverter(line).asScala().toSeq()
        made = self.jvm.org.apache.spark.deploy.SparkSubmitArguments(given, variables)
        return {
            "application": made.primaryResource(),
            "arguments": list(convert.seqAsJavaListConverter(made.childArgs()).asJava()),
            "conf": self._dict(made.sparkProperties()),
            "properties_file": made.propertiesFile(),
            "executor_memory": made.executorMemory(),
            "jars": made.jars(),
            "files": made.files(),
            "archives": made.archives(),
            "py_files": made.pyFiles(),
            "keytab": made.keytab(),
        }

    def uri(self, path: str) -> str:
        """Return the address that Spark makes of a path."""
        return str(self.jvm.org.apache.spark.util.Utils.resolveURI(path).toString())

    def _dict(self, scala_map: Any) -> dict[str, str]:
        convert = self.jvm.scala.collection.JavaConverters
        # mapAsJavaMapConverter is for immutable and mutable maps alike.
        return dict(convert.mapAsJavaMapConverter(scala_map).asJava())

    def _listed(self, words: Sequence[str]) -> Any:
        made = self.jvm.java.util.ArrayList()
        for word in words:
            made.add(word)
        return made

    def _array(self, kind: str) -> Any:
        return self._gateway.new_array(self._named(kind), 0)

    def _named(self, kind: str) -> Any:
        found = self.jvm
        for part in kind.split("."):
            found = getattr(found, part)
        return found


@contextmanager
def spark_jvm(home: Path) -> Iterator[SparkJvm]:
    """Start a JVM of a Spark, and end it."""
    words = ["java", "-Xmx256m", *SMALL_JVM.split(), "-cp", f"{home}/jars/*", "py4j.GatewayServer"]
    with subprocess.Popen(
        [*words, "--die-on-broken-pipe", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auto_convert=True))
        try:
            yield SparkJvm(gateway, home)
        finally:
            gateway.close()
            process.kill()
