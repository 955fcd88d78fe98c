"""A full disk on this machine: what was asked is done or refused in one sentence, and nothing cut
in half stays."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.sshd import SshServers

pytestmark = pytest.mark.ssh

ROOT = Path(__file__).parents[2]
LIMIT = 60.0
NODES = ("nuc", "pi1")
# A file system of its own, with room for the folders and `$3` bytes.
SCRIPT = """
mount -t tmpfs -o size=256k tmpfs "$1" || exit 99
mkdir "$1/state" "$1/data" "$1/cache"
cp "$2/known_hosts" "$1/"
cat /dev/zero > "$1/fill" 2>/dev/null
shrunk=$(( $(stat -c %s "$1/fill") - $3 )); truncate -s "$shrunk" "$1/fill"
folder=$1; shift 3
cd "$folder" && "$@"
status=$?
echo "--- files"
find . -type f ! -name fill -printf '%P %s\\n'
exit $status
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what is on the full disk then."""

    status: int
    stdout: str
    stderr: str
    files: dict[str, int]


class FullDisk:
    """Runs pitui where all that it writes is on a full disk."""

    def __init__(self, folder: Path, ssh_servers: SshServers) -> None:
        self.folder, self.disk = folder, folder / "disk"
        self.disk.mkdir()
        there = {name: ssh_servers.server() for name in NODES}
        known = [server.known_line() for server in there.values()]
        (folder / "known_hosts").write_text("".join(known))
        rows = (f"  {n}: {{host: {s.address}, port: {s.port}}}\n" for n, s in there.items())
        self.config = folder / "config.yaml"
        self.config.write_text(
            "cluster: {name: full, master: nuc}\n"
            f"ssh: {{identity: {ssh_servers.client_key}, known_hosts: {folder}/known_hosts,"
            f" sudo: none}}\nnodes:\n{''.join(rows)}"
        )

    def run(self, *words: str, room: int = 0) -> Ended:
        """Run a command of pitui with so many bytes of room."""
        place = {f"XDG_{n.upper()}_HOME": f"{self.disk}/{n}" for n in ("state", "data", "cache")}
        pitui = [sys.executable, "-m", "pitui", *words]
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        done = subprocess.run(
            ["unshare", "--mount", *user, "sh", "-c", SCRIPT, "full", self.disk, self.folder,
             str(room), *pitui],
            env={**os.environ, **place, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=LIMIT, check=False,
        )  # fmt: skip
        if done.returncode == 99 or "unshare failed" in done.stderr:
            pytest.skip("no file system of one's own can be mounted here")
        said, _, files = done.stdout.partition("--- files\n")
        assert "Traceback" not in done.stderr, done.stderr
        rows = (line.rpartition(" ") for line in files.splitlines())
        return Ended(
            done.returncode, said, done.stderr, {name: int(size) for name, _, size in rows}
        )


@pytest.fixture
def full(tmp_path: Path, ssh_servers: SshServers) -> FullDisk:
    return FullDisk(tmp_path, ssh_servers)


@pytest.mark.parametrize("room", [0, 4096])
def test_a_command_is_run_although_it_cannot_be_recorded(full: FullDisk, room: int) -> None:
    done = full.run("--config", str(full.config), "exec", "--", "echo here", room=room)
    assert done.status == 0, done
    assert done.stdout.count("here") == len(NODES)
    if room == 0:
        assert "cannot write the audit log" in done.stderr
        assert "No space left on device" in done.stderr


def test_doctor_says_what_it_finds_and_that_it_cannot_remember(full: FullDisk) -> None:
    done = full.run("--config", str(full.config), "doctor", "--only", "spark,names")
    assert "spark.unregistered" in done.stdout
    assert done.stderr.count("cannot remember what was found") == 1
    assert done.status == 1


@pytest.mark.parametrize(
    "words",
    [
        (
            "--config",
            "{config}",
            "doctor",
            "--only",
            "names",
            "--yes",
            "--bundle",
            "{disk}/b.tar.gz",
        ),
        ("--config", "{config}", "logs", "nuc:/etc/services", "--save", "{disk}/services"),
        ("init", "--node", "nuc=192.0.2.1", "--node", "pi1=192.0.2.2"),
    ],
    ids=["bundle", "log", "init"],
)
def test_what_there_is_no_room_for_is_refused_and_nothing_is_there(
    full: FullDisk, words: tuple[str, ...]
) -> None:
    done = full.run(*(word.format(config=full.config, disk=full.disk) for word in words))
    assert done.status != 0, done
    assert "No space left on device" in done.stderr
    assert [name for name in done.files if name in ("b.tar.gz", "services", "config.yaml")] == []
