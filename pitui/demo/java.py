"""The Java runtime that the demonstration needs, and what to install where there is none."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pitui.domain.errors import PituiError

OLDEST = 17
"""The oldest Java that Spark 4 runs on."""

_INSTALL = {
    "debian": "sudo apt install openjdk-17-jre-headless",
    "ubuntu": "sudo apt install openjdk-17-jre-headless",
    "fedora": "sudo dnf install java-21-openjdk-headless",
    "rhel": "sudo dnf install java-17-openjdk-headless",
    "suse": "sudo zypper install java-17-openjdk-headless",
    "arch": "sudo pacman -S jre17-openjdk-headless",
    "alpine": "sudo apk add openjdk17-jre-headless",
}
_DEBIANS = ("debian", "raspbian")
_WITHOUT_17 = 13
"""The first Debian (and Raspberry Pi OS) without a package of Java 17."""
_OS_RELEASE = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
_LIMIT = 30.0


def find_java() -> Path:
    """Return the folder of a Java that Spark 4 runs on: $JAVA_HOME's, else the one on PATH.

    Raises:
        PituiError: there is none, or it is too old; says what to install on this system.
    """
    program = _java_program()
    if program is None:
        raise PituiError(f"Spark needs Java {OLDEST} or newer, and none was found", _java_advice())
    text = _java_properties(program)
    version = re.search(r"^\s*java\.specification\.version = (\S+)", text, re.MULTILINE)
    home = re.search(r"^\s*java\.home = (.+?)\s*$", text, re.MULTILINE)
    if version is None or home is None:
        raise PituiError(f"{program} does not report its Java version", _java_advice())
    if _major(version[1]) < OLDEST:
        raise PituiError(
            f"Spark needs Java {OLDEST} or newer, and {program} is Java {version[1]}",
            _java_advice(),
        )
    return Path(home[1])


def _java_program() -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home and os.access(Path(home) / "bin" / "java", os.X_OK):
        return str(Path(home) / "bin" / "java")
    return shutil.which("java")


def _java_properties(program: str) -> str:
    try:
        answer = subprocess.run(
            [program, "-XX:-UsePerfData", "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PituiError(f"cannot run {program}: {error}", _java_advice()) from error
    if answer.returncode:
        # So does macOS's placeholder, which is there without a Java.
        raise PituiError(f"Spark needs Java {OLDEST} or newer, and none was found", _java_advice())
    return answer.stderr + answer.stdout


def _major(version: str) -> int:
    """Return 8 for `1.8`, 17 for `17`."""
    parts = [int(part) for part in re.findall(r"\d+", version)]
    return parts[1] if parts[0] == 1 and len(parts) > 1 else parts[0]


def _java_advice() -> str:
    return f"Install it with: {java_install_command()}"


def java_install_command(files: tuple[Path, ...] = _OS_RELEASE) -> str:
    """Return the command that installs a Java runtime on this distribution, by os-release(5)."""
    if sys.platform == "darwin":
        return "brew install openjdk@17"
    entries = _first_of(files)
    names = [entries.get("ID", ""), *entries.get("ID_LIKE", "").split()]
    release = re.match(r"\d+", entries.get("VERSION_ID", ""))
    if names[0] in _DEBIANS and release and int(release[0]) >= _WITHOUT_17:
        return "sudo apt install openjdk-21-jre-headless"
    return next(
        (_INSTALL[name] for name in names if name in _INSTALL),
        f"your distribution's package of OpenJDK {OLDEST} or newer",
    )


def _first_of(files: tuple[Path, ...]) -> dict[str, str]:
    for path in files:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
        return {key.strip(): value.strip().strip("\"'") for key, value in pairs}
    return {}
