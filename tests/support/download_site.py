"""A download site on loopback, by https, that behaves like Apache's - or worse, when told to."""

import contextlib
import hashlib
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def make_certificate(folder: Path) -> Path:
    """Return the certificate of an authority of its own for loopback; its key is beside it."""
    openssl = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    words = f"{openssl} {names} -keyout key.pem -out cert.pem".split()
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=30)
    return folder / "cert.pem"


@dataclass
class Behaviour:
    """What is odd about one answer."""

    status: int = 0
    """Another status than that of success."""
    breaks_after: int = -1
    """Bytes after which the connection is closed."""
    location: str = ""
    kind: str = ""
    """Another Content-Type."""
    ignores_range: bool = False
    shifts_range: int = 0
    """The part that is sent begins so much later than was asked for."""
    seconds: float = 0.0
    """What each of ten pieces of it takes."""
    says_no_range: bool = False
    """206 without saying which part it is."""
    etag: str = '"1"'
    more: int = 0
    """Bytes more than there are, as the length is said."""


@dataclass
class DownloadSite:
    """What is at which path, and how the next answers for a path's ending are odd."""

    files: dict[str, bytes] = field(default_factory=dict)
    odd: dict[str, list[Behaviour]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Paths and their Range, in order."""
    conditions: list[str] = field(default_factory=list)
    """Their If-Range."""
    url: str = ""

    def release(self, below: str, version: str, data: bytes, figure: str | None = "") -> str:
        """Put a release's archive below a folder and return its path; None: without a figure."""
        name = f"spark-{version}-bin-hadoop3.tgz"
        path = f"/{below}/spark-{version}/{name}"
        self.files[path] = data
        if figure is not None:
            text = figure or f"{hashlib.sha512(data).hexdigest()}  {name}\n"
            self.files[f"{path}.sha512"] = text.encode()
        return path

    def asked(self, ending: str) -> list[str]:
        """Return the Range of each request for paths that end so."""
        return [wanted for path, wanted in self.requests if path.endswith(ending)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ctx: DownloadSite

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.ctx.requests.append((self.path, wanted))
        self.ctx.conditions.append(self.headers.get("If-Range", ""))
        data = self.ctx.files.get(self.path)
        ending = next((end for end in self.ctx.odd if self.path.endswith(end)), "")
        waiting = self.ctx.odd.get(ending, [])
        odd = waiting.pop(0) if waiting else Behaviour()
        self.close_connection = True
        if odd.location:
            self._head(302, 0, Location=odd.location)
        elif odd.status or data is None:
            self._head(odd.status or 404, 0)
        else:
            self._send(data, wanted, odd)

    def _send(self, data: bytes, wanted: str, odd: Behaviour) -> None:
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        condition = self.headers.get("If-Range", "")
        if odd.ignores_range or (condition and condition != odd.etag):
            start = 0
        if start >= len(data) and start:
            self._head(416, 0, **{"Content-Range": f"bytes */{len(data)}"})
            return
        extra = {"ETag": odd.etag, "Content-Type": odd.kind or "application/x-gzip"}
        if start and not odd.says_no_range:
            start += odd.shifts_range
            extra["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._head(206 if start else 200, len(data) - start + odd.more, **extra)
        body = data[start:]
        body = body if odd.breaks_after < 0 else body[: odd.breaks_after]
        with contextlib.suppress(OSError):
            step = len(body) if not odd.seconds else -(-len(body) // 10)
            for at in range(0, len(body), max(step, 1)):
                self.wfile.write(body[at : at + step])
                time.sleep(odd.seconds)

    def _head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went."""


@contextmanager
def download_site(certificate: Path) -> Iterator[DownloadSite]:
    """Serve until the context is left."""
    ctx = DownloadSite()
    handler = type("Handler", (_Handler,), {"ctx": ctx})
    server = _Server(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    ctx.url = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield ctx
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
