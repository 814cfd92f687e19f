"""Exchange through a folder of this server."""

import errno
import os
import posixpath
import stat
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from .place_files import Files, file_look

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_IS_A_LINK = (errno.ELOOP, errno.ENOTDIR)


class LocalFiles(Files):
    """A folder of this server, below the one that its configuration names.

    Links are not followed, neither to files nor to folders: who may write into the exchange could
    point them anywhere, also in the middle of what we do. So every folder is opened from the one
    above it, and a file by its name in the opened folder.

    :param str allowed: real path of the folder below which everything stays
    :param str root: the place, below it or the same
    """

    def __init__(self, allowed, root):
        super().__init__(None, root)
        self._allowed = allowed

    @contextmanager
    def _opened(self, folder, make=False):
        """A handle of a folder.

        :param bool make: make what is missing
        :raises PermissionError: if a link leads there
        """
        handle = os.open(self._allowed, _FOLDER)
        try:
            for name in posixpath.relpath(folder, self._allowed).split("/"):
                if name != ".":
                    deeper = _below(handle, name, make)
                    os.close(handle)
                    handle = deeper
            yield handle
        finally:
            os.close(handle)

    @contextmanager
    def _named(self, path, make=False):
        """``(handle of the folder, name)`` of a file."""
        with self._opened(posixpath.dirname(path), make) as folder:
            yield folder, posixpath.basename(path)

    def _looks(self, folder):
        with self._opened(folder) as handle, os.scandir(handle) as entries:
            for entry in entries:
                try:
                    if entry.is_file(follow_symlinks=False):
                        yield _of_status(entry.name, entry.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue  # its sender took it back while we looked

    def _look(self, path):
        with self._named(path) as (folder, name):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(path)
        return _of_status(name, status)

    def _open(self, path, most=None):
        with self._named(path) as (folder, name):
            # NONBLOCK: a pipe under the name of a file would wait for its writer.
            handle = _unlinked(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, folder)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise FileNotFoundError(path)
        return os.fdopen(handle, "rb")

    def _write(self, path, content):
        with self._named(path, make=True) as (folder, name):
            partial = f"{name}.part"
            how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with os.fdopen(_unlinked(partial, how, folder), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)

    def _remove(self, path):
        with self._named(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def _move(self, source, target, stamp):
        with self._named(source) as (origin, name), self._named(target, make=True) as (goal, kept):
            # Moved before: what lies under its name now is another file.
            if not _is_there(kept, goal):
                os.rename(name, kept, src_dir_fd=origin, dst_dir_fd=goal)


def _below(handle, name, make):
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, 0o750, dir_fd=handle)
    return _unlinked(name, _FOLDER, handle)


def _unlinked(name, how, folder):
    """Open a name that is no link.

    :raises PermissionError: if it is one
    """
    try:
        return os.open(name, how, 0o640, dir_fd=folder)
    except OSError as error:
        if error.errno in _IS_A_LINK:
            raise PermissionError(name) from error
        raise


def _is_there(name, folder):
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _of_status(name, status):
    changed = datetime.fromtimestamp(status.st_mtime, UTC)
    # The inode, too: a file that is moved here keeps the time of its last change.
    mark = f"{status.st_mtime_ns}/{status.st_ino}"
    return file_look(name, status.st_size, mark, changed)
