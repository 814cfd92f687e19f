"""From the description of a place to its files."""

import os
from contextlib import contextmanager
from dataclasses import dataclass, field

import fsspec

from odoo.modules import module
from odoo.tools import config

from ..core.errors import ConfigurationInvalid
from ..core.exchange_place import Place
from ..core.outbound import OutboundPolicy
from .place_files import Files, explained
from .place_local import LocalFiles
from .place_s3 import check_s3, open_s3
from .place_sftp import check_sftp, open_sftp


@dataclass(frozen=True, slots=True)
class Access:
    """How a place is reached, as values: whoever opens it needs no database.

    :param OutboundPolicy policy: which hosts may be called
    :param str secret: a password, or a private key in PEM or OpenSSH form
    :param str host_key: what an SFTP server has to prove to have, ``ssh-ed25519 AAAA…``
    :param str server_url: of a store that is not Amazon's
    """

    place: Place
    policy: OutboundPolicy
    secret: str = field(default="", repr=False)
    host_key: str = ""
    server_url: str = ""


@contextmanager
def open_place(access):
    """The files of a place, while they are needed.

    :raises ConfigurationInvalid: if this server may not or cannot open such places
    :raises PlaceError: if the place does not let us in
    """
    with explained():
        files = _OPENERS[access.place.scheme](access)
    try:
        yield files
    finally:
        files.close()


def check_access(access):
    """Say what is missing, as far as it can be told without asking the place.

    :raises ConfigurationInvalid: naming it
    """
    _CHECKS[access.place.scheme](access)


def _local(access):
    root = config.get("logistics_file_root") or os.environ.get("LOGISTICS_FILE_ROOT") or ""
    if not root:
        raise ConfigurationInvalid(
            "this server opens no local folders: ask for 'logistics_file_root' to be set in its "
            "configuration file"
        )
    allowed, path = os.path.abspath(root), access.place.path
    if os.path.commonpath([allowed, path]) != allowed:
        raise ConfigurationInvalid("local folders have to be below the one of this server's files")
    # Links above it are the matter of whoever runs the server.
    real = os.path.realpath(allowed)
    return LocalFiles(real, os.path.join(real, os.path.relpath(path, allowed)))


def _sftp(access):
    return open_sftp(access.place, access.secret, access.host_key, access.policy)


def _s3(access):
    return open_s3(access.place, access.secret, access.server_url, access.policy)


def _check_sftp(access):
    check_sftp(access.place, access.secret, access.host_key, access.policy)


def _check_s3(access):
    check_s3(access.place, access.secret, access.server_url, access.policy)


def _memory(access):
    if not module.current_test:
        raise ConfigurationInvalid("a place in memory is for tests only")
    return Files(fsspec.filesystem("memory"), access.place.path.lstrip("/"))


_OPENERS = {"file": _local, "sftp": _sftp, "s3": _s3, "memory": _memory}
_CHECKS = {"file": _local, "sftp": _check_sftp, "s3": _check_s3, "memory": _memory}
