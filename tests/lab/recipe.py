"""What a machine's card holds when it is fresh: Debian 12, as Raspberry Pi OS is made from it."""

SUITE = "bookworm"
USER = "pi"
PASSWORD = "raspberry"
HOSTNAME = "raspberrypi"

BASE = (
    "systemd,systemd-sysv,dbus,udev,openssh-server,sudo,iproute2,procps,python3,iptables,"
    "ca-certificates,rfkill,cron,systemd-timesyncd,iputils-ping"
)

OFFLINE = (
    "openjdk-17-jre-headless",
    "ufw",
    "firewalld",
    "nftables",
    "iptables-persistent",
    "chrony",
    "dhcpcd5",
    "network-manager",
    "netplan.io",
    "ifupdown",
    "rsync",
)
"""What can be installed on a machine without a way out: the .debs lie in its apt cache."""

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

SETUP = f"""set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
apt-get update -q
for package in {" ".join(OFFLINE)}; do
    apt-get install -q -y -d --no-install-recommends "$package"
done
apt-get install -q -y -d openjdk-17-jre-headless
useradd -m -s /bin/bash -u 1000 {USER}
printf '%s:%s\\n' {USER} {PASSWORD} | chpasswd
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf
: >/etc/machine-id
systemctl enable lab-host-keys.service ssh.service
systemctl mask systemd-firstboot.service
"""
"""Run in the image, once, with this machine's network."""
