"""What ssh itself makes of a configuration, for an account whose home is a folder of a test's."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

USED = (
    "hostname", "port", "user", "addressfamily", "bindaddress", "bindinterface", "hostkeyalias",
    "identityfile", "certificatefile", "identitiesonly", "identityagent", "pubkeyauthentication",
    "proxycommand", "proxyjump", "proxyusefdpass", "userknownhostsfile", "globalknownhostsfile",
)  # fmt: skip
"""The options that pitui uses, beside the algorithms."""

ALGORITHMS = (
    "ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "pubkeyacceptedalgorithms",
)  # fmt: skip

_WRAPPER = "libnss_wrapper.so"


def why_no_yardstick() -> str:
    """Return why ssh cannot be asked here; empty where it can."""
    if shutil.which("ssh") is None:
        return "no ssh: install openssh-client"
    if not any(Path(folder).glob(f"*/{_WRAPPER}") for folder in ("/usr/lib", "/usr/lib64")):
        return "ssh cannot be given another home: install libnss-wrapper"
    return ""


def write(home: Path, files: dict[str, str]) -> None:
    """Write files below ~/.ssh, as ssh wants them: for their owner only."""
    for name, text in files.items():
        file = home / ".ssh" / name
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)


def asked(home: Path, *words: str) -> dict[str, list[str]] | str:
    """Return what `ssh -G` prints by option, or what it says where it refuses.

    Its own home is `home`: the password database says so.
    """
    folder = home / ".nss"
    folder.mkdir(exist_ok=True)
    name, uid, gid = getpass.getuser(), os.getuid(), os.getgid()
    passwd, group = folder / "passwd", folder / "group"
    passwd.write_text(f"{name}:x:{uid}:{gid}::{home}:/bin/sh\n")
    group.write_text(f"{name}:x:{gid}:\n")
    environment = {
        **os.environ,
        "HOME": str(home),
        "LD_PRELOAD": _WRAPPER,
        "NSS_WRAPPER_PASSWD": str(passwd),
        "NSS_WRAPPER_GROUP": str(group),
    }
    done = subprocess.run(
        ["ssh", "-G", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    if done.returncode:
        return done.stderr
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword, []).append(value)
    return found


def used(settings: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the part of settings that pitui uses."""
    return {name: list(settings[name]) for name in USED if settings.get(name)}


def compared(settings: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the part of settings that pitui uses, with the algorithms as ssh has them."""
    return {name: list(settings[name]) for name in (*USED, *ALGORITHMS) if settings.get(name)}
