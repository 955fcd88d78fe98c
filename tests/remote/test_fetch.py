"""Fetching by https from a real server, whose certificate a CA of its own has signed."""

import hashlib
import io
import ssl
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.domain.errors import PituiError, WebError
from pitui.provision.archive import ArchiveError
from pitui.provision.archives import obtain
from pitui.remote.fetch import fetch

DATA = bytes(range(256)) * 20_000


@dataclass
class Site:
    url: str
    authority: Path
    breaks: list[int] = field(default_factory=list)
    """After how many bytes the next answers break off."""
    ranges: list[str] = field(default_factory=list)
    data: bytes = DATA
    sums: bytes | None = None
    """What stands beside the archive."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ca")
    openssl = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = "-keyout key.pem -out cert.pem"
    words = f"{openssl} {names} {files}".split()
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=30)
    return folder / "cert.pem"


@pytest.fixture
def site(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    found = Site("", certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            found.ranges.append(wanted)
            if self.path == "/plain":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/x")
                self.end_headers()
                return
            beside = self.path.endswith(".sha512")
            if self.path == "/missing" or (beside and found.sums is None):
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
            body = ((found.sums or b"") if beside else found.data)[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: found.breaks.pop(0)] if found.breaks else body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.url = f"https://127.0.0.1:{server.server_port}/spark-4.3.0-bin-hadoop3.tgz"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join(10)
    server.server_close()


async def test_a_broken_download_goes_on_where_it_broke(site: Site, tmp_path: Path) -> None:
    site.breaks = [3_000_000]
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "new" / "file"
    await fetch(site.url, target, lambda have, total: seen.append((have, total)))
    assert target.read_bytes() == DATA
    assert len(site.ranges) == 2
    assert site.ranges[1].startswith("bytes=")
    assert site.ranges[1] != "bytes=0-"
    assert seen[-1] == (len(DATA), len(DATA))
    assert [path.name for path in target.parent.iterdir()] == ["file"]


async def test_nothing_but_https_is_fetched(site: Site, tmp_path: Path) -> None:
    for url in (site.url.replace("https", "http"), site.url.rpartition("/")[0] + "/plain"):
        with pytest.raises(WebError):
            await fetch(url, tmp_path / "file")
    with pytest.raises(WebError, match="404"):
        await fetch(site.url.rpartition("/")[0] + "/missing", tmp_path / "file")
    assert not (tmp_path / "file").exists()


async def test_a_certificate_that_nobody_knows_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr("pitui.remote.fetch.TRIES", 1)
    with pytest.raises(WebError, match=r"(?i)certificate"):
        await fetch(site.url, tmp_path / "file")
    assert site.ranges == []


async def test_a_wrong_sha512_is_one_message_and_the_file_goes(site: Site, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        f"cluster: {{master: a}}\nnodes: {{a: {{host: local}}}}\n"
        f"spark: {{archive: '{site.url}', sha512: '{'0' * 128}'}}\n"
    )
    said: list[str] = []
    with pytest.raises(PituiError) as caught:
        await obtain(load_config(config), lambda what, _how: said.append(what))
    assert isinstance(caught.value, ArchiveError)
    assert any(text.startswith("fetching spark-4.3.0") for text in said)


def groups(digest: str) -> str:
    """Return a digest as gpg prints it, over several lines."""
    words = [digest[n : n + 8].upper() for n in range(0, 128, 8)]
    return f"spark-4.3.0-bin-hadoop3.tgz: {' '.join(words[:8])}\n    {' '.join(words[8:])}\n"


@pytest.mark.parametrize("form", ["{}  spark-4.3.0-bin-hadoop3.tgz\n", "gpg", None])
async def test_the_figure_beside_an_archive_is_compared(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str | None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    archive = tmp_path / "made.tgz"
    top = "spark-4.3.0-bin-hadoop3"
    with tarfile.open(archive, "w:gz") as tar:
        for name in (f"{top}/bin/spark-class", f"{top}/jars/spark-core_2.13-4.3.0.jar"):
            info = tarfile.TarInfo(name)
            info.size = 500
            tar.addfile(info, io.BytesIO(b"x" * 500))
    site.data = archive.read_bytes()
    config = tmp_path / "config.yaml"
    nodes = "cluster: {master: a}\nnodes: {a: {host: local}}\n"
    config.write_text(f"{nodes}spark: {{archive: '{site.url}'}}\n")

    def figure(digest: str) -> bytes | None:
        text = groups(digest) if form == "gpg" else form and form.format(digest)
        return text.encode() if text else None

    if form is not None:
        site.sums = figure("0" * 128)
        with pytest.raises(ArchiveError, match="the figure beside it is 0000"):
            await obtain(load_config(config), lambda _what, _how: None)
    site.sums = figure(hashlib.sha512(site.data).hexdigest())
    for _ in range(2):
        assert (await obtain(load_config(config), lambda _what, _how: None)).version == "4.3.0"
