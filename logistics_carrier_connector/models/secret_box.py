"""Secrets at rest: AES-256-GCM, bound to the place where each one is kept.

The keys come from ``logistics_secret_key`` in the server's configuration file or from the
environment variable ``LOGISTICS_SECRET_KEY``, never from the database: a copy of the database is
worth nothing to a thief. Several keys, separated by commas, rotate: the first one encrypts, all of
them decrypt.
"""

import base64
import functools
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from odoo.tools import config

_VERSION = "v1."
_NONCE_BYTES = 12
_MIN_KEY_LENGTH = 32


class SecretKeyMissing(Exception):
    """No usable key is configured: nothing can be kept secret, so nothing is accepted."""


class SecretUnreadable(Exception):
    """No configured key opens the secret, or it was moved here from another record."""


class SecretBox:
    """Seals short texts.

    :param keys: texts of at least 32 random characters; the first one seals
    :raises SecretKeyMissing: if there is none, or one is too short to be random
    """

    def __init__(self, keys):
        if not keys or any(len(key) < _MIN_KEY_LENGTH for key in keys):
            raise SecretKeyMissing(
                f"Set logistics_secret_key to at least {_MIN_KEY_LENGTH} random characters."
            )
        self._ciphers = [AESGCM(_derive(key)) for key in keys]

    def seal(self, plain, place):
        """Encrypt.

        :param str place: where the secret is kept, e.g. ``logistics.connection.secret,7,sealed``
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, plain.encode(), place.encode())
        return _VERSION + base64.b64encode(nonce + sealed).decode()

    def open(self, sealed, place):
        """Decrypt what ``seal`` made for the same place.

        :raises SecretUnreadable: whatever is wrong with it
        """
        try:
            raw = base64.b64decode(sealed.removeprefix(_VERSION), validate=True)
        except ValueError as error:
            raise SecretUnreadable(place) from error
        for cipher in self._ciphers:
            try:
                plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
            except (InvalidTag, ValueError):
                continue
            return plain.decode()
        raise SecretUnreadable(place)

    def reseal(self, sealed, place):
        """The same secret under the first key; unchanged if that one opens it already.

        :raises SecretUnreadable: if no key opens it, or what was made of it would not open
        """
        newest = SecretBox.__new__(SecretBox)
        newest._ciphers = self._ciphers[:1]
        try:
            newest.open(sealed, place)
        except SecretUnreadable:
            plain = self.open(sealed, place)
            sealed = newest.seal(plain, place)
            if newest.open(sealed, place) != plain:
                raise SecretUnreadable(place) from None
        return sealed


def secret_box():
    """The box of this server.

    :raises SecretKeyMissing: if no key is configured
    """
    configured = config.get("logistics_secret_key") or os.environ.get("LOGISTICS_SECRET_KEY") or ""
    return _box(configured)


@functools.lru_cache(maxsize=4)
def _box(configured):
    return SecretBox([key.strip() for key in configured.split(",") if key.strip()])


def _derive(key):
    return HKDF(SHA256(), length=32, salt=None, info=b"logistics secrets").derive(key.encode())
