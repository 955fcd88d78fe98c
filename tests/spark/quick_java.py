"""A Java for tests that need Spark's JVMs: it reads Spark's classes from an archive of class data.

To load, parse and link some 6,000 classes of 300 jars is two fifths of what it costs to start a
Spark daemon, and tests start hundreds of JVMs. An archive (class data sharing, JEP 350) keeps them
as they are in memory. It is made once, from a program that does what daemons and applications do,
and lies in the environment that the tests run in.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyspark

from pitui.demo.java import find_java
from pitui.domain.errors import PituiError

_RECORDING = Path(__file__).with_name("quick_java_recording.py")
_LIMIT = 600.0

_READ = (
    "-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions"
    " -XX:-BytecodeVerificationRemote -XX:ArchiveRelocationMode=0"
    " -XX:SharedArchiveFile={archive}"
)
"""Spark's classes are as they were released, and are not verified; the archive stays where it was
in memory, as nobody attacks it."""
_DUMP = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit={archive}"

# An archive fits where the class path begins with the same jars: conf/ moves behind them, where it
# is still the only place of what it holds.
_JAVA = r"""#!/bin/sh
# A Java for tests, made by tests/spark/quick_java.py.
case " $* " in
    *" -XshowSettings:properties "*) # who asks where it is finds the way back here
        '{java}' "$@" 2>&1 | sed 's|java\.home = .*|java.home = {home}|'
        exit ;;
esac
left=$#
before=
fits=
while [ $left -gt 0 ]; do
    word=$1
    shift
    left=$((left - 1))
    jars=${{word##*:}}
    others=${{word%:*}}
    if [ "$before" = -cp ] && [ "${{jars%/\*}}" -ef '{jars}' ]; then
        fits=yes
        [ "$others" = "$word" ] || word=$jars:$others
    fi
    before=$word
    set -- "$@" "$word"
done
[ -z "$fits" ] || set -- {read} "$@"
exec '{java}' "$@"
"""


def quick_java() -> Path | None:
    """Return the home of that Java, made now where it is not there; None where there is no Java.

    Raises:
        RuntimeError: the archive cannot be made; the text has the end of what Java says.
    """
    try:
        real = find_java()
    except PituiError:
        return None
    homes = Path(sys.prefix) / "quick-java"
    homes.mkdir(exist_ok=True)
    with (homes / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = homes / _fingerprint(real)
        if not home.exists():
            for other in homes.glob("*/"):
                shutil.rmtree(other)
            _make(home, real)
    return home


def _jars() -> Path:
    return Path(pyspark.__file__).parent / "jars"


def _fingerprint(real: Path) -> str:
    """Return what an archive is valid for: the Java, the jars, and what made it."""
    parts: list[object] = [Path(__file__).read_text(), _RECORDING.read_text()]
    for path in (real / "lib" / "modules", *sorted(_jars().iterdir())):
        status = path.stat()
        parts.append((str(path), status.st_size, status.st_mtime_ns))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _make(home: Path, real: Path) -> None:
    part = home.parent / "part"
    (part / "bin").mkdir(parents=True)
    for entry in (*real.iterdir(), *(real / "bin").iterdir()):
        if entry.name not in ("bin", "java"):
            (part / entry.relative_to(real)).symlink_to(entry)
    java, wrapper = real / "bin" / "java", part / "bin" / "java"
    _record(java, part / "spark.jsa")
    read = _READ.format(archive=home / "spark.jsa")
    wrapper.write_text(_JAVA.format(java=java, home=home, jars=_jars(), read=read))
    wrapper.chmod(0o755)
    part.rename(home)


def _record(java: Path, archive: Path) -> None:
    """Run the recording with the options that Spark's launcher gives every JVM of Spark."""
    work = archive.parent / "work"
    work.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(work),
        "LANG": "C.UTF-8",
        "SPARK_HOME": str(_jars().parent),
        "SPARK_SCALA_VERSION": next(_jars().glob("spark-core_*.jar")).name.split("_")[1][:4],
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(work),
        "PYSPARK_PYTHON": sys.executable,
    }
    path = ("-cp", f"{_jars()}/*")
    submit = ("org.apache.spark.deploy.SparkSubmit", "--master", "local[2]")
    launcher = "org.apache.spark.launcher.Main"
    said = _run([java, *path, launcher, *submit, _RECORDING, work], environment)
    words = said.strip("\0\n").split("\0")
    dump = _DUMP.format(archive=archive).split()
    _run([java, *dump, *path, *words[words.index("-cp") + 2 :]], environment)
    shutil.rmtree(work)


def _run(words: Sequence[str | Path], environment: Mapping[str, str]) -> str:
    ended = subprocess.run(
        words, env=environment, check=False, capture_output=True, text=True, timeout=_LIMIT
    )
    if ended.returncode:
        raise RuntimeError(
            f"{words[0]} ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-3000:]}"
        )
    return ended.stdout


if __name__ == "__main__":
    quick_java()
