"""Which Java and which Pythons a node has."""

import subprocess
import sys

import pytest

from pitui.facts.runtimes.java import JAVA_COMMAND, JavaRuntime, parse_java
from pitui.facts.runtimes.java_homes import JAVAS_COMMAND
from pitui.facts.runtimes.python import parse_pythons, python_script

OPENJDK_17 = """\
java /usr/bin/java
openjdk version "17.0.9" 2023-10-17
OpenJDK Runtime Environment (build 17.0.9+9-Debian-1deb12u1)
"""
WITH_OPTIONS = """\
java /opt/jdk/bin/java
Picked up JAVA_TOOL_OPTIONS: -Xmx64m
openjdk version "21-ea" 2023-09-19
"""


@pytest.mark.parametrize(
    ("output", "java"),
    [
        (OPENJDK_17, JavaRuntime("/usr/bin/java", "17.0.9", 17)),
        (WITH_OPTIONS, JavaRuntime("/opt/jdk/bin/java", "21-ea", 21)),
        (
            'java /usr/bin/java\njava version "1.8.0_392"\n',
            JavaRuntime("/usr/bin/java", "1.8.0_392", 8),
        ),
        ("java /usr/bin/java\nError: could not find libjava.so\n", None),
        ("", None),
    ],
)
def test_java(output, java):
    assert parse_java(output) == java


def test_the_java_of_this_machine(tmp_path):
    def run(command=JAVA_COMMAND, **env):
        return subprocess.run(
            ["/bin/sh", "-c", command], capture_output=True, check=True, env=env, text=True
        ).stdout

    assert parse_java(run(PATH=str(tmp_path))) is None
    assert parse_java(run(PATH="/usr/bin:/bin", JAVA_HOME=str(tmp_path))) is None
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    # A JVM that is not told so leaves /tmp/hsperfdata_USER.
    no_trace = '[ "$1" = -XX:-UsePerfData ] || exit 1'
    program.write_text(f"#!/bin/sh\n{no_trace}\necho 'openjdk version \"11.0.2\"' >&2\n")
    program.chmod(0o755)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "modules").touch()
    all_of_them = run(JAVAS_COMMAND, PATH="/usr/bin:/bin", JAVA_HOME=str(tmp_path), HOME="/none")
    (line,) = [line for line in all_of_them.splitlines() if line.endswith(str(tmp_path))]
    assert line == f"java variable 11.0.2 {tmp_path}"
    found = parse_java(run(PATH="/usr/bin:/bin", JAVA_HOME=str(tmp_path)))
    assert found == JavaRuntime(str(program), "11.0.2", 11)


def test_pythons():
    assert parse_pythons("python3 3.11\npython3.11 3.11\npython3.12 \nsh: no\n") == {
        "python3": (3, 11),
        "python3.11": (3, 11),
    }


def test_the_pythons_of_this_machine(tmp_path):
    (tmp_path / "python3").symlink_to(sys.executable)
    done = subprocess.run(
        ["/bin/sh", "-c", python_script()],
        capture_output=True,
        check=True,
        env={"PATH": str(tmp_path)},
        text=True,
    )
    assert parse_pythons(done.stdout) == {"python3": sys.version_info[:2]}
