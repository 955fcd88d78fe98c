"""What Spark's JVMs do in tests, all of it in one: the classes that it needs go to an archive.

Its argument is a folder that it may write in. Run by `spark.quick_java`.
"""

import sys
import urllib.request
from typing import Any

from pyspark import SparkConf, SparkContext

HOST = "127.0.0.1"


def application(folder: str) -> SparkContext:
    """Start one with an event log, and give it work that shuffles and needs Python."""
    settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file:{folder}"}
    context = SparkContext(conf=SparkConf().setAll(list(settings.items())))
    numbers = context.parallelize(range(100), 2)
    numbers.map(lambda number: (number % 3, number)).groupByKey(2).count()
    for part in ("jobs", "stages", "executors", "environment"):
        read(f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/{part}")
    return context


def cluster(context: Any, folder: str) -> None:
    """Start a master with a worker in the application's own JVM."""
    jvm, settings, none = context._jvm, context._jsc.getConf(), context._jvm.scala.Option.empty()
    deploy = jvm.org.apache.spark.deploy
    master = deploy.master.Master.startRpcEnvAndEndpoint(HOST, 0, 0, settings)
    masters = context._gateway.new_array(jvm.String, 1)
    masters[0] = f"spark://{HOST}:{master._1().address().port()}"
    sizes = (0, 0, 1, 512)  # two ports, cores, MiB
    deploy.worker.Worker.startRpcEnvAndEndpoint(HOST, *sizes, masters, folder, none, settings, none)
    read(f"http://{HOST}:{master._2()}/json/")
    jvm.java.lang.Class.forName("org.apache.spark.executor.CoarseGrainedExecutorBackend")


def read(url: str) -> None:
    with urllib.request.urlopen(url, timeout=20) as answer:
        answer.read()


if __name__ == "__main__":
    running = application(sys.argv[1])
    cluster(running, sys.argv[1])
    running.stop()
