"""A /proc/meminfo for a board with less memory than this machine."""


def meminfo(total_mib: int, taken_kib: int | None = None) -> str:
    """Return its text; the system itself takes a tenth, or as much as is said."""
    total = total_mib * 1024
    free = max(0, total - (total // 10 if taken_kib is None else taken_kib))
    lines = {"MemTotal": total, "MemFree": free, "MemAvailable": free, "Buffers": 0, "Cached": 0}
    swap = {"SwapCached": 0, "SwapTotal": 0, "SwapFree": 0, "Shmem": 0, "SReclaimable": 0}
    return "".join(f"{name + ':':<16}{kib:>8} kB\n" for name, kib in (lines | swap).items())
