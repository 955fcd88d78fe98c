"""A second, no-change provisioning of 3 machines: pitui against Ansible with the same steps.

    sudo python benchmarks/provision.py [--nodes 3] [--rounds 3]

Needs the lab (tests/lab) and `pip install ansible-core`, which is not locked: only this uses it.
Ansible gets what makes it fast: pipelining, one SSH connection a node that is kept open between its
tasks and its runs, as many forks as nodes. Both are whole processes. Prints one JSON object: median
seconds of each, and pitui's as a ratio.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down

LIMIT = 900.0
PLAYBOOK = Path(__file__).with_name("provision.yml")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ansible = shutil.which("ansible-playbook", path=Path(sys.executable).parent)
    if ansible is None:
        sys.exit("there is no ansible-playbook: pip install ansible-core")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    lab = Lab.up("bench-steps", [Kind()] * options.nodes, _say)
    try:
        print(json.dumps(_measure(lab, ansible, options.rounds), indent=2))
    finally:
        down(lab.name)


def _measure(lab: Lab, ansible: str, rounds: int) -> dict[str, object]:
    archive = spark_archive(slim=True)
    config = configuration.write(lab.folder / "config.yaml", configuration.document(lab, archive))
    with tarfile.open(archive) as tar:
        top = tar.next()
    assert top is not None
    inventory = _inventory(lab)
    works = {
        "pitui": [
            sys.executable, "-m", "pitui", "--config", str(config), "provision", "--trust-new",
            "--json",
        ],
        "ansible": [
            ansible, "-i", str(inventory), "-e", f"archive={archive} top={top.name.split('/')[0]}",
            str(PLAYBOOK),
        ],
    }  # fmt: skip
    environment = {
        **os.environ,
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_FORKS": str(len(lab.machines)),
        "ANSIBLE_SSH_ARGS": "-F none -o ControlMaster=auto -o ControlPersist=600",
        "ANSIBLE_NOCOWS": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    for name, command in works.items():
        _say(f"{name}: the first run")
        _run(command, environment)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, command in works.items():
            begun = time.perf_counter()
            said = _run(command, environment)
            seconds[name].append(time.perf_counter() - begun)
            if not _unchanged(name, said):
                raise RuntimeError(f"{name} changed something:\n{said}")
    median = {name: statistics.median(found) for name, found in seconds.items()}
    return {
        "nodes": len(lab.machines),
        "seconds": {name: round(value, 2) for name, value in median.items()},
        "ansible_over_pitui": round(median["ansible"] / median["pitui"], 1),
    }


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def _unchanged(name: str, said: str) -> bool:
    if name == "ansible":
        lines = [line for line in said.splitlines() if "changed=" in line]
        return bool(lines) and all("changed=0 " in line for line in lines)
    nodes = json.loads(said[said.index("{") :])["nodes"]
    return all(node["state"] == "ok" for node in nodes)


def _inventory(lab: Lab) -> Path:
    hosts = {
        name: {
            "ansible_host": machine.address,
            "ansible_user": "pi",
            "ansible_ssh_private_key_file": str(lab.identity),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={lab.known_hosts} "
            "-o StrictHostKeyChecking=accept-new",
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        for name, machine in lab.machines.items()
    }
    path = lab.folder / "inventory.json"
    path.write_text(json.dumps({"all": {"hosts": hosts}}))
    return path


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
