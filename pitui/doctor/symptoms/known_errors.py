"""Lines of Spark's logs that mean something known: what, how bad that is, and what to do.

Texts of Spark 4.3 in its own words; earlier versions write the same pieces.
"""

from dataclasses import dataclass

from pitui.doctor.severity import FindingSeverity

_ERROR, _WARNING = FindingSeverity.ERROR, FindingSeverity.WARNING


@dataclass(frozen=True, slots=True)
class KnownError:
    """One sort of line."""

    words: str
    """An extended regular expression that awk, grep and Python understand alike."""
    severity: FindingSeverity
    means: str
    """What it means, as the rest of `its log says that ...`."""
    fix: str


KNOWN_ERRORS = (
    KnownError(
        "local class incompatible|InvalidClassException: org.apache.spark",
        _ERROR,
        "another version of Spark talks to it",
        "give nodes and drivers the same version (a notebook: pip install pyspark==VERSION): "
        "pitui provision --only spark,conf,service",
    ),
    KnownError(
        "could not bind on a random free port|Cannot assign requested address",
        _ERROR,
        "it was told to listen on an address that the node does not have",
        "remove SPARK_LOCAL_IP and spark.driver.bindAddress there, or set its own address",
    ),
    KnownError(
        "Attempted to re-register worker at same address|Duplicate registration at master|"
        "Worker registration failed",
        _WARNING,
        "the master has, or had, another worker at the same address",
        "see that one worker runs there: pitui restart {nodes} ; pitui status",
    ),
    KnownError(
        "because we got no heartbeat in",
        _WARNING,
        "a worker was taken for dead, because no heartbeat came for a minute",
        "a longer spark.worker.timeout only hides it; look at that node's power, network and "
        "memory: pitui doctor NODE",
    ),
    KnownError(
        "A secret key must be specified via the spark.authenticate.secret",
        _ERROR,
        "spark.authenticate is on, and it has no secret",
        "pitui provision {nodes} --only conf",
    ),
    KnownError(
        "Expected SaslMessage|Authentication failed for client|SaslException|"
        "Unable to create a RPC challenge|Mismatched or missing authentication",
        _WARNING,
        "somebody connects without the secret, or with another one",
        "give that driver or node the cluster's secret; which node it is: "
        "pitui doctor --only security.secret-differs",
    ),
    KnownError(
        "Too large frame: [0-9]",
        _WARNING,
        "something that is not Spark, or not of this cluster, connects to its port",
        "see who does: the line before it in the log names the address",
    ),
    KnownError(
        "Could not load library. Reasons: .no leveldbjni",
        _ERROR,
        "it uses LevelDB, which has no library for these boards",
        "set spark.history.store.hybridStore.diskBackend and spark.shuffle.service.db.backend to "
        "ROCKSDB",
    ),
    KnownError(
        "decommission feature is disabled|Storage decommissioning attempted but neither",
        _WARNING,
        "it was asked to drain a worker, and decommissioning is off",
        "set spark.defaults: {spark.decommission.enabled: true, "
        "spark.storage.decommission.enabled: true, "
        "spark.storage.decommission.shuffleBlocks.enabled: true}, then: "
        "pitui provision --only conf ; pitui restart",
    ),
    KnownError(
        "Starting multiple workers on one host is failed because",
        _ERROR,
        "several workers run there, and each would have a shuffle service",
        "set spark.shuffle.service.enabled: false, or SPARK_WORKER_INSTANCES=1",
    ),
    KnownError(
        "Failed to connect to external shuffle server",
        _ERROR,
        "applications use the external shuffle service, and the workers do not",
        "set spark.shuffle.service.enabled to the same value for workers and applications",
    ),
    KnownError(
        "No space left on device",
        _ERROR,
        "a disk is full",
        "pitui disk {nodes} --clean ; pitui doctor {nodes} --only disk",
    ),
    KnownError(
        "Read-only file system",
        _ERROR,
        "a disk can only be read",
        "pitui doctor {nodes} --only disk.read-only,disk.errors",
    ),
    KnownError(
        "Too many open files",
        _WARNING,
        "it may not open more files",
        "raise nofile, or use systemd, with LimitNOFILE=65536: pitui provision {nodes} --only "
        "service",
    ),
    KnownError(
        "unable to create (new )?native thread",
        _WARNING,
        "it may not start more threads, or has no memory for one",
        "raise TasksMax of its service, or run fewer executors there",
    ),
    KnownError(
        "insufficient memory for the Java Runtime Environment|Cannot allocate memory|"
        "Could not reserve enough space",
        _ERROR,
        "the node has no memory for one more Java",
        "lower worker.memory there: pitui provision {nodes} --only sizing ; pitui restart {nodes}",
    ),
    KnownError(
        "OutOfMemoryError: Java heap space|GC overhead limit exceeded|UNABLE_TO_ACQUIRE_MEMORY",
        _ERROR,
        "its heap is full",
        "more memory for each core: larger --executor-memory, fewer --executor-cores, more "
        "partitions; for a daemon SPARK_DAEMON_MEMORY",
    ),
    KnownError(
        "A fatal error has been detected by the Java Runtime Environment",
        _ERROR,
        "Java itself crashed",
        "the hs_err file that it names tells where; bad memory and too little voltage do that, too",
    ),
    KnownError(
        "UnknownHostException",
        _ERROR,
        "a host name leads nowhere",
        "pitui provision --only hosts",
    ),
    KnownError(
        "Exit as unable to send heartbeats to driver",
        _ERROR,
        "it could not reach its driver for minutes, and ended",
        "look at garbage collection, swap and network there: pitui doctor {nodes}",
    ),
    KnownError(
        "Exception while beginning fetch of [0-9]",
        _WARNING,
        "it could not fetch what another executor has: that one ended, or its port is closed",
        "see whether executors end, or ports are closed: pitui doctor --only app,ports,memory",
    ),
    KnownError(
        "Python worker exited unexpectedly|Python worker failed to connect back",
        _ERROR,
        "a Python process of a task ended by itself",
        "often for want of memory: fewer --executor-cores; to see where: --conf "
        "spark.python.worker.faulthandler.enabled=true",
    ),
    KnownError(
        "Unsupported system page size",
        _ERROR,
        "a library is not built for memory pages of 16 KiB",
        "a newer wheel, ARROW_DEFAULT_MEMORY_POOL=system, or kernel=kernel8.img in config.txt",
    ),
    KnownError(
        "PYTHON_VERSION_MISMATCH|PySpark cannot run with different minor versions",
        _ERROR,
        "driver and executors have different minor versions of Python",
        "name one that all nodes have (--conf spark.pyspark.python=PATH), or see who differs: "
        "pitui doctor --only python",
    ),
)

LOG_WORDS = tuple(known.words for known in KNOWN_ERRORS)
