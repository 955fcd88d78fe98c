"""Shell texts that change the network and undo that by themselves unless somebody confirms.

The way back is laid before the change: old copies, a script, and a unit that runs the script at
boot, so that also a power cut in between ends at the old address. A transient unit then changes
the network, waits, and goes back where nobody confirmed; it outlives the connection that began it.
"""

import base64

from pitui.facts.network.fixed_address import NetworkChange
from pitui.remote.quoting import quote

BACK_AFTER = 60
"""Seconds until the node takes its old address back."""

FOLDER = "/var/lib/pitui/network"
_UNIT = "pitui-network-back.service"
_UNIT_TEXT = f"""\
# managed by pitui: an address that nobody confirmed before this boot is taken back
[Unit]
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
ExecStart=/bin/sh {FOLDER}/back.sh boot

[Install]
WantedBy=multi-user.target
"""


def apply_script(change: NetworkChange) -> str:
    """Return the script, for root, that begins a change and returns at once."""
    restore, write = [], []
    for number, (path, text) in enumerate(change.files.items()):
        where, old = quote(path), f"{FOLDER}/old.{number}"
        restore.append(
            f"if [ -e {old} ]; then cp -p {old} {where}.pitui-part && mv -f {where}.pitui-part "
            f"{where}; else rm -f {where}; fi"
        )
        coded = base64.b64encode(text.encode()).decode()
        write.append(
            f"echo {coded} | base64 -d > {where}.pitui-part && chmod {change.mode:o} "
            f"{where}.pitui-part && mv -f {where}.pitui-part {where}"
        )
    keep = [
        f"if [ -e {quote(path)} ]; then cp -p {quote(path)} {FOLDER}/old.{number}; fi"
        for number, path in enumerate(change.files)
    ]
    back = "\n".join(
        [
            f"[ -e {FOLDER}/pending ] || exit 0",
            *restore,
            "sync",
            f'[ "$1" = boot ] || {{ {change.back}; }}',
            f"systemctl disable {_UNIT} 2>/dev/null",
            f"rm -f /etc/systemd/system/{_UNIT} {FOLDER}/pending",
        ]
    )
    go = "\n".join(
        [
            *write,
            "sync",
            change.apply,
            f"for i in $(seq {BACK_AFTER}); do sleep 1; [ -e {FOLDER}/pending ] || exit 0; done",
            f"exec /bin/sh {FOLDER}/back.sh",
        ]
    )
    return "\n".join(
        [
            "set -e",
            # A change that broke off is undone before the next one keeps what it finds.
            f"if [ -e {FOLDER}/pending ]; then /bin/sh {FOLDER}/back.sh boot; fi",
            f"rm -rf {FOLDER}; mkdir -p {FOLDER}",
            *keep,
            f"printf %s {quote(back)} > {FOLDER}/back.sh",
            f"printf %s {quote(go)} > {FOLDER}/go.sh",
            f"printf %s {quote(_UNIT_TEXT)} > /etc/systemd/system/{_UNIT}",
            f"systemctl enable -q {_UNIT}",
            f"touch {FOLDER}/pending; sync",
            f"systemd-run -q --collect --unit=pitui-network-{'$$'} /bin/sh {FOLDER}/go.sh",
        ]
    )


def confirm_script() -> str:
    """Return the script, for root, that keeps a change."""
    return (
        f"rm -f {FOLDER}/pending && sync && systemctl disable -q {_UNIT} 2>/dev/null; "
        f"rm -f /etc/systemd/system/{_UNIT}; [ ! -e {FOLDER}/pending ]"
    )
