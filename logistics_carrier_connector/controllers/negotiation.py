"""Whether a client takes what an address answers with."""

from odoo.http import request

from ..models.problem import Problem


def expect(mimetype):
    """Refuse a client that takes no answer of this type.

    :raises Problem: 406
    """
    accepted = request.httprequest.accept_mimetypes
    if accepted and not accepted.quality(mimetype):
        raise Problem(406, "Not acceptable", f"This address answers with {mimetype}.")
