"""Lines that the real log4j2 of Spark and a real JVM write, in many layouts, read back."""

import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pitui.domain.logs.log_line import Level, LogLine
from pitui.spark.logs.line_parser import LineParser, decode_lines
from pitui.spark.logs.log_stamp import FileTimes

PATTERNS = {
    "spark": "%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex",
    "spark34": "%d{yy/MM/dd HH:mm:ss.SSS} %t %p %c{1}: %m%n%ex",
    "default": "%d [%t] %p %c - %m%n",
    "iso": "%d{ISO8601} %-5p [%t] %c{1.} - %m%n",
    "period": "%d{ISO8601_PERIOD} [%p] %c: %m%n",
    "offset": "%d{ISO8601_OFFSET_DATE_TIME_HHCMM} %p %c: %m%n",
    "offset_hh": "%d{ISO8601_OFFSET_DATE_TIME_HH} %p %c: %m%n",
    "basic": "%d{ISO8601_BASIC} %p %c: %m%n",
    "compact": "%d{COMPACT} %p %c: %m%n",
    "absolute": "%d{ABSOLUTE} [%t] %p %c{36} - %m%n",
    "nanos": "%d{ABSOLUTE_NANOS} %p %c - %m%n",
    "date": "%d{DATE} [%t] %p %c: %m%n",
    "us": "%d{US_MONTH_DAY_YEAR4_TIME} %p %c: %m%n",
    "us2": "%d{US_MONTH_DAY_YEAR2_TIME} %p %c: %m%n",
    "unix": "%d{UNIX} %p %c: %m%n",
    "unix_millis": "%d{UNIX_MILLIS} [%t] %p %c: %m%n",
    "zone": "%d{yyyy-MM-dd HH:mm:ss,SSS z} %p %c: %m%n",
    "zone_z": "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p %c: %m%n",
    "brackets": "[%d{yyyy-MM-dd HH:mm:ss,SSS}] [%p] [%t] %m%n",
    "padded": "%5p [%t] %d{yyyy-MM-dd HH:mm:ss,SSS} (%F:%L) - %m%n",
    "level_first": "%-5level %d{DEFAULT} %logger{36} - %msg%n%throwable",
    "other_words": "%d %level{WARN=WARNING, FATAL=SEVERE} %c: %m%n",
    "dashes": "%d - %c - %p - %m%n",
    "pipes": "%d | %-5p | %t | %c | %m%n",
    "coloured": "%d %highlight{%p}{FATAL=red} %style{%c}{cyan}: %m%n",
    "all_coloured": "%highlight{%d{ISO8601} %p %c: %m}%n",
    "rfc3339": "%d{yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX} %p --- [%15.15t] %-40.40c{1.} : %m%n",
    "no_time": "%p %c: %m%n",
}
TEMPLATES = ("EcsLayout", "GcpLayout", "GelfLayout", "JsonLayout", "LogstashJsonEventLayoutV1")
LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
WRITER = """
import sys
from pyspark.java_gateway import launch_gateway
jvm = launch_gateway().jvm
logger = jvm.org.apache.logging.log4j.LogManager.getLogger("org.example.Probe")
for level in ("trace", "debug", "info", "warn", "error", "fatal"):
    getattr(logger, level)(f"probe {level.upper()} and no ERROR")
logger.error("with a trace", jvm.java.lang.IllegalStateException("no"))
handler = jvm.java.util.logging.FileHandler(sys.argv[1])
handler.setFormatter(jvm.java.util.logging.SimpleFormatter())
jul = jvm.java.util.logging.Logger.getLogger("jul")
jul.addHandler(handler)
jul.severe("probe ERROR")
jul.warning("probe WARN")
handler.close()
jvm.org.apache.logging.log4j.LogManager.shutdown()
"""


def configuration(folder: Path) -> str:
    # Spark takes a configuration whose root has no appender for none.
    lines = ["rootLogger.level = off", "rootLogger.appenderRef.no_time.ref = no_time"]
    lines += ["logger.probe.name = org.example", "logger.probe.level = all"]
    lines.append("logger.probe.additivity = false")
    for name in (*PATTERNS, *TEMPLATES):
        lines += [
            f"appender.{name}.type = File",
            f"appender.{name}.name = {name}",
            f"appender.{name}.fileName = {folder / name}",
            f"logger.probe.appenderRef.{name}.ref = {name}",
        ]
        if name in PATTERNS:
            kind, key, value = "PatternLayout", "pattern", PATTERNS[name]
            if "coloured" in name:
                lines.append(f"appender.{name}.layout.disableAnsi = false")
        else:
            kind, key = "JsonTemplateLayout", "eventTemplateUri"
            value = f"classpath:{name}.json"
        lines += [
            f"appender.{name}.layout.type = {kind}",
            f"appender.{name}.layout.{key} = {value}",
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layouts")
    (folder / "conf").mkdir()
    (folder / "conf" / "log4j2.properties").write_text(configuration(folder))
    environment = {**os.environ, "SPARK_CONF_DIR": str(folder / "conf"), "TZ": "Europe/Berlin"}
    environment.pop("SPARK_HOME", None)
    command = [sys.executable, "-c", WRITER, str(folder / "jul")]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    return folder


def read(path: Path) -> list[LogLine]:
    parser = LineParser("pi1", _berlin_s())
    return parser.parse(decode_lines(path.read_bytes()))


def _berlin_s() -> int:
    return int(datetime.now(ZoneInfo("Europe/Berlin")).utcoffset().total_seconds())


@pytest.mark.parametrize("name", [*PATTERNS, *TEMPLATES])
def test_log4j2(written: Path, name: str) -> None:
    lines = read(written / name)
    for level in LEVELS:
        (line,) = [line for line in lines if f"probe {level} and" in line.text]
        wanted = "ERROR" if (name, level) == ("other_words", "FATAL") else level
        # Syslog's severities, which GELF has, know no TRACE; Google's no FATAL.
        if name in {"GelfLayout", "GcpLayout"} and level == "TRACE":
            wanted = "DEBUG"
        assert line.level is Level(wanted), line
        if name != "no_time":
            assert line.at == pytest.approx(time.time(), abs=300), line
    (last,) = [at for at, line in enumerate(lines) if "with a trace" in line.text]
    assert lines[last].level is Level.ERROR
    assert any("IllegalStateException: no" in line.text for line in lines[last:])
    assert all(line.is_part for line in lines[last + 1 :])


def test_java_util_logging(written: Path) -> None:
    lines = read(written / "jul")
    assert [line.level for line in lines] == [None, Level.ERROR, None, Level.WARN]
    assert all(line.at == pytest.approx(time.time(), abs=300) for line in lines)


@pytest.mark.parametrize(
    ("decorations", "timed"),
    [
        ("time,level,tags", True), ("time,uptime,level,tags", True), ("utctime,uptime,level", True),
        ("uptime,level,tags", True), ("uptimemillis,level", True), ("uptimenanos,level,tags", True),
        ("timemillis,level", True), ("time,pid,tid,level,tags", True), ("level,tags", False),
    ],
)  # fmt: skip
def test_gc_logs(tmp_path: Path, decorations: str, timed: bool) -> None:
    log = tmp_path / "gc.log"
    begin = time.time()
    command = ["java", f"-Xlog:gc*:file={log}:{decorations}", "-XX:+UseSerialGC", "-version"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    parser = LineParser("pi1", time.localtime().tm_gmtoff)
    parser.file = FileTimes(born=begin, changed=None)
    lines = parser.parse(decode_lines(log.read_bytes()))
    assert lines
    for line in lines:
        assert line.level is Level.INFO, line
        assert (line.at is not None) is timed
        assert not timed or line.at == pytest.approx(time.time(), abs=60)


def test_a_jvm_that_does_not_start() -> None:
    result = subprocess.run(
        ["java", "-Xmx1k", "-version"], capture_output=True, timeout=60, check=False
    )
    lines = LineParser("pi1").parse(decode_lines(result.stdout + result.stderr))
    assert result.returncode != 0
    assert Level.ERROR in {line.level for line in lines}


def test_a_python_that_dies() -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", "import os; os.abort()"]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False)
    first, *_ = LineParser("pi1").parse(decode_lines(result.stderr))
    assert (first.text, first.level) == ("Fatal Python error: Aborted", Level.ERROR)


def test_a_container_wraps_what_log4j2_writes(written: Path) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.5Z", time.gmtime())
    for name in ("spark", "EcsLayout", "coloured"):
        inner = decode_lines((written / name).read_bytes())
        raw = (written / name).read_text().splitlines()
        docker = [json.dumps({"log": f"{one}\n", "stream": "stderr", "time": stamp}) for one in raw]
        kubernetes = [f"{stamp} stderr F {one}" for one in raw]
        plain = LineParser("pi1").parse(inner)
        for wrapped in (docker, kubernetes):
            assert LineParser("pi1").parse(wrapped) == plain
