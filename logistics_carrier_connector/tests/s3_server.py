"""A small object store on this machine that speaks enough S3, over real sockets, for the tests."""

import hashlib
import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_PAGE = 3
_WHEN = "%a, %d %b %Y %H:%M:%S GMT"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        """Say nothing."""

    def _key(self):
        """``(bucket, key, query)``"""
        parts = urlsplit(self.path)
        bucket, _slash, key = unquote(parts.path).lstrip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query, True).items()}
        return bucket, key, query

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refused(self, status, code):
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _serve(self, method):
        bucket, key, query = self._key()
        self.server.fake.calls.append((method, key))
        credential = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        if not credential or credential[1] != self.server.fake.key_id:
            return self._refused(403, "AccessDenied")
        if bucket != self.server.fake.bucket:
            return self._refused(404, "NoSuchBucket")
        return getattr(self, f"_{method}")(key, query)

    def do_GET(self):
        self._serve("get" if self._key()[1] else "list")

    def do_HEAD(self):
        self._serve("get")

    def do_PUT(self):
        self._serve("put")

    def do_DELETE(self):
        self._serve("delete")

    def _list(self, _key, query):
        prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
        found = [key for key in sorted(self.server.fake.objects) if key.startswith(prefix)]
        delimiter = query.get("delimiter")
        files, folders = [], set()
        for key in found:
            head, slash, _rest = key[len(prefix) :].partition(delimiter or "\0")
            if slash:
                folders.add(prefix + head + slash)
            else:
                files.append(key)
        page = [key for key in files if key > after][:_PAGE]
        more = bool(page) and page[-1] != files[-1]
        parts = [f"<IsTruncated>{str(more).lower()}</IsTruncated>"]
        if more:
            parts.append(f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>")
        for key in page:
            body, when = self.server.fake.objects[key]
            parts.append(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size>"
                f"<LastModified>{when:%Y-%m-%dT%H:%M:%S.%f}Z</LastModified>"
                f"<ETag>{_etag(body)}</ETag></Contents>"
            )
        if not after:
            for folder in sorted(folders):
                parts.append(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>")
        text = f"<ListBucketResult>{''.join(parts)}</ListBucketResult>"
        self._answer(200, text.encode(), Content_Type="application/xml")

    def _get(self, key, _query):
        if not key:
            return self._answer(200)
        if key not in self.server.fake.objects:
            return self._refused(404, "NoSuchKey")
        body, when = self.server.fake.objects[key]
        about = {"ETag": _etag(body), "Last_Modified": f"{when:{_WHEN}}"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            return self._answer(200, body, **about)
        begin, end = int(wanted[1]), int(wanted[2] or len(body) - 1)
        whole = f"bytes {begin}-{min(end, len(body) - 1)}/{len(body)}"
        return self._answer(206, body[begin : end + 1], Content_Range=whole, **about)

    def _put(self, key, _query):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        source = self.headers.get("x-amz-copy-source")
        if source:
            source = unquote(source).lstrip("/").partition("/")[2]
            if source not in self.server.fake.objects:
                return self._refused(404, "NoSuchKey")
            body = self.server.fake.objects[source][0]
        self.server.fake.put(key, body)
        if source:
            text = f"<CopyObjectResult><ETag>{_etag(body)}</ETag></CopyObjectResult>"
            return self._answer(200, text.encode(), Content_Type="application/xml")
        return self._answer(200, ETag=_etag(body))

    def _delete(self, key, _query):
        self.server.fake.objects.pop(key, None)
        self._answer(204)


def _etag(body):
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


class FakeS3:
    """The store; ``close`` it.

    :ivar objects: key → ``(bytes, aware time of the last change)``
    :ivar calls: what it was asked: ``(what, key)``
    """

    bucket = "exchange"
    key_id = "KEYID"
    secret = "a secret of the store"

    def __init__(self):
        self.objects, self.calls = {}, []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.fake = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, key, body):
        """Put an object there, as its owner does."""
        self.objects[key] = (body, datetime.now(UTC))

    def names(self, prefix):
        """What there is in a folder, not below it."""
        found = (key.removeprefix(prefix) for key in self.objects if key.startswith(prefix))
        return sorted(name for name in found if "/" not in name)

    def close(self):
        """End it."""
        self._server.shutdown()
        self._server.server_close()
