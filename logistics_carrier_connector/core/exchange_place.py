"""Where files are exchanged, and what their names mean. Nothing here touches a file.

An *exchange* is one place (a URL) with folders in it: where files come in, where they go when they
are taken or refused, where ours go out. All names of folders are relative to the place and stay
inside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from .errors import ConfigurationInvalid

SCHEMES: Final = ("file", "sftp", "s3", "memory")
SFTP_PORT: Final = 22
REASON_SUFFIX: Final = ".reason.txt"
_LONGEST_NAME: Final = 255  # bytes, on the file systems that there are
# What programs call a file that they are still writing.
_UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".uploading", ".swp")


@dataclass(frozen=True, slots=True)
class Place:
    """A URL, taken apart.

    :param path: absolute; for ``s3`` and ``memory`` the bucket is its first part
    :param username: for ``s3`` the id of the access key
    """

    scheme: str
    path: str
    host: str = ""
    port: int = 0
    username: str = ""

    @property
    def address(self) -> str:
        """For people and for the evidence: never a secret."""
        port = f":{self.port}" if self.port and self.port != SFTP_PORT else ""
        path = self.path if self.host or self.scheme == "file" else self.path.lstrip("/")
        return f"{self.scheme}://{self.host}{port}{path}"


def parse_place(url: str) -> Place:
    """The place that a URL names.

    :raises ConfigurationInvalid: saying what is wrong with it

    >>> parse_place("sftp://acme@edi.example.com:2222/out/status").path
    '/out/status'
    """
    scheme, parts, port = _split(url.strip())
    path = _checked("/" + unquote(parts.path).strip("/"))
    host, username = parts.hostname or "", unquote(parts.username or "")
    if scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise ConfigurationInvalid("a local address has three slashes: file:///exchange/in")
        return Place(scheme, path)
    if not host:
        raise ConfigurationInvalid("the address names no server and no bucket")
    if scheme != "sftp":
        return Place(scheme, _checked(f"/{host}{path}"), username=username)
    if not username:
        raise ConfigurationInvalid("the address names no user: sftp://user@server/folder")
    return Place(scheme, path, host, port or SFTP_PORT, username)


def _split(url: str) -> tuple[str, SplitResult, int]:
    """``(scheme, parts, port or 0)`` of a URL that has no parts which do not belong there."""
    if any(not char.isprintable() for char in url):
        raise ConfigurationInvalid("the address contains a character that cannot be seen")
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError:
        raise ConfigurationInvalid("the address is not a URL") from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        raise ConfigurationInvalid("an address begins with sftp://, file:// or s3://")
    if parts.password is not None:
        raise ConfigurationInvalid("the password does not belong into the address; set it below")
    if parts.query or parts.fragment:
        raise ConfigurationInvalid("the address has no part behind a ? or #")
    return scheme, parts, port


def folder_name(text: str | None) -> str:
    """The relative path of a folder, in its plain form; empty for the place itself.

    :raises ConfigurationInvalid: if it leads out of the place

    >>> folder_name("/done//today/")
    'done/today'
    """
    return _checked("/" + (text or "").strip().strip("/")).strip("/")


def _checked(path: str) -> str:
    parts = [part for part in path.split("/") if part.strip() not in ("", ".")]
    if ".." in parts:
        raise ConfigurationInvalid("a path cannot lead up with '..'")
    if any(not part.isprintable() or "\\" in part for part in parts):
        raise ConfigurationInvalid("a path contains a character that is not used in names")
    return "/" + "/".join(parts)


def can_be_kept(name: str) -> bool:
    """Whether a name can be written down here and in any folder."""
    if not name.isprintable() or "/" in name or "\\" in name:
        return False
    try:
        return 0 < len(name.encode()) <= _LONGEST_NAME
    except UnicodeEncodeError:  # bytes that are not UTF-8
        return False


def is_wanted(name: str, pattern: str, marker: str = "") -> bool:
    """Whether a file is one to pick up, by its name.

    :param pattern: with ``*``, ``?`` and ``[…]``; several are separated by blanks or commas;
        capitals do not matter
    :param marker: end of the names of files that say "the other one is complete"

    >>> is_wanted("STATUS_0603.EDI", "*.edi"), is_wanted("status.edi.part", "*")
    (True, False)
    """
    plain = name.lower()
    if plain.startswith((".", "~")) or plain.endswith((*_UNFINISHED, REASON_SUFFIX)):
        return False
    if marker and plain.endswith(marker.lower()):
        return False
    patterns = [each.lower() for each in re.split(r"[\s,]+", pattern) if each]
    return any(fnmatchcase(plain, each) for each in patterns or ["*"])


def kept_name(name: str, number: int) -> str:
    """The name under which a file is put away: like its own, and never used before.

    :param number: of the pick-up; unique in the database

    >>> kept_name("status.edi", 42)
    'status.42.edi'
    """
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix) > 20:
        stem, suffix = name, ""
    end = f".{number}.{suffix}" if suffix else f".{number}"
    room = _LONGEST_NAME - len(REASON_SUFFIX) - len(end.encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + end
