"""What is in Spark's conf files on a provisioned node; pure texts."""

import re
from collections.abc import Mapping

from pitui.domain.cluster import Role
from pitui.remote.quoting import quote
from pitui.spark.daemons.start_script import CLASSES

ROLLED = 5
"""Logs of earlier times that are kept, as many as spark-daemon.sh keeps."""

LOG_SIZE = "16MB"
MARK = "# Managed by pitui; without this line it is yours, and pitui leaves it alone.\n"

_LOG4J2 = """\
{mark}rootLogger.level = info
rootLogger.appenderRef.out.ref = {ref}
{appender}
logger.jetty.name = org.sparkproject.jetty
logger.jetty.level = warn
"""
_PATTERN = "%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex"
_CONSOLE2 = f"""\
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = {_PATTERN}
"""
_ROLLING2 = f"""\
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${{sys:pitui.log.file}}
appender.file.filePattern = ${{sys:pitui.log.file}}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = {_PATTERN}
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = {LOG_SIZE}
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.fileIndex = min
appender.file.strategy.max = {ROLLED}
"""
_PATTERN1 = "%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n"
_CONSOLE1 = f"""\
{MARK}log4j.rootCategory=INFO, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern={_PATTERN1}
"""
_ROLLING1 = f"""\
{MARK}log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.RollingFileAppender
log4j.appender.file.File=${{pitui.log.file}}
log4j.appender.file.MaxFileSize={LOG_SIZE}
log4j.appender.file.MaxBackupIndex={ROLLED}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern={_PATTERN1}
"""


def numbers(version: str) -> tuple[int, int]:
    """Return the major and minor number of a Spark version."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (4, 0)


def log_files(version: str) -> dict[str, str]:
    """Return the logging files by name: for everything, and for daemons, whose logs rotate.

    Log4j 2 came with Spark 3.3.
    """
    if numbers(version) < (3, 3):
        return {"log4j.properties": _CONSOLE1, "log4j-daemon.properties": _ROLLING1}
    console = _LOG4J2.format(mark=MARK, ref="console", appender=_CONSOLE2)
    rolling = _LOG4J2.format(mark=MARK, ref="file", appender=_ROLLING2)
    return {"log4j2.properties": console, "log4j2-daemon.properties": rolling}


def workers_name(version: str) -> str:
    """Return the name of the file that lists the workers: `slaves` before 3.1."""
    return "slaves" if numbers(version) < (3, 1) else "workers"


def env_lines(version: str, values: Mapping[str, str]) -> list[str]:
    """Return the lines of spark-env.sh: the values, and logs of daemons that rotate."""
    lines = [f"export {name}={quote(value)}" for name, value in values.items()]
    option = (
        "-Dlog4j.configuration=file:$SPARK_HOME/conf/log4j-daemon.properties"
        if numbers(version) < (3, 3)
        else "-Dlog4j2.configurationFile=file:$SPARK_HOME/conf/log4j2-daemon.properties"
    )
    log = "${SPARK_LOG_DIR:-$SPARK_HOME/logs}/spark-${SPARK_IDENT_STRING:-$(id -un)}"
    for role in (Role.MASTER, Role.WORKER):
        name = f"SPARK_{'MASTER' if role is Role.MASTER else 'WORKER'}_OPTS"
        file = f"-Dpitui.log.file={log}-{CLASSES[role]}-1-$HOSTNAME.out"
        lines.append(f'export {name}="${name} {option} {file}"')
    return lines
