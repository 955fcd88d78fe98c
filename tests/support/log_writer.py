"""A daemon that writes numbered lines to its log, as fast as it is told, and reopens it on SIGHUP.

    python log_writer.py LOG FIRST LINES_A_SECOND

Ends with SIGTERM, after a last line `end N` where N lines came before it, or with SIGKILL.
"""

import os
import signal
import sys
import time

STEP = 0.01


def main() -> None:
    path, number, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wanted = {"reopen": False, "end": False}
    signal.signal(signal.SIGHUP, lambda *_: wanted.update(reopen=True))
    signal.signal(signal.SIGTERM, lambda *_: wanted.update(end=True))
    file = _open(path)
    begin, first = time.monotonic(), number
    while not wanted["end"]:
        if wanted["reopen"]:
            wanted["reopen"] = False
            os.close(file)
            file = _open(path)
        due = first + int((time.monotonic() - begin) * rate)
        stamp = time.strftime("%y/%m/%d %H:%M:%S")
        text = "".join(f"{stamp} INFO Writer: {n}\n" for n in range(number, due))
        os.write(file, text.encode())
        number = max(number, due)
        time.sleep(STEP)
    os.write(file, f"end {number}\n".encode())


def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


if __name__ == "__main__":
    main()
