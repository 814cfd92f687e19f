from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED
from werkzeug.routing import BaseConverter

from odoo import models
from odoo.http import request
from odoo.sql_db import Cursor

from ..core.errors import ConfigurationInvalid, NotVerified
from ..core.openapi import CONNECTION_HEADER
from .problem import Problem, as_problem
from .secret_box import SecretKeyMissing, SecretUnreadable
from .trusted_proxies import presented

# Larger bodies are refused unread, whatever a connection allows.
MAX_BODY_BYTES = 8 * 1024 * 1024


class AnythingConverter(BaseConverter):
    """The rest of a path, whatever is in it; the one named ``path`` ends at a line break."""

    part_isolating = False
    regex = "(?s:.+)"
    weight = 300


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_converters(cls):
        return super()._get_converters() | {"logistics_anything": AnythingConverter}

    @classmethod
    def _auth_method_logistics_hook(cls):
        """The token is the last part of the address."""
        cls._authenticate_connection(request.httprequest.path.rpartition("/")[2])

    @classmethod
    def _auth_method_logistics_api(cls):
        """The token is in the header ``X-Logistics-Connection``."""
        cls._authenticate_connection(request.httprequest.headers.get(CONNECTION_HEADER, ""))

    @classmethod
    def _authenticate_connection(cls, token):
        """Read the body, find the connection, verify the proof over the raw bytes.

        Leaves the connection's columns in ``request.logistics_door``, what came in
        ``request.logistics_presented``, and no user: what follows is done for the connection, not
        for a person.
        """
        if request.httprequest.method == "OPTIONS":
            # Asks which methods there are, and is answered before anything else is done.
            cls._auth_method_none()
            return
        body = read_body(request.httprequest)
        read_committed(request.env.cr)
        cls._auth_method_none()
        base_url = request.env["ir.config_parameter"].sudo().get_param("web.base.url", "")
        try:
            came = presented(request.httprequest, body, base_url)
            request.logistics_presented = came
            request.logistics_door = request.env["logistics.connection"]._open_door(token, came)
        except (NotVerified, SecretKeyMissing, SecretUnreadable, ConfigurationInvalid) as error:
            raise as_problem(error) from error
        request.logistics_notices = request.env["logistics.connection"]._notices(
            request.logistics_door
        )


def read_body(httprequest):
    """The body as sent. Its size is known before a byte of it is read.

    :raises Problem: 411 without a length, 413 above the limit
    """
    if httprequest.method in ("GET", "HEAD", "OPTIONS"):
        return b""
    if httprequest.content_length is None:
        raise Problem(411, "Length required", "Send a Content-Length header.")
    if httprequest.content_length > MAX_BODY_BYTES:
        raise Problem(413, "Too large", f"At most {MAX_BODY_BYTES} bytes are taken.")
    return httprequest.get_data()


def read_committed(cursor):
    """Let the transaction that is about to begin see what others commit meanwhile.

    The request does one thing, storing a message once; a snapshot would turn a duplicate that was
    stored a millisecond ago into a serialization failure. The cursor's next user gets Odoo's own
    isolation level again. A test's cursor lives inside a longer transaction and stays as it is.
    """
    if isinstance(cursor, Cursor):
        cursor.rollback()
        cursor.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
