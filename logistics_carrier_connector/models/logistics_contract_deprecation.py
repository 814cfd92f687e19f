from datetime import UTC, datetime, time
from email.utils import format_datetime

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..core.problem_types import DOCS_PATH


class LogisticsContract(models.Model):
    """When a contract is on its way out; its senders hear it with every answer."""

    _inherit = "logistics.contract"

    deprecated_on = fields.Date(
        "Deprecated Since",
        tracking=True,
        help="From this day on answers carry a 'Deprecation' header. Messages are taken as before.",
    )
    successor_url = fields.Char(
        "What Replaces It",
        tracking=True,
        help="Address that tells senders what to do; empty: the page of the interface.",
    )

    @api.constrains("deprecated_on", "sunset_date", "successor_url")
    def _check_deprecation(self):
        for contract in self:
            since, ends = contract.deprecated_on, contract.sunset_date
            if since and ends and ends < since:
                raise ValidationError(
                    self.env._("%s cannot end before it is deprecated.", contract.name)
                )
            url = contract.successor_url or "https://"
            if not url.startswith("https://") or set(url) & set('<>"\\ \r\n\t'):
                raise ValidationError(self.env._("The address has to start with https://."))

    def write(self, vals):
        result = super().write(vals)
        if {"deprecated_on", "sunset_date", "successor_url"} & set(vals):
            self.env["logistics.connection"]._forget_doors()
        return result


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    @api.model
    @tools.ormcache("door['contract_id']", "door['format']", "door['rate_per_minute']")
    def _notices(self, door):
        """Headers that every answer to this connection carries: its limit, and what will end.

        :param dict door: see ``_find_door``
        :return: list of pairs
        """
        headers = []
        if door["rate_per_minute"]:
            headers.append(("RateLimit-Policy", f'"messages";q={door["rate_per_minute"]};w=60'))
        contract = self._contract_of(door)
        if contract.deprecated_on:
            headers += _deprecation(contract)
        return headers

    def _contract_of(self, door):
        """The contract that a connection keeps to, elevated: it concerns the connection."""
        contracts_sudo = self.env["logistics.contract"].sudo()
        if door["contract_id"] or door["format"] != "canonical":
            return contracts_sudo.browse(door["contract_id"])
        canonical = "logistics_carrier_connector.logistics_contract_canonical"
        found = self.env.ref(canonical, raise_if_not_found=False)
        return found.sudo() if found else contracts_sudo


def _deprecation(contract):
    """RFC 9745 (a date of RFC 9651), RFC 8594 (a date of RFC 9110) and where to read on."""
    since = datetime.combine(contract.deprecated_on, time(), UTC)
    url = contract.successor_url or DOCS_PATH
    headers = [
        ("Deprecation", f"@{round(since.timestamp())}"),
        ("Link", f'<{url}>; rel="deprecation"; type="text/html"'),
    ]
    if contract.sunset_date:
        ends = datetime.combine(contract.sunset_date, time(), UTC)
        headers += [
            ("Sunset", format_datetime(ends, usegmt=True)),
            ("Link", f'<{url}>; rel="sunset"; type="text/html"'),
        ]
    return headers
