"""A Debian mirror on this machine with ten small packages, which can stop in mid-download."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bootstrap.odoo_source import _COMPANIONS, _PACKAGE

_ODOO = "usr/lib/python3/dist-packages"
_SIZE = 3_000_000


class Mirror:
    """Serves a signed-by-nobody archive; `stall_at` holds back the rest of Odoo's package."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "mirror"
        self.requests: list[tuple[str, str | None]] = []
        self.stall_at: int | None = None
        self.stalled = threading.Event()
        self.closing = threading.Event()
        _write_archive(self.root, folder / "sources")
        handler = type("Handler", (_Handler,), {"mirror": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def source(self) -> str:
        """What `LOGISTICS_DEBIAN_MIRROR` says: nobody signed this archive, and it is trusted."""
        return f"[trusted=yes] http://127.0.0.1:{self._server.server_port}/"

    def ranges(self) -> list[str | None]:
        """The part of Odoo's package that each request for it asked for; None for all of it."""
        return [part for path, part in self.requests if f"/{_PACKAGE}_" in path]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    mirror: Mirror
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = self.mirror.root / self.path.lstrip("/")
        part = self.headers.get("Range")
        self.mirror.requests.append((self.path, part))
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes()
        start = int(part.removeprefix("bytes=").rstrip("-")) if part else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        self._send(content, start, f"/{_PACKAGE}_" in self.path)

    def _send(self, content: bytes, start: int, may_stall: bool) -> None:
        stop = self.mirror.stall_at
        if may_stall and stop and stop > start:
            self.wfile.write(content[start:stop])
            self.wfile.flush()
            self.mirror.stalled.set()
            self.mirror.closing.wait()
            self.close_connection = True
            return
        self.wfile.write(content[start:])

    def log_message(self, *arguments: object) -> None:
        """Say nothing: pytest shows what matters."""


def _write_archive(root: Path, sources: Path) -> None:
    pool = root / "pool"
    index = root / "dists" / "sid" / "main" / "binary-all"
    pool.mkdir(parents=True)
    index.mkdir(parents=True)
    entries = []
    for name in (_PACKAGE, *_COMPANIONS):
        file = _build(name, sources, pool)
        entries.append(_entry(root, file))
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    native = index.with_name(f"binary-{architecture}")
    native.mkdir()
    for folder in (index, native):
        (folder / "Packages").write_text("\n".join(entries))
    release = [f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S UTC', time.gmtime())}"]
    release += ["Suite: sid", "Codename: sid", "Components: main"]
    release += [f"Architectures: all {architecture}", "SHA256:"]
    for folder in (index, native):
        text = (folder / "Packages").read_bytes()
        path = (folder / "Packages").relative_to(root / "dists" / "sid")
        release.append(f" {hashlib.sha256(text).hexdigest()} {len(text)} {path}")
    (root / "dists" / "sid" / "Release").write_text("\n".join(release) + "\n")


def _build(name: str, sources: Path, pool: Path) -> Path:
    tree = sources / name
    (tree / "DEBIAN").mkdir(parents=True)
    control = {"Package": name, "Version": "19.0.1", "Architecture": "all"}
    control |= {"Maintainer": "Tests <tests@example.com>", "Description": "for a test"}
    text = "".join(f"{key}: {value}\n" for key, value in control.items())
    (tree / "DEBIAN" / "control").write_text(text)
    if name == _PACKAGE:
        _write_odoo(tree / _ODOO)
    elif name == "fonts-font-awesome":
        font = tree / "usr/share/fonts-font-awesome/fonts/fa-solid-900.ttf"
        font.parent.mkdir(parents=True)
        font.write_bytes(b"ttf")
    command = ["dpkg-deb", "-Znone", "-b", str(tree), str(pool)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return pool / f"{name}_19.0.1_all.deb"


def _write_odoo(packages: Path) -> None:
    """Just enough to be recognised, big enough to be interrupted, with one of each defect."""
    fonts = packages / "odoo/addons/web/static/src/libs/fontawesome/fonts"
    fonts.mkdir(parents=True)
    (fonts / "fontawesome-webfont.woff2").write_bytes(b"woff2")
    (fonts / "fontawesome-webfont.ttf").symlink_to("../../nowhere.ttf")
    old = packages / "odoo/addons/web/static/lib/fontawesome/fonts"
    old.mkdir(parents=True)
    (old / "fontawesome-webfont.woff2").symlink_to("/nowhere.woff2")
    (packages / "odoo/addons/base").mkdir()
    (packages / "odoo/addons/base/__manifest__.py").write_text("{'name': 'Base'}")
    (packages / "odoo/release.py").write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
    (packages / "addons/base").mkdir(parents=True)
    (packages / "addons/base/__manifest__.py").write_text("{'name': 'A second copy'}")
    (packages / "odoo/weight.bin").write_bytes(os.urandom(_SIZE))


def _entry(root: Path, file: Path) -> str:
    fields = subprocess.check_output(["dpkg-deb", "-f", str(file)], text=True)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return (
        f"{fields}Filename: {file.relative_to(root)}\n"
        f"Size: {file.stat().st_size}\nSHA256: {digest}\n"
    )
