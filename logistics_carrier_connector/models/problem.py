"""Errors that machines and people can read: RFC 9457 problem documents, without tracebacks."""

import json

import werkzeug.exceptions
from psycopg2 import OperationalError

from odoo import http
from odoo.exceptions import AccessDenied, UserError

from ..core.errors import ConfigurationInvalid, NotVerified
from ..core.openapi import ROOT
from ..core.problem_types import type_of
from .secret_box import SecretKeyMissing, SecretUnreadable

CONTENT_TYPE = "application/problem+json"
_CHALLENGE = ("WWW-Authenticate", 'Bearer realm="logistics"')


class Problem(werkzeug.exceptions.HTTPException):
    """A refusal with its reason.

    :param int status: HTTP status
    :param str title: the same for every occurrence of this kind of problem; one of
        ``core/problem_types.py``, which gives it the ``type`` that clients decide by
    :param str detail: what is wrong this time, without secrets or payload values
    :param headers: further response headers, list of pairs
    :param members: further members of the document, e.g. ``items``
    """

    def __init__(self, status, title, detail="", headers=(), **members):
        super().__init__(detail or title)
        self.code = status
        self.title = title
        self.detail = detail
        self.headers = list(headers)
        self.members = members

    def get_response(self, environ=None, scope=None):
        document = {"type": type_of(self.title), "title": self.title, "status": self.code}
        if self.detail:
            document["detail"] = self.detail
        return http.Response(
            json.dumps(document | self.members),
            status=self.code,
            headers=self.headers,
            content_type=CONTENT_TYPE,
        )


def unauthorized():
    """One answer for every kind of failed proof: it tells an attacker nothing."""
    return Problem(
        401,
        "Not authorized",
        "The connection is unknown, or the proof is missing, wrong or too old.",
        headers=[_CHALLENGE],
    )


def not_ready(detail):
    """The sender should try again; somebody here has to do something first."""
    return Problem(503, "Not ready", detail, headers=[("Retry-After", "120")])


def as_problem(error):
    """The problem that an exception is to the sender."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotVerified | AccessDenied):
        return unauthorized()
    if isinstance(error, SecretKeyMissing | SecretUnreadable | ConfigurationInvalid):
        return not_ready("This server cannot verify anything at the moment.")
    if isinstance(error, werkzeug.exceptions.HTTPException):
        return Problem(error.code or 500, error.name)
    if isinstance(error, UserError):
        return Problem(error.http_status, "Refused", str(error))
    if isinstance(error, OperationalError):
        return Problem(503, "Busy", "Please send it again.", headers=[("Retry-After", "5")])
    return Problem(500, "Internal error", "It was logged. Please send it again later.")


class ProblemDispatcher(http.Dispatcher):
    """Serves ``type="logistics"`` routes: raw bodies, no form parsing, problem documents."""

    routing_type = "logistics"

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def dispatch(self, endpoint, args):
        # Not self.request.get_http_params(): it would parse the body as a form.
        self.request.params = dict(args)
        if self.request.httprequest.method == "OPTIONS":
            return options(self.request)
        try:
            return self.request.registry["ir.http"]._dispatch(endpoint)
        except Problem as problem:
            # An answer like any other, so that its request stays counted against the limit.
            return problem.get_response()

    def post_dispatch(self, response):
        response.headers.extend(self._notices())
        super().post_dispatch(response)

    def handle_error(self, exc):
        response = getattr(exc, "response", None)
        if not response:
            response = as_problem(exc).get_response()
            response.headers.extend(self._notices())
        return response

    def _notices(self):
        """What every answer to this connection says; nothing to who did not prove to be one."""
        return getattr(self.request, "logistics_notices", ())


# Of the route that answers for addresses which are none (controllers/health.py).
CATCH_ALL = f"{ROOT}/<logistics_anything:anything>"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(request):
    """The methods that the address of this request knows, by the routes there are."""
    httprequest = request.httprequest
    router = request.env["ir.http"].routing_map().bind_to_environ(httprequest.environ)
    allowed = []
    for method in _METHODS:
        try:
            rule, _args = router.match(httprequest.path, method=method, return_rule=True)
        except werkzeug.exceptions.HTTPException:
            continue
        if rule.rule not in (ROOT, CATCH_ALL):
            allowed.append(method)
    return [*allowed, "OPTIONS"] if allowed else []


def options(request):
    """The answer to OPTIONS: which methods there are. It proves and reveals nothing else.

    :raises Problem: 404
    """
    allowed = allowed_methods(request)
    if not allowed:
        raise Problem(404, "Not found", "There is nothing at this address.")
    return http.Response(status=204, headers=[("Allow", ", ".join(allowed))])
