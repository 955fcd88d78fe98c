"""What to install where there is no Java, distribution by distribution."""

import sys

import pytest

from pitui.demo.java import java_install_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="os-release(5) is Linux's")


@pytest.mark.parametrize(
    ("os_release", "words"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "sudo apt install openjdk-17-jre-headless"),
        ('ID=debian\nVERSION_ID="13"\n', "sudo apt install openjdk-21-jre-headless"),
        ('ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"', "sudo apt install openjdk-17"),
        ('ID=raspbian\nID_LIKE=debian\nVERSION_ID="13"', "sudo apt install openjdk-21"),
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"', "sudo apt install openjdk-17"),
        ("ID=linuxmint\nID_LIKE='ubuntu debian'\nVERSION_ID=\"22\"", "sudo apt install"),
        ("ID=fedora\nVERSION_ID=42\n", "sudo dnf install java-21-openjdk-headless"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "sudo dnf install java-17-openjdk"),
        ("ID=arch\n", "sudo pacman -S jre17-openjdk-headless"),
        ("ID=alpine\nVERSION_ID=3.21\n", "sudo apk add openjdk17-jre-headless"),
        ("ID=plan9\n", "your distribution's package"),
        ("", "your distribution's package"),
    ],
)
def test_the_command_fits_the_distribution(os_release, words, tmp_path):
    file = tmp_path / "os-release"
    file.write_text(os_release)
    assert java_install_command((tmp_path / "missing", file)).startswith(words)


def test_a_system_that_says_nothing(tmp_path):
    assert java_install_command((tmp_path / "missing",)).startswith("your distribution's package")
