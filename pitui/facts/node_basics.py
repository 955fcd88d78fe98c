"""What a node is: login, system, board, clock and addresses, by one cheap command."""

import re
from dataclasses import dataclass, field

MACHINE_COMMAND = r"""
echo "user $(id -un)"; echo "uid $(id -u)"; echo "home $HOME"
echo "arch $(uname -m)"; echo "bits $(getconf LONG_BIT 2>/dev/null)"; echo "hostname $(uname -n)"
[ -d /run/systemd/system ] && echo "systemd yes"
echo "memory $(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null)"
echo "cores $(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
echo "ssh $SSH_CONNECTION"
[ -r /proc/device-tree/model ] && echo "board $(tr -d '\0' < /proc/device-tree/model)"
sed 's/^/os /' /etc/os-release 2>/dev/null
ip -o addr 2>/dev/null | sed 's/^/addr /'
ip -o route show default 2>/dev/null | sed 's/^/route /'
echo "clock $(date +%s.%N)"
"""
"""Its output is what `parse_machine` reads."""

_ADDRESS = re.compile(
    r"addr \d+:\s+(?P<link>\S+?)(?:@\S+)?\s+inet6?\s+(?P<address>[0-9a-fA-F.:]+)/(?P<prefix>\d+)"
    r".*?\bscope (?P<scope>\S+)"
)
_DEFAULT = re.compile(r"route default\s.*?\bdev (?P<link>\S+)")
_GATEWAY = re.compile(r"\bvia (\S+)")
_METRIC = re.compile(r"\bmetric (\d+)")


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An address of one of a node's network links."""

    link: str
    address: str
    prefix: int
    scope: str
    """`global`, `link` or `host`."""

    @property
    def v4(self) -> bool:
        """Whether it is one of IPv4."""
        return ":" not in self.address


@dataclass(frozen=True, slots=True)
class Route:
    """A default route."""

    link: str
    gateway: str | None
    metric: int


@dataclass(frozen=True, slots=True)
class Machine:
    """A node as it describes itself; memory in MiB."""

    user: str = ""
    uid: int = -1
    home: str = ""
    arch: str = ""
    """The kernel's word: `aarch64`, `x86_64`, `armv7l`, `armv6l`."""
    bits: int = 0
    """Of its programs: a 64-bit kernel may run a 32-bit system."""
    hostname: str = ""
    systemd: bool = False
    memory_mib: int = 0
    cores: int = 0
    board: str = ""
    os: dict[str, str] = field(default_factory=dict)
    """/etc/os-release."""
    clock: float = 0.0
    """Its Unix time at the end of the look."""
    server_address: str | None = None
    """The address at which it took our SSH connection."""
    client_address: str | None = None
    """The address from which our SSH connection came, as the node sees it."""
    addresses: tuple[InterfaceAddress, ...] = ()
    routes: tuple[Route, ...] = ()
    """Default routes, the preferred one first."""

    @property
    def distribution(self) -> str:
        """Its system's `ID`: `debian`, `raspbian`, `ubuntu`."""
        return self.os.get("ID", "")

    @property
    def package_arch(self) -> str:
        """What programs are built for there, as Debian calls it; the kernel may have 64 bits."""
        if self.bits == 32 and self.arch in ("aarch64", "x86_64"):
            return "armhf" if self.arch == "aarch64" else "i386"
        return {"aarch64": "arm64", "x86_64": "amd64", "armv7l": "armhf"}.get(self.arch, self.arch)

    @property
    def release(self) -> str:
        """Its system in words, such as `Debian GNU/Linux 12 (bookworm)`."""
        return self.os.get("PRETTY_NAME") or self.distribution or "an unknown system"


def parse_machine(output: str) -> Machine:
    """Return the machine that `MACHINE_COMMAND` described; what it did not say stays empty."""
    values: dict[str, str] = {}
    for line in output.splitlines():
        key, _, value = line.partition(" ")
        values.setdefault(key, value.strip())
    ssh = values.get("ssh", "").split()
    return Machine(
        user=values.get("user", ""),
        uid=_number_or(values.get("uid"), -1),
        home=values.get("home", ""),
        arch=values.get("arch", ""),
        bits=_number_or(values.get("bits"), 0),
        hostname=values.get("hostname", ""),
        systemd="systemd" in values,
        memory_mib=_number_or(values.get("memory"), 0) // 1024,
        cores=_number_or(values.get("cores"), 0),
        board=values.get("board", ""),
        os=_os_release(output),
        clock=_clock(values.get("clock", "")),
        server_address=ssh[2] if len(ssh) == 4 else None,
        client_address=ssh[0] if len(ssh) == 4 else None,
        addresses=tuple(_interface_addresses(output)),
        routes=tuple(_routes(output)),
    )


def _number_or(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() else otherwise


def _clock(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _os_release(output: str) -> dict[str, str]:
    found = {}
    for line in output.splitlines():
        key, equals, value = line.removeprefix("os ").partition("=")
        if line.startswith("os ") and equals:
            found[key.strip()] = value.strip().strip("\"'")
    return found


def _interface_addresses(output: str) -> list[InterfaceAddress]:
    return [
        InterfaceAddress(match["link"], match["address"], int(match["prefix"]), match["scope"])
        for match in map(_ADDRESS.match, output.splitlines())
        if match
    ]


def _routes(output: str) -> list[Route]:
    found = []
    for line in output.splitlines():
        if match := _DEFAULT.match(line):
            gateway, metric = _GATEWAY.search(line), _METRIC.search(line)
            number = int(metric[1]) if metric else 0
            found.append(Route(match["link"], gateway[1] if gateway else None, number))
    return sorted(found, key=lambda route: route.metric)
