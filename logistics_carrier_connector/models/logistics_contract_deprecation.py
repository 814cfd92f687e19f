from datetime import UTC, datetime

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..core.deprecation import Farewell
from ..core.problem_types import DOCS_PATH

_TERMS = {"state", "deprecated_on", "sunset_date", "successor_url"}


class LogisticsContract(models.Model):
    """When a contract is on its way out; its senders hear it with every answer."""

    _inherit = "logistics.contract"

    deprecated_on = fields.Date(
        "Deprecated Since",
        tracking=True,
        help="From this day on (UTC) answers carry a 'Deprecation' header; messages are taken as "
        "before. Empty: the day on which the contract is set to deprecated.",
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
            if not (url.startswith("https://") and url.isascii() and url.isprintable()) or (
                set(url) & set('<>"\\ ')
            ):
                raise ValidationError(
                    self.env._(
                        "The address has to start with https:// and to be written without spaces, "
                        "quotes and letters beyond ASCII."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._date_deprecation()
        return contracts

    def write(self, vals):
        result = super().write(vals)
        if _TERMS & set(vals):
            self._date_deprecation()
            self.env["logistics.connection"]._forget_doors()
        return result

    def _date_deprecation(self):
        """A contract that leaves its force has a date of that; one that is in force has none."""
        leaving = self.filtered(lambda one: one.state != "in_force" and not one.deprecated_on)
        for contract in leaving:
            today = datetime.now(UTC).date()
            # Whose end is past already was not deprecated later than that.
            contract.deprecated_on = min(today, contract.sunset_date or today)
        staying = self.filtered(lambda one: one.state == "in_force" and one.deprecated_on)
        if staying:
            staying.deprecated_on = False

    def _farewell(self):
        """What its senders hear (``core.deprecation.Farewell``); ``None`` while it is in force."""
        if not self or self.state == "in_force":
            return None
        since = self.deprecated_on or self.write_date.date()
        return Farewell(since, self.sunset_date or None, self.successor_url or DOCS_PATH)


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    @api.model
    def _notices(self, door):
        """Headers that every answer to this connection carries: its limit, and what will end.

        :param dict door: see ``_find_door``
        :return: list of pairs
        """
        headers = []
        if door["rate_per_minute"]:
            headers.append(("RateLimit-Policy", f'"messages";q={door["rate_per_minute"]};w=60'))
        farewell = self._remembered_farewell(door)
        return headers + farewell.headers(datetime.now(UTC).date()) if farewell else headers

    @api.model
    @tools.ormcache("door['contract_id']", "door['format']")
    def _remembered_farewell(self, door):
        """What is said of the contract of a door; without the clock, so it can be remembered."""
        return self._contract_of(door)._farewell()

    def _contract_of(self, door):
        """The contract that a connection keeps to, elevated: it concerns the connection."""
        contracts_sudo = self.env["logistics.contract"].sudo()
        if door["contract_id"] or door["format"] != "canonical":
            return contracts_sudo.browse(door["contract_id"])
        canonical = "logistics_carrier_connector.logistics_contract_canonical"
        found = self.env.ref(canonical, raise_if_not_found=False)
        return found.sudo() if found else contracts_sudo
