"""Exchange through an SFTP server, whose host key is pinned."""

import base64
import hashlib
import io
import logging
import posixpath
import stat
import struct
from contextlib import closing
from datetime import UTC, datetime

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from ..core.errors import ConfigurationInvalid
from .outbound_http import judged_socket
from .place_files import Files, explained, file_look

_TIMEOUT = 20  # seconds, for each answer of a server
# The library tells each connection and writes each failure with a traceback; those that matter are
# kept with the exchange, in words.
_LOG = f"{__name__}.wire"
logging.getLogger(_LOG).setLevel(logging.CRITICAL)
# What the library says to something that is no key.
_NO_KEY = (
    *(ValueError, LookupError, struct.error),
    *(paramiko.SSHException, paramiko.pkey.UnknownKeyType),
)


class SftpFiles(Files):
    """A folder of an SFTP server."""

    def close(self):
        self.fs.client.close()

    def _looks(self, folder):
        # Page by page, as the server sends it: a folder of 100,000 files is never held at once.
        for attributes in self.fs.ftp.listdir_iter(folder):
            if stat.S_ISREG(attributes.st_mode or 0):
                yield _of_attributes(attributes.filename, attributes)

    def _look(self, path):
        attributes = self.fs.ftp.lstat(path)
        if not stat.S_ISREG(attributes.st_mode or 0):
            raise FileNotFoundError(path)
        return _of_attributes(posixpath.basename(path), attributes)

    def _open(self, path, most=None):
        size = self._look(path).size  # a link is none
        stream = self.fs.ftp.open(path, "rb")
        stream.prefetch(size if most is None else min(size, most))
        return stream

    def _write(self, path, content):
        self._make_folder(posixpath.dirname(path))
        partial = f"{path}.part"
        self.fs.ftp.putfo(io.BytesIO(content), partial)
        try:
            self.fs.ftp.posix_rename(partial, path)
        except OSError:  # servers without that extension do not rename over a file
            self._remove_if_there(path)
            self.fs.ftp.rename(partial, path)

    def _remove(self, path):
        self.fs.ftp.remove(path)

    def _move(self, source, target, stamp):
        self._make_folder(posixpath.dirname(target))
        # Moved before: what lies under its name now is another file.
        if not self._is_there(target):
            self.fs.ftp.rename(source, target)

    def _make_folder(self, folder):
        """Make a folder below the place, with what is missing above it."""
        parent = self.root
        for name in posixpath.relpath(folder, self.root).split("/"):
            parent = posixpath.join(parent, name)
            if name != "." and not self._is_there(parent):
                self.fs.ftp.mkdir(parent)

    def _is_there(self, path):
        try:
            self.fs.ftp.lstat(path)
        except FileNotFoundError:
            return False
        return True

    def _remove_if_there(self, path):
        if self._is_there(path):
            self.fs.ftp.remove(path)


def _of_attributes(name, attributes):
    seconds = attributes.st_mtime
    changed = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return file_look(name, attributes.st_size or 0, str(seconds), changed)


class PinnedSFTP(SFTPFileSystem):
    """fsspec's file system, which by itself trusts whatever answers."""

    cachable = False

    def __init__(self, place, pinned, policy, **login):
        self._place, self._pinned, self._policy = place, pinned, policy
        super().__init__(place.host, username=place.username, **login)

    def _connect(self):
        self.client = paramiko.SSHClient()
        self.client.set_log_channel(_LOG)
        name = self._place.host
        self.client.get_host_keys().add(name, self._pinned.get_name(), self._pinned)
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            self.client.connect(
                name,
                **self.ssh_kwargs,
                sock=_socket(self._place, self._policy),
                timeout=_TIMEOUT,
                banner_timeout=_TIMEOUT,
                auth_timeout=_TIMEOUT,
                allow_agent=False,
                look_for_keys=False,
            )
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(_TIMEOUT)
        except BaseException:
            self.client.close()
            raise


def open_sftp(place, secret, host_key, policy):
    """The files of an SFTP server.

    :param str secret: a password, or a private key
    :param policy: ``core.outbound.OutboundPolicy``
    :raises ConfigurationInvalid: if it cannot be opened as it is described
    """
    if is_private_key(secret):
        login = {"pkey": private_key(secret)}
    else:
        login = {"password": secret}
    return SftpFiles(PinnedSFTP(place, public_key(host_key), policy, **login), place.path)


def check_sftp(place, secret, host_key, policy):
    """:raises ConfigurationInvalid: as ``open_sftp``, without asking the server"""
    policy.judge_host("sftp", place.host, place.port)
    public_key(host_key)
    if not secret:
        raise ConfigurationInvalid("its password or key is not set")
    if is_private_key(secret):
        private_key(secret)


def is_private_key(secret):
    """Whether a secret is meant as a key; everything else is a password."""
    return secret.lstrip().startswith("-----BEGIN")


def public_key(text):
    """The host key that an administrator pinned.

    :param str text: as in ``known_hosts``, without the names: ``ssh-ed25519 AAAA…``
    :raises ConfigurationInvalid: if it is none
    """
    try:
        kind, encoded = (text or "").split()[:2]
        return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
    except _NO_KEY as error:
        raise ConfigurationInvalid(
            "the host key of the server is missing or unreadable; it looks like 'ssh-ed25519 AAAA…'"
        ) from error


def private_key(text):
    """Our own key for a server.

    :raises ConfigurationInvalid: if it is none, or has a passphrase
    """
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"))
        except (paramiko.SSHException, ValueError):
            continue
    raise ConfigurationInvalid("the private key is unreadable, or protected by a passphrase")


def fetch_host_key(place, policy):
    """The key that an SFTP server shows, as text, before anybody logs in.

    :raises IntegrationError: if nothing answers, or nothing may be asked there
    """
    with explained(), closing(paramiko.Transport(_socket(place, policy))) as transport:
        transport.set_log_channel(_LOG)
        transport.start_client(timeout=_TIMEOUT)
        key = transport.get_remote_server_key()
    return f"{key.get_name()} {key.get_base64()}"


def _socket(place, policy):
    return judged_socket(policy, policy.judge_host("sftp", place.host, place.port), _TIMEOUT)


def fingerprint(host_key):
    """The key as people compare it: ``SHA256:…``, as OpenSSH shows it."""
    digest = hashlib.sha256(public_key(host_key).asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
