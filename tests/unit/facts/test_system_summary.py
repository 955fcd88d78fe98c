"""What a node is, by its own words."""

import subprocess
import sys
from pathlib import Path

import pytest

from pitui.facts.system_summary import parse_system, system_command


@pytest.mark.skipif(sys.platform != "linux", reason="asks this machine")
def test_this_machine_in_each_shell(shell: list[str], tmp_path: Path) -> None:
    home = tmp_path / "spark home"
    (home / "jars").mkdir(parents=True)
    (home / "jars" / "spark-core_2.13-4.3.0.jar").touch()
    (home / "conf").mkdir()
    (home / "conf" / "spark-env.sh").write_text(f"PYSPARK_PYTHON='{sys.executable}'\n")
    said = subprocess.run(
        [*shell, "-c", system_command(str(home))], capture_output=True, text=True, check=True
    )
    system = parse_system(said.stdout)
    assert system.spark == "4.3.0"
    assert system.python == sys.version.split()[0]
    assert system.kernel.startswith("Linux ")
    assert system.cores >= 1
    assert system.memory_mib > 100


def test_a_pi_and_what_is_missing() -> None:
    pi = (
        "arch aarch64\nbits 64\nboard Raspberry Pi 4 Model B Rev 1.4\nmemory 1900000\ncores 4\n"
        'os PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n== pitui kernel\nLinux 6.1.21-v8+\n'
        '== pitui java\njava /usr/bin/java\nopenjdk version "17.0.9" 2023\n'
    )
    system = parse_system(pi)
    assert system.model == "Raspberry Pi 4 Model B Rev 1.4"
    assert (system.architecture, system.kernel) == ("aarch64, 64 bit", "Linux 6.1.21-v8+")
    assert (system.java, system.python, system.spark) == ("17.0.9 (/usr/bin/java)", "", "")
