"""A lab of real Debian machines with systemd on this one: `python -m tests.lab --help`.

Each machine is booted by systemd-nspawn in a network namespace of its own, on a bridge, with an
overlay as its disk. Needs root; no host systemd and no kernel module.
"""
