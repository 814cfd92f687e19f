from odoo import models
from odoo.tools import SQL


class LogisticsPoll(models.Model):
    """Which numbers a plan asks for, and where people see them."""

    _inherit = "logistics.poll"

    def action_open_attempts(self):
        """Open what was asked and what came of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_poll_attempt_action"
        )
        return action | {"domain": [("poll_id", "=", self.id)], "context": {}}

    def action_open_numbers(self):
        """Open the numbers that are asked for."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_poll_number_action"
        )
        return action | {
            "domain": [("poll_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    def _condition(self):
        """The numbers that this plan asks for, over references ``r`` and their shipments ``s``."""
        self.ensure_one()
        parts = [SQL("r.company_id = %s AND r.scheme = %s", self.company_id.id, self.scheme)]
        if self.client_id:
            parts.append(SQL("s.client_id = %s", self.client_id.id))
        if self.delivery_carrier_ids:
            parts.append(
                SQL(
                    "COALESCE(c.delivery_carrier_id, s.delivery_carrier_id) = ANY(%s)",
                    self.delivery_carrier_ids.ids,
                )
            )
        patterns = [_like(pattern) for pattern in self._patterns()]
        if patterns:
            parts.append(SQL("r.normalised ILIKE ANY(%s)", patterns))
        return SQL(" AND ").join(parts)


def _like(pattern):
    r"""A pattern with ``*`` and ``?`` as one of SQL.

    >>> _like("1Z_*")
    '1Z\\_%'
    """
    for plain in ("\\", "%", "_"):
        pattern = pattern.replace(plain, "\\" + plain)
    return pattern.replace("*", "%").replace("?", "_")
