"""What a machine's card holds when it is fresh: the Debian that Raspberry Pi OS is made from."""

from typing import Literal, get_args

Suite = Literal["bookworm", "trixie"]
"""Debian 12 and 13. In the second /tmp is RAM, Java is 21, SSH is OpenSSH 10, Python is 3.13."""
SUITES: tuple[Suite, ...] = get_args(Suite)

USER = "pi"
IMAGE_PASSWORD = "raspberry"
"""Everybody knows it."""
PASSWORD = "shelf-of-pis"
"""On a card, as somebody chose it when the card was written."""
PASSWORD_HASH = (
    "$6$pituilab$n5VVnF1ozNn2tS.OMw5gh1doQX0D7dlhVLiDi4DOpL/EQUJR"
    "D4uEcbbx/L1MZsFLHOgCSF61lgnAijy48ZOz81"
)
"""By `openssl passwd -6`."""
HOSTNAME = "raspberrypi"

BASE = (
    "systemd,systemd-sysv,dbus,udev,openssh-server,sudo,iproute2,procps,python3,iptables,"
    "ca-certificates,rfkill,cron,systemd-timesyncd,iputils-ping"
)

JAVA: dict[Suite, str] = {
    "bookworm": "openjdk-17-jre-headless",
    "trixie": "openjdk-21-jre-headless",
}

_OFFLINE = (
    "ufw",
    "firewalld",
    "nftables",
    "iptables-persistent",
    "chrony",
    "network-manager",
    "netplan.io",
    "ifupdown",
    "rsync",
    "python3-venv",
    "pipx",
    "zsh",
    "fish",
    "cloud-init",
)
_DHCPCD: dict[Suite, str] = {"bookworm": "dhcpcd5", "trixie": "dhcpcd"}


def offline(suite: Suite) -> tuple[str, ...]:
    """Return what can be installed on a machine without a way out: its apt cache has the .debs."""
    return (JAVA[suite], *_OFFLINE, _DHCPCD[suite])


FILES = {
    "etc/hostname": f"{HOSTNAME}\n",
    "etc/hosts": f"""127.0.0.1\tlocalhost
::1\t\tlocalhost ip6-localhost ip6-loopback
ff02::1\t\tip6-allnodes
ff02::2\t\tip6-allrouters

127.0.1.1\t{HOSTNAME}
""",
    "etc/systemd/system/lab-host-keys.service": """[Unit]
Description=SSH host keys of this machine's own
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
""",
    "etc/systemd/journald.conf.d/lab.conf": "[Journal]\nStorage=persistent\nSystemMaxUse=16M\n",
}
"""Files of the image by path; `/etc/hosts` has the line that binds Spark to loopback."""

_SETUP = f"""set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
apt-get update -q
# Some of them exclude each other: each is asked for by itself.
for package in $OFFLINE; do
    apt-get install -q -y -d --no-install-recommends "$package"
done
apt-get install -q -y -d $JAVA
useradd -m -s /bin/bash -u 1000 {USER}
printf '%s:%s\\n' {USER} {IMAGE_PASSWORD} | chpasswd
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf
: >/etc/machine-id
systemctl enable lab-host-keys.service ssh.service
systemctl mask systemd-firstboot.service
"""


def setup(suite: Suite) -> str:
    """Return the script that runs in the image, once, with this machine's network."""
    return f"OFFLINE='{' '.join(offline(suite))}' JAVA={JAVA[suite]}\n{_SETUP}"
