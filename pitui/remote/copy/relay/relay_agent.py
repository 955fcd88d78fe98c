"""Runs on a node during a push: receives a file, verifies it, and passes it on meanwhile.

This file is sent to the node and run by its own Python (3.8 or newer), so it uses nothing but the
standard library; pitui imports it for what its own end of a connection needs.

A node listens at the address that pitui reached it at, on a port of the system's choosing. Whoever
feeds it, pitui or another node, connects to that port. Both ends show the certificate of this one
push and accept no other; its key came over SSH, stays in memory and is worth nothing afterwards.
The upstream says which turn it is (pitui counts them: a later one takes the place of an earlier
one), the node says how many bytes it has, and the upstream sends the rest. A node feeds others from
its file, up to the last byte it has, so a slow reader holds up nobody, and a node that lost its
upstream resumes with another where it was.

Standard input: one line of JSON, then `{"feed": NODE, "turn": N, "host": H, "port": P}`
a line; its end ends the relay agent. Standard output: a line of JSON for each event.
"""

from __future__ import annotations

# Every import here is start-up time on a slow board: no pathlib, and `subprocess` while bytes come.
import contextlib
import fcntl
import hashlib
import json
import os
import select
import socket
import ssl
import struct
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BLOCK = 1024 * 1024
CONNECT_LIMIT = 3.0
"""Seconds to connect to the next node; a firewall that drops packets says nothing at all."""

HELLO_LIMIT = 10.0
"""Seconds for the TLS handshake between two peers."""

STALL_LIMIT = 60.0
"""Seconds without a byte between two peers after which the connection is given up."""

TELL_EVERY = 0.1
"""Seconds between two words on how far the file is."""

_SIOCGIFADDR = 0x8915
_AES, _CHACHA = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"
_GATHER = 256 * 1024
_WAKE_AT = 64 * 1024
"""Bytes that wake a receiver: each packet would take a slow board a core, and each node in a chain
is that many bytes behind the one before it."""


class Growing:
    """A file of a known size that one thread writes from its start, and others read behind."""

    def __init__(self, fd: int, size: int, have: int) -> None:
        self.fd = fd
        self.size = size
        self.have = have
        self._grew = threading.Condition()

    def write(self, data: memoryview) -> None:
        """Put the next bytes where they belong."""
        done = 0
        while done < len(data):
            done += os.pwrite(self.fd, data[done:], self.have + done)
        with self._grew:
            self.have += len(data)
            self._grew.notify_all()

    def read(self, buffer: memoryview, at: int) -> int:
        """Read from a place on, at most what is there; waits for the first byte."""
        with self._grew:
            if not self._grew.wait_for(lambda: self.have > at, STALL_LIMIT):
                raise TimeoutError(f"no data arrived for {STALL_LIMIT:.0f} s")
            there = self.have - at
        return os.preadv(self.fd, [buffer[: min(len(buffer), there)]], at)


def has_aes() -> bool:
    """Whether this machine has AES instructions (a Pi 3 and a Pi 4 have not)."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return True
    lines = [line for line in text.splitlines() if line.startswith(("flags", "Features"))]
    return bool(lines) and "aes" in lines[0].split()


def tls(pem: str, *, server: bool) -> ssl.SSLContext:
    """Return a context in which both ends are who holds this push's key, and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    # TLS 1.3 would leave no choice of the cipher, and a Pi 4 does AES at a third of ChaCha's speed.
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_AES + ":" + _CHACHA if has_aes() else _CHACHA)
    context.load_verify_locations(cadata=pem[pem.index("-----BEGIN CERTIFICATE") :])
    with _in_memory(pem) as path:
        context.load_cert_chain(path)
    return context


def connect(where: tuple[str, int], limit: float) -> socket.socket:
    """Connect to a node that listens; what is sent does not wait for more."""
    sock = socket.create_connection(where, limit)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def feed_peer(conn: socket.socket, file: Growing, turn: int) -> None:
    """Send a peer what it lacks, and wait until it let go."""
    conn.settimeout(STALL_LIMIT)
    conn.sendall(struct.pack(">Q", turn))
    at = struct.unpack(">Q", _exactly(conn, 8))[0]
    buffer = memoryview(bytearray(BLOCK))
    while at < file.size:
        count = file.read(buffer, at)
        if count == 0:
            raise OSError("the file became shorter")
        conn.sendall(buffer[:count])
        at += count
    conn.recv(1)


def link_speed(address: str) -> tuple[int | None, bool]:
    """Return the speed in Mbit/s of the interface that has an address, and whether it is wireless.

    The speed is None where the system does not know it.
    """
    name = _interface(address)
    if name is None:
        return None, False
    folder = "/sys/class/net/" + name
    wireless = os.path.exists(folder + "/wireless")  # noqa: PTH110
    try:
        with open(folder + "/speed", encoding="ascii") as file:  # noqa: PTH123
            speed = int(file.read())
    except (OSError, ValueError):
        return None, wireless
    return (speed if speed > 0 else None), wireless


def _interface(address: str) -> str | None:
    if ":" in address:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                request = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(sock.fileno(), _SIOCGIFADDR, request)
                if socket.inet_ntoa(answer[20:24]) == address:
                    return name
    return None


@contextlib.contextmanager
def _in_memory(pem: str) -> Any:  # noqa: ANN401
    """Give a text a path, in memory where the system can: `ssl` reads keys from files only."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("push")
        try:
            os.write(fd, pem.encode())
            yield f"/proc/self/fd/{fd}"
        finally:
            os.close(fd)
        return
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(pem.encode())
        file.flush()
        yield file.name


def _exactly(conn: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = conn.recv(count - len(data))
        if not more:
            raise OSError("the other end closed the connection")
        data += more
    return data


def _gather(conn: ssl.SSLSocket, buffer: memoryview) -> int:
    """Read what is there, and wait for the first of it; 0 at the end of the stream."""
    count = more = conn.recv_into(buffer)
    while more and count < len(buffer) and (conn.pending() or select.select([conn], [], [], 0)[0]):
        more = conn.recv_into(buffer[count:])
        count += more
    return count


class RelayAgent:
    """The node's end: one file that comes, one thread for each thing that goes on."""

    def __init__(self, part: str, target: str, order: dict[str, Any]) -> None:
        self.part = part
        self.target = target
        self.order = order
        fd = os.open(part, os.O_RDWR | os.O_CREAT, 0o644)
        self.file = Growing(fd, order["size"], min(os.fstat(fd).st_size, order["size"]))
        self._began = self.file.have
        self._telling = threading.Lock()
        self._swap = threading.Lock()
        self._receiving = threading.Lock()
        self._turn = 0
        self._feeder: socket.socket | None = None
        self._server = tls(order["pem"], server=True)

    def run(self) -> None:
        """Work until standard input ends."""
        address = os.environ["SSH_CONNECTION"].split()[2]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, 0), family=family, backlog=8)
        speed, wireless = link_speed(address)
        self.tell(
            host=address, port=listener.getsockname()[1], speed=speed, wireless=wireless,
            have=self.file.have,
        )  # fmt: skip
        self._start(self._accept, listener)
        self._start(self._verify)
        self._start(self._tell_progress)
        for line in sys.stdin.buffer:
            self._start(self._feed, json.loads(line))

    def tell(self, **event: Any) -> None:  # noqa: ANN401
        """Print one event."""
        with self._telling:
            sys.stdout.write(json.dumps(event) + "\n")
            sys.stdout.flush()

    def _start(self, work: Any, *args: Any) -> None:  # noqa: ANN401
        threading.Thread(target=self._guarded, args=(work, args), daemon=True).start()

    def _guarded(self, work: Any, args: Any) -> None:  # noqa: ANN401
        try:
            work(*args)
        except OSError as error:
            # No space, a read-only file system: nothing here can go on.
            self.end(error=str(error.strerror or error))

    def end(self, **event: Any) -> None:  # noqa: ANN401
        """Print a last event and end, whatever the other threads do."""
        self.tell(**event)
        os._exit(1)

    # -- in

    def _accept(self, listener: socket.socket) -> None:
        while True:
            conn, _ = listener.accept()
            self._start(self._take, conn)

    def _take(self, plain: socket.socket) -> None:
        """Let somebody feed us who holds the key; a later turn takes the place of an earlier."""
        plain.settimeout(HELLO_LIMIT)
        try:
            conn = self._server.wrap_socket(plain, server_side=True)
            turn = struct.unpack(">Q", _exactly(conn, 8))[0]
        except OSError:
            # Not one of ours.
            plain.close()
            return
        with self._swap:
            if turn <= self._turn:
                conn.close()
                return
            before, self._feeder, self._turn = self._feeder, conn, turn
        if before is not None:
            with contextlib.suppress(OSError):
                # Not its own `shutdown`: that would read the rest without decrypting it.
                socket.socket.shutdown(before, socket.SHUT_RDWR)
        with self._receiving, conn:
            why = self._receive(conn) if turn == self._turn else None
        if why is not None:
            self.tell(cut=why, turn=turn)

    def _receive(self, conn: ssl.SSLSocket) -> str | None:
        """Take the rest of the file; returns why it broke off, None where it did not."""
        conn.settimeout(STALL_LIMIT)
        file, buffer = self.file, memoryview(bytearray(_GATHER))
        try:
            conn.sendall(struct.pack(">Q", file.have))
        except OSError as error:
            return str(error)
        while file.have < file.size:
            left = file.size - file.have
            try:
                # Of the last bytes some may be in the TLS layer already.
                wake_at = _WAKE_AT if left > 2 * _WAKE_AT else 1
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wake_at)
                count = _gather(conn, buffer[:left])
            except OSError as error:
                return str(error)
            if count == 0:
                return "the other end closed the connection"
            file.write(buffer[:count])
        return None

    # -- out

    def _feed(self, command: dict[str, Any]) -> None:
        error = None
        try:
            plain = connect((command["host"], command["port"]), CONNECT_LIMIT)
            plain.settimeout(HELLO_LIMIT)
            with tls(self.order["pem"], server=False).wrap_socket(plain) as conn:
                feed_peer(conn, self.file, command["turn"])
        except OSError as problem:
            error = str(problem.strerror or problem)
        self.tell(fed=command["feed"], turn=command["turn"], error=error)

    # -- what came

    def _verify(self) -> None:
        """Hash what is in the file, right behind what comes, and put it in its place."""
        import subprocess

        digest = hashlib.sha512()
        buffer = memoryview(bytearray(BLOCK))
        at = 0
        while at < self.file.size:
            try:
                count = self.file.read(buffer, at)
            except TimeoutError:
                # Pitui looks for another upstream, or gives up.
                continue
            digest.update(buffer[:count])
            at += count
        if digest.hexdigest() != self.order["sha512"]:
            os.unlink(self.part)  # noqa: PTH108
            self.end(wrong=True)
        done = subprocess.run(
            ["sh", "-c", self.order["finish"], "push", self.target, *self.order["words"]],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-500:]
            # What says nothing was ended, as when the machine goes down, and refused nothing.
            self.end(**({"error": said} if said else {}))
        self.tell(done=self.file.size - self._began)

    def _tell_progress(self) -> None:
        told = self._began
        pause = threading.Event()
        while told < self.file.size:
            pause.wait(TELL_EVERY)
            have = self.file.have
            if have != told:
                told = have
                self.tell(have=have)


def main(argv: list[str]) -> None:
    """Run a relay agent; its order is the first line of standard input."""
    order = json.loads(sys.stdin.buffer.readline())
    agent = RelayAgent(argv[1], argv[2], order)
    try:
        agent.run()
    except (OSError, KeyError) as error:
        agent.end(unable=str(error))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv)
