"""Keeps tokens that stand in an address out of the server's own log.

The server logs the address of every request. For senders that can prove themselves in no other way
(``core.proof_plain.QueryVerifier``) that would be a secret in clear.
"""

import logging
import re

_QUERY = re.compile(r"(/logistics/v1/[^\s?\"]*)\?[^\s\"]*")


class QuietAddresses(logging.Filter):
    """Hides what follows the question mark in addresses of our own."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        record.msg = _hidden(record.msg)
        return True


def _hidden(value):
    """
    >>> _hidden('"POST /logistics/v1/hooks/x?token=y HTTP/1.1"')
    '"POST /logistics/v1/hooks/x?… HTTP/1.1"'
    """
    return _QUERY.sub(r"\1?…", value) if isinstance(value, str) else value


logging.getLogger("werkzeug").addFilter(QuietAddresses())
