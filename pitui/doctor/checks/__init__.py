"""The checks: a folder a group, a file a check (`disk.read-only` is disk/read_only.py).

Each folder lists its checks, `pitui.doctor.registry` the folders.
"""
