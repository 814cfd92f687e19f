from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import ConfigurationInvalid, IntegrationError
from ..core.outbound import OutboundPolicy, host_list, hosts_of
from ..core.poll_auth import NO_PROOF, OAUTH2
from ..core.poll_paging import Paging
from ..core.poll_request import Endpoint
from .outbound_http import private_hosts


class LogisticsPoll(models.Model):
    """The question itself: the request and the pages of its answer."""

    _inherit = "logistics.poll"

    url = fields.Char(
        "Address",
        tracking=True,
        help="With {number}, or {numbers} for several separated by commas; {account} and {since} "
        "(a date) are filled in, too. Only https.",
    )
    method = fields.Selection([("GET", "GET"), ("POST", "POST")], required=True, default="GET")
    headers = fields.Text(help="One per line, e.g. 'Accept: application/json'.")
    body = fields.Text(
        help="JSON. A list with one element that names {number} is repeated for each number."
    )
    batch_size = fields.Integer("Numbers per Call", required=True, default=1, tracking=True)
    account = fields.Char(
        tracking=True, help="What {account} stands for, e.g. the carrier's code at an aggregator."
    )
    allowed_hosts = fields.Char(
        "Further Hosts",
        tracking=True,
        help="Where redirects and further pages may lead beside the host of the address. "
        "'.example.com' means everything below it.",
    )

    # === Pages === #
    paging_kind = fields.Selection(
        [
            ("none", "One answer"),
            ("next_url", "The answer has the address of the next page"),
            ("link", "Header Link, rel=next"),
            ("page", "Page numbers"),
            ("cursor", "The answer has a cursor"),
        ],
        "Pages",
        required=True,
        default="none",
    )
    paging_more = fields.Char(
        "Found By",
        help="Expression (JMESPath) that finds the address or the cursor, or holds "
        "while there are more pages.",
    )
    paging_parameter = fields.Char("Parameter", help="Of the address, for the page or the cursor.")
    paging_first = fields.Integer("First Page", default=1)

    @api.constrains(
        "url",
        "method",
        "headers",
        "body",
        "batch_size",
        "allowed_hosts",
        "token_url",
        "proof_kind",
        "proof_name",
        "proof_prefix",
        "username",
        "paging_kind",
        "paging_more",
        "paging_parameter",
    )
    def _check_template(self):
        """What is filled in has to make sense; that something is missing is said at the start."""
        for poll in self.filtered("url"):
            try:
                poll._endpoint()
                poll._paging()
                poll._policy().judge(poll.url.replace("{", "").replace("}", ""))
            except IntegrationError as error:
                raise ValidationError(
                    self.env._(
                        "%(plan)s cannot ask like this: %(why)s.",
                        plan=poll.display_name,
                        why=error.public_message,
                    )
                ) from error

    def _check_usable(self):
        """
        :raises ConfigurationInvalid: if the plan cannot ask as it is
        """
        self.ensure_one()
        if not self.url:
            raise ConfigurationInvalid("there is no address to ask")
        texts = (self.url, self.headers or "", self.body or "")
        if not self.account and any("{account}" in text for text in texts):
            raise ConfigurationInvalid("the template has {account}, and the account is not set")
        self._endpoint()
        self._paging()
        # Who may start the plan was checked; the secret stays in memory.
        credentials = self.sudo()._credentials()
        if credentials.kind != NO_PROOF and not credentials.secret:
            raise ConfigurationInvalid("its secret is not set")
        if credentials.kind == OAUTH2:
            self._policy().judge(credentials.token_url)

    def _endpoint(self):
        """
        :raises ConfigurationInvalid: naming what is wrong
        """
        self.ensure_one()
        return Endpoint.of(
            self.url or "", self.method, _headers(self.headers), self.body or "", self.batch_size
        )

    def _paging(self):
        self.ensure_one()
        return Paging.of(
            self.paging_kind, self.paging_more or "", self.paging_parameter or "", self.paging_first
        )

    def _policy(self):
        """Which hosts this plan may call: those that it names, and no others."""
        self.ensure_one()
        named = hosts_of(url for url in (self.url, self.token_url) if url)
        return OutboundPolicy(named | host_list(self.allowed_hosts or ""), private_hosts(self.env))


def _headers(text):
    """``{name: value}`` of one header per line.

    :raises ConfigurationInvalid: if a line is none
    """
    found = {}
    for line in filter(None, map(str.strip, (text or "").splitlines())):
        name, colon, value = line.partition(":")
        if not colon:
            raise ConfigurationInvalid(f"{line[:60]!r} is no header")
        found[name.strip()] = value.strip()
    return found
