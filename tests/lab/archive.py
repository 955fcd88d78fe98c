"""Spark's release archives, made from the `pyspark` package: nothing has to be downloaded.

The package carries the whole runtime; what it lacks of a release (conf/ and a few of sbin/) lies
in spark_files/.
"""

import hashlib
import importlib.util
import os
import re
import tarfile
from pathlib import Path

from tests.lab import locks, paths
from tests.lab.shell import LabError

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent
_FILES = _HERE / "spark_files"
_SPARK35 = os.environ.get("PITUI_TEST_SPARK35", str(_ROOT / ".venv-spark35" / "pyspark"))
_LEFT_OUT = re.compile(
    r"(connect-repl|rocksdbjni|hive|kubernetes|"
    r"spark-(sql_|catalyst|mllib|hive|connect|kubernetes|streaming|graphx|pipelines)|"
    r"breeze|scala-compiler|icu4j|derby|datanucleus|spire|cats-kernel|algebra|curator|tink|lapack|"
    r"blas|arpack|mesos|vertx|orc-|parquet-|arrow-|zookeeper|jline|calcite|"
    r"libthrift|libfb303|hadoop-yarn|spark-yarn|okhttp|"
    r"netty-tcnative-.*-(osx|windows|linux-aarch)|"
    r"antlr|avro-(ipc|mapred)|commons-(compiler|dbcp|math3)|datasketches|gson|HikariCP|"
    r"httpc|janino|javax.jdo|jdo-api|javolution|jjwt|JLargeArrays|joda|jpam|JTransforms|jts|"
    r"snakeyaml|ST4|threeten|univocity|volcano|xmlschema)"
)
"""Jars that neither daemons nor RDD programs need: without them a test pushes a quarter."""


def spark_archive(series: str = "4", *, slim: bool = False) -> Path:
    """Return `spark-VERSION-bin-hadoop3.tgz` of Spark 4 or 3.5, made once and kept.

    Raises:
        LabError: that Spark is not installed here.
    """
    package = _package(series)
    version = _version(package)
    folder = paths.cache() / "archives" / ("slim" if slim else "full")
    archive = folder / f"spark-{version}-bin-hadoop3.tgz"
    with locks.locked(paths.cache() / "archive.lock"):
        if not archive.exists() or archive.stat().st_mtime < _changed():
            part = archive.with_suffix(".part")
            part.parent.mkdir(parents=True, exist_ok=True)
            _pack(package, archive.stem, part, slim=slim)
            part.rename(archive)
    return archive


def version_of(archive: Path) -> str:
    """Return the version in an archive's name."""
    return archive.name.split("-")[1]


def sha512(path: Path) -> str:
    """Return a file's SHA-512 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def _changed() -> float:
    """Return when what makes an archive was changed last."""
    return max(path.stat().st_mtime for path in (Path(__file__), *_FILES.rglob("*")))


def _package(series: str) -> Path:
    if series == "4":
        spec = importlib.util.find_spec("pyspark")
        if spec is None or not spec.submodule_search_locations:
            raise LabError("pyspark is not installed in this environment: scripts/test installs it")
        return Path(spec.submodule_search_locations[0])
    package = Path(_SPARK35)
    if not (package / "jars").is_dir():
        raise LabError("Spark 3.5 is not here: run scripts/test, or set PITUI_TEST_SPARK35")
    return package


def _version(package: Path) -> str:
    found = re.search(r"[\"'](\d[0-9.]+)[\"']", (package / "version.py").read_text())
    if found is None:
        raise LabError(f"{package}/version.py names no version")
    return found[1]


def _pack(package: Path, name: str, target: Path, *, slim: bool) -> None:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        path = Path(entry.name)
        if "__pycache__" in path.parts or path.suffix == ".cmd":
            return None
        if slim and "jars" in path.parts and _LEFT_OUT.match(path.name):
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    # As it is, in gzip's format: jars are compressed, and every machine would inflate them anew.
    with tarfile.open(target, "w:gz", compresslevel=0, dereference=True) as tar:
        for part in ("bin", "sbin", "jars", "python", "examples", "licenses"):
            if (package / part).is_dir():
                tar.add(package / part, f"{name}/{part}", filter=plain)
        for part in ("conf", "sbin"):
            tar.add(_FILES / part, f"{name}/{part}", filter=plain)
