"""A /proc/meminfo for a board with less memory than this machine."""


def meminfo(total_mib: int) -> str:
    """Return its text; the system itself takes a tenth."""
    total = total_mib * 1024
    free = total * 9 // 10
    lines = {"MemTotal": total, "MemFree": free, "MemAvailable": free, "Buffers": 0, "Cached": 0}
    swap = {"SwapCached": 0, "SwapTotal": 0, "SwapFree": 0, "Shmem": 0, "SReclaimable": 0}
    return "".join(f"{name + ':':<16}{kib:>8} kB\n" for name, kib in (lines | swap).items())
