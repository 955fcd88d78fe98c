"""Whether cloud-init changes a node's /etc/hosts at every boot, and how.

It is told by `manage_etc_hosts`, in the user data (which Raspberry Pi Imager writes, and which
counts first) or below /etc/cloud (module Update Etc Hosts):

- `true` (or `template`): the file is made from a template; what is to stay has to be in there.
- `localhost`: the node's own name is put on 127.0.1.1, where it is not there; the rest stays.
"""

import re
from enum import StrEnum

HOSTS_TEMPLATE = "/etc/cloud/templates/hosts.debian.tmpl"
TEMPLATE_NAME = "{{hostname}}"
"""What stands for the node's own name in there."""

HOSTS_COMMAND = r"""
data=/var/lib/cloud/instance/cloud-config.txt
[ -f "$data" ] && ! [ -e /etc/cloud/cloud-init.disabled ] || exit 0
for file in "$data" $(ls -r /etc/cloud/cloud.cfg.d/*.cfg 2>/dev/null) /etc/cloud/cloud.cfg; do
  said=$(sed -n 's/^manage_etc_hosts[[:space:]]*:[[:space:]]*//p' "$file" 2>/dev/null | tail -n 1)
  [ -z "$said" ] || { echo "$said"; exit 0; }
done
"""
"""Run as root; its output is what `parse_hosts_mode` reads."""

_OWN_NAME = re.compile(r"^127\.0\.1\.1\s.*\n?", re.MULTILINE)


class HostsMode(StrEnum):
    """What cloud-init does to the file at boot."""

    KEPT = "kept"
    TEMPLATE = "template"
    LOCALHOST = "localhost"


def parse_hosts_mode(output: str) -> HostsMode:
    """Return what cloud-init does, by the value of `manage_etc_hosts` as it is in the file."""
    value = output.partition("#")[0].strip().strip("\"'").lower()
    # The words that YAML 1.1 has for true; cloud-init takes a template's name as text as well.
    if value in ("true", "yes", "on", "y", "template", "1"):
        return HostsMode.TEMPLATE
    return HostsMode.LOCALHOST if value == "localhost" else HostsMode.KEPT


def without_own_name(template: str) -> str:
    """Return the template without the line that puts the node's own name on loopback."""
    return _OWN_NAME.sub("", template)


NAME_UNIT = "pitui-hosts.service"
NAME_UNIT_PATH = f"/etc/systemd/system/{NAME_UNIT}"
# %H is the node's name. What cloud-init writes is `127.0.1.1 NAME.DOMAIN NAME`.
_ITS_LINE = "^127[.]0[.]1[.]1[[:space:]]+(.*[[:space:]])?%H([.[:space:]]|$$)"
NAME_UNIT_TEXT = f"""\
# managed by pitui
[Unit]
Description=This node's own name off loopback, where cloud-init puts it at every boot
After=cloud-init.service cloud-init-network.service
Before=spark-master.service spark-worker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sed -i -E "/{_ITS_LINE}/d" /etc/hosts

[Install]
WantedBy=multi-user.target
"""
"""Undoes at boot what `localhost` does: nothing below /etc/cloud counts before user data."""
