"""What a client asks for: the type of the answer, and parameters as they are described."""

from odoo.http import request

from ..core import api_parameters
from ..core.errors import ContractViolation
from ..models.problem import Problem


def expect(mimetype):
    """Refuse a client that takes no answer of this type.

    :raises Problem: 406
    """
    accepted = request.httprequest.accept_mimetypes
    if accepted and not accepted.quality(mimetype):
        raise Problem(406, "Not acceptable", f"This address answers with {mimetype}.")


def parameters(schemas, pairs):
    """The values of parameters, by their schemas.

    :param pairs: names and texts
    :raises Problem: 400
    """
    try:
        return api_parameters.read(schemas, pairs)
    except ContractViolation as error:
        problems = [{"path": each.path, "reason": each.reason} for each in error.problems]
        raise Problem(400, "Invalid parameter", error.public_message, problems=problems) from error
