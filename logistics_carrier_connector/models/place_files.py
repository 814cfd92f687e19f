"""Files of other parties, over fsspec: what every kind of place has in common.

Every path here is relative to the place. Nothing is followed that leads out of it. What goes wrong
outside is one ``PlaceError`` with a sentence for people.
"""

import hashlib
import posixpath
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import paramiko

from ..core.errors import CONFIGURATION, TRANSIENT, IntegrationError
from ..core.file_watch import FileLook

_CHUNK = 256 * 1024
# For one file. A server that sends a byte now and then would hold a worker for ever.
_LONGEST_READ = 600  # seconds
# Of one folder. A listing without an end would be read for ever.
_MOST_FILES = 1_000_000


class PlaceError(IntegrationError):
    """The place does not answer, or not as it should. It may later."""

    error_class = TRANSIENT


class NotLetIn(PlaceError):
    """The place wants another proof than ours, or is not the one that we know."""

    error_class = CONFIGURATION


class FileMissing(PlaceError):
    """There is no such file any more."""


class NotAllowed(PlaceError):
    """The place refuses this file, not us as a whole."""


class TooBig(PlaceError):
    """The file has more bytes than are taken."""


@contextmanager
def explained():
    """Everything that libraries raise for "it does not work", as one error."""
    try:
        yield
    except IntegrationError:
        raise
    except FileNotFoundError as error:
        raise FileMissing("the file or folder does not exist") from error
    except PermissionError as error:
        raise NotAllowed("reading or writing there is not allowed") from error
    except paramiko.BadHostKeyException as error:
        raise NotLetIn(
            "the server has another host key than the one that is set here; do not go on before "
            "its owner has confirmed the new one"
        ) from error
    except paramiko.AuthenticationException as error:
        raise NotLetIn("the server refuses the user name, password or key") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        text = " ".join(str(error).split())[:200] or type(error).__name__
        raise PlaceError(f"the place does not answer as it should ({text})") from error


class Files:
    """What is done with files, over any fsspec file system.

    This is an object store: it has no folders, and no rename. A move is a copy and the removal of
    what was copied.
    """

    # What the libraries of a place raise, as one error.
    _explained = staticmethod(explained)

    def __init__(self, fs, root):
        self.fs = fs
        self.root = root.rstrip("/")

    def close(self):
        """Let go of the connection."""

    def looks(self, folder):
        """A ``FileLook`` for every plain file in a folder, one after another, not below it."""
        with self._explained():
            for count, look in enumerate(self._looks(self._path(folder)), start=1):
                if count > _MOST_FILES:
                    raise PlaceError(f"the folder has more than {_MOST_FILES} files")
                yield look

    def look(self, path):
        """The ``FileLook`` of one file.

        :raises FileMissing: if it is not there, or is no plain file
        """
        with self._explained():
            return self._look(self._path(path))

    def content(self, path, max_bytes):
        """All bytes of a file.

        :raises TooBig: after ``max_bytes``, whatever size was promised
        """
        parts, total = [], 0
        for part in self._parts(path, max_bytes + 1):
            parts.append(part)
            total += len(part)
            if total > max_bytes:
                raise TooBig(f"the file has more than {max_bytes} bytes")
        return b"".join(parts)

    def digest(self, path):
        """SHA-256 of a file, read piece by piece."""
        digest = hashlib.sha256()
        for part in self._parts(path):
            digest.update(part)
        return digest.hexdigest()

    def _parts(self, path, most=None):
        end = time.monotonic() + _LONGEST_READ
        with self._explained(), self._open(self._path(path), most) as stream:
            while part := stream.read(_CHUNK):
                yield part
                if time.monotonic() > end:
                    raise PlaceError("reading a file takes too long")

    def put(self, path, content):
        """Write a file that appears complete or not at all, over one of the same name."""
        with self._explained():
            self._write(self._path(path), content)

    def move(self, source, target, stamp):
        """Move a file to a name that nobody else uses. After it broke off, the same call completes
        it.

        :param str stamp: of the file that is meant: another one under its name is not removed
        :raises FileMissing: if it is neither here nor there
        """
        with self._explained():
            self._move(self._path(source), self._path(target), stamp)

    def remove(self, path):
        """Remove a file; it may be gone already."""
        with self._explained():
            try:
                self._remove(self._path(path))
            except FileNotFoundError:
                return

    def _path(self, path):
        if ".." in path.split("/"):
            raise PermissionError(path)
        return posixpath.join(self.root, path) if path else self.root

    # === What kinds of places do differently: paths are whole, errors are the library's === #

    def _looks(self, folder):
        try:
            found = self.fs.ls(folder, detail=True)
        except FileNotFoundError:
            # A folder without files does not exist here; a bucket does.
            self.fs.ls(folder.split("/")[0], detail=False)
            return
        for info in found:
            if info["type"] == "file" and info["name"].strip("/") != folder:
                yield _of_info(info)

    def _look(self, path):
        info = self.fs.info(path)
        if info["type"] != "file":
            raise FileNotFoundError(path)
        return _of_info(info)

    def _open(self, path, most=None):
        return self.fs.open(path, "rb")

    def _write(self, path, content):
        self.fs.pipe_file(path, content)

    def _remove(self, path):
        self.fs.rm_file(path)

    def _move(self, source, target, stamp):
        if not self.fs.exists(target):
            self.fs.cp_file(source, target)
        if self.fs.exists(source) and self._look(source).stamp == stamp:
            self.fs.rm_file(source)


def _of_info(info):
    """What fsspec knows of a file; each store has its own words."""
    changed = next((info[key] for key in ("LastModified", "created") if key in info), None)
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, UTC)
    # A listing and a question about one object tell its time with other precision.
    mark = info.get("ETag") or (changed and changed.isoformat())
    return file_look(posixpath.basename(info["name"]), info["size"], str(mark), changed)


def file_look(name, size, mark, changed):
    """What is known of a file. Its stamp changes whenever the content may have.

    :param str mark: exact time of change or version, as the place has it
    :param changed: aware or naive UTC datetime, or ``None``
    """
    if changed is not None and changed.tzinfo:
        changed = changed.astimezone(UTC).replace(tzinfo=None)
    return FileLook(name, size, f"{size}/{mark}", changed and changed.replace(microsecond=0))
