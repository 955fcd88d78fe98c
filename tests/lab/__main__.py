"""The lab by hand: `python -m tests.lab up 3`."""

import argparse
import os
import subprocess
import sys
from typing import get_args

from tests.lab import configuration, image, needs, recipe, state
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind, Login, Sudo
from tests.lab.lab import Lab, down
from tests.lab.machine import Machine
from tests.lab.recipe import SUITES
from tests.lab.shell import LabError


def main() -> int:
    """Do what the command line says and return the exit status."""
    options = _parser().parse_args()
    reason = needs.missing()
    if reason is not None:
        print(reason, file=sys.stderr)
        return 1
    try:
        return int(_COMMANDS[options.command](options) or 0)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(options: argparse.Namespace) -> None:
    kind = Kind(
        suite=options.suite,
        sudo=options.sudo,
        login=options.login,
        memory_mib=options.memory or None,
        disk_mib=options.disk,
    )
    lab = Lab.up(options.name, [kind] * options.count, _say)
    _say(f"user {recipe.USER}, password {recipe.PASSWORD}, key {lab.identity}")
    archive = spark_archive(options.spark, slim=options.slim)
    path = configuration.write(lab.folder / "config.yaml", configuration.document(lab, archive))
    print(path.read_text(), end="")
    _say(f"pitui --config {path} provision --trust-new")


def _down(options: argparse.Namespace) -> None:
    for name in state.names() if options.all else [options.name]:
        _say(f"{name} is down" if down(name) else f"{name} was not up")


def _status(options: argparse.Namespace) -> None:
    for lab in (Lab.find(name) for name in state.names() if state.read(name)):
        print(f"{lab.name}  {lab.folder / 'config.yaml'}")
        for machine in lab.machines.values():
            power = "on" if machine.running else "off"
            cable = "in" if machine.plugged else "out"
            kind = machine.kind
            print(
                f"  {machine.name}  {machine.address}  power {power}  cable {cable}"
                f"  sudo {kind.sudo}  login {kind.login}"
            )


def _cable(options: argparse.Namespace) -> None:
    _machine(options).cable(plugged=options.state == "in")


def _power(options: argparse.Namespace) -> None:
    machine = _machine(options)
    if options.state == "on":
        machine.power_on()
    else:
        machine.power_off()


def _rate(options: argparse.Namespace) -> None:
    rate = None if options.rate == "off" else options.rate
    if options.machine == "nuc":
        Lab.find(options.name).uplink(rate)
    else:
        _machine(options).rate(rate)


def _fresh(options: argparse.Namespace) -> None:
    _machine(options).fresh()


def _ssh(options: argparse.Namespace) -> int:
    return subprocess.call(_machine(options).ssh_command(*options.words))


def _root(options: argparse.Namespace) -> None:
    print(_machine(options).root(" ".join(options.words)), end="")


def _archive(options: argparse.Namespace) -> None:
    print(spark_archive(options.spark, slim=options.slim))


def _image(options: argparse.Namespace) -> None:
    image.ready(SUITES, _say)
    print(*(image.folder(suite) for suite in SUITES), sep="\n")


def _machine(options: argparse.Namespace) -> Machine:
    return Lab.find(options.name).machine(options.machine)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


_COMMANDS = {
    "up": _up,
    "down": _down,
    "status": _status,
    "cable": _cable,
    "power": _power,
    "rate": _rate,
    "fresh": _fresh,
    "ssh": _ssh,
    "root": _root,
    "archive": _archive,
    "image": _image,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.add_argument(
            "--name", default="lab", help="which lab (lab); several can be up at once"
        )
        return made

    up = command("up", "boot machines, and print a config.yaml for pitui")
    up.add_argument("count", type=int, help="how many machines: pi1, pi2, ...")
    up.add_argument("--suite", choices=SUITES, default="bookworm", help="which Debian (bookworm)")
    up.add_argument("--sudo", choices=get_args(Sudo), default="passwordless")
    up.add_argument("--login", choices=get_args(Login), default="key")
    up.add_argument("--memory", type=int, default=2048, metavar="MIB", help="of each board (2048)")
    up.add_argument("--disk", type=int, metavar="MIB", help="what can be written on each card")
    for made in (up, command("archive", "make Spark's archive and print its path")):
        made.add_argument("--spark", choices=("4", "3.5"), default="4", help="which Spark (4)")
        made.add_argument("--slim", action="store_true", help="only the jars that daemons need")
    command("down", "remove a lab and everything of it").add_argument("--all", action="store_true")
    command("status", "all labs and their machines")
    command("image", "build the machines' images if they are not there")
    for name, text, states in (
        ("cable", "pull a machine's network cable, or plug it in", ("out", "in")),
        ("power", "pull a machine's power, or switch it on", ("off", "on")),
    ):
        made = command(name, text)
        made.add_argument("machine")
        made.add_argument("state", choices=states)
    rate = command("rate", "limit what a machine receives, or what this one (nuc) sends to all")
    rate.add_argument("machine")
    rate.add_argument("rate", help="such as 94mbit, or off")
    command("fresh", "put in a fresh card").add_argument("machine")
    for name, text in (("ssh", "log in, or run a command"), ("root", "run a command as root")):
        made = command(name, text)
        made.add_argument("machine")
        made.add_argument("words", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    sys.exit(main())
