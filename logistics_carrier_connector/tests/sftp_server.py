"""A small SFTP server on this machine, over real sockets, for the tests of file exchanges."""

import logging
import os
import socket
import threading

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface

# What broken connections look like from here is of no interest.
_LOG = f"{__name__}.wire"
logging.getLogger(_LOG).setLevel(logging.CRITICAL)


class _Account(paramiko.ServerInterface):
    """Who gets in: a password, and a key."""

    def __init__(self, server):
        self.server = server

    def get_allowed_auths(self, username):
        return "password,publickey"

    def check_auth_password(self, username, password):
        right = (username, password) == (self.server.username, self.server.password)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        right = username == self.server.username and key == self.server.client_key
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


def _answered(function):
    """What the operating system says, in the words of the protocol."""

    def call(self, *args):
        self.server.calls.append((function.__name__, *args[:2]))
        try:
            return function(self, *args)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    return call


class _Folder(SFTPServerInterface):
    """Files below the root of the server."""

    def __init__(self, account, *, fake):
        self.server = fake
        super().__init__(account)

    def _real(self, path):
        return str(self.server.root) + self.canonicalize(path)

    def _attributes(self, path, name=None):
        attributes = SFTPAttributes.from_stat(os.lstat(path))
        attributes.filename = name or os.path.basename(path)
        return attributes

    @_answered
    def list_folder(self, path):
        folder = self._real(path)
        found = [self._attributes(os.path.join(folder, name), name) for name in os.listdir(folder)]
        for name in self.server.invented_names:
            invented = SFTPAttributes()
            invented.filename, invented.st_mode, invented.st_size = name, 0o100644, 3
            found.append(invented)
        return found

    @_answered
    def stat(self, path):
        return SFTPAttributes.from_stat(os.stat(self._real(path)))

    @_answered
    def lstat(self, path):
        return self._attributes(self._real(path))

    @_answered
    def open(self, path, flags, attr):
        handle = SFTPHandle(flags)
        opened = os.open(self._real(path), flags, 0o644)
        stream = os.fdopen(opened, "rb+" if flags & os.O_RDWR else "wb" if flags & 1 else "rb")
        handle.filename, handle.readfile, handle.writefile = path, stream, stream
        handle.stat = lambda: SFTPAttributes.from_stat(os.fstat(stream.fileno()))
        return handle

    @_answered
    def remove(self, path):
        os.remove(self._real(path))
        return paramiko.SFTP_OK

    @_answered
    def rename(self, old, new):
        if os.path.lexists(self._real(new)):  # as version 3 of the protocol has it
            return paramiko.SFTP_FAILURE
        os.rename(self._real(old), self._real(new))
        return paramiko.SFTP_OK

    @_answered
    def posix_rename(self, old, new):
        if not self.server.replaces:
            return paramiko.SFTP_OP_UNSUPPORTED
        os.replace(self._real(old), self._real(new))
        return paramiko.SFTP_OK

    @_answered
    def mkdir(self, path, attr):
        os.mkdir(self._real(path))
        return paramiko.SFTP_OK


class FakeSftp:
    """The server; ``close`` it.

    :ivar calls: what it was asked, one tuple each
    :ivar logins: how many sessions were opened
    :ivar invented_names: names that a listing shows beside the files that there are
    :ivar replaces: whether it has the extension that renames over a file
    """

    username = "acme"
    password = "correct horse"

    def __init__(self, root):
        self.root = root
        self.calls, self.logins = [], 0
        self.invented_names, self.replaces = [], True
        self.client_key = None
        self.host_key = paramiko.ECDSAKey.generate()
        self._transports = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def shown_key(self):
        """The host key as an administrator pins it."""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def url(self, path="/"):
        return f"sftp://{self.username}@127.0.0.1:{self.port}{path}"

    def close(self):
        """End it, and the sessions that are open."""
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)  # who waits in accept would keep it open
        self._listener.close()
        for transport in self._transports:
            transport.close()

    def _serve(self):
        while True:
            try:
                accepted, _address = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(accepted)
            transport.set_log_channel(_LOG)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", SFTPServer, _Folder, fake=self)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Account(self))
                self.logins += 1
            except (paramiko.SSHException, EOFError):
                continue  # whoever only asked for the host key
