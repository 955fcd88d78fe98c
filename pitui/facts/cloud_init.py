"""Whether cloud-init writes a node's /etc/hosts anew at every boot, and what it writes.

Raspberry Pi Imager sets a name by `manage_etc_hosts: true` in the user data (Ubuntu, and Raspberry
Pi OS from 13 on), which counts before anything under /etc/cloud. The file is then made from a
template, and what is to stay has to be in there (cloud-init, module Update Etc Hosts).
"""

import re

HOSTS_TEMPLATE = "/etc/cloud/templates/hosts.debian.tmpl"
TEMPLATE_NAME = "{{hostname}}"
"""What stands for the node's own name in there."""

HOSTS_COMMAND = (
    "grep -Eiqs '^manage_etc_hosts: *[^a-z]?(true|template|yes|on|1)' "
    f"/var/lib/cloud/instance/cloud-config.txt && [ -f {HOSTS_TEMPLATE} ] && echo yes; true"
)
"""Run as root; says `yes` where the template decides."""

_OWN_NAME = re.compile(r"^127\.0\.1\.1\s.*\n?", re.MULTILINE)


def without_own_name(template: str) -> str:
    """Return the template without the line that puts the node's own name on loopback."""
    return _OWN_NAME.sub("", template)
