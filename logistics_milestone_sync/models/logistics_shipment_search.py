from odoo import api, fields, models
from odoo.fields import Domain

from ..core.reference import spellings

_SHORTEST = 3  # characters; less would find half the database
_MOST = 20  # answers; whoever has more types more


class LogisticsShipment(models.Model):
    """Found by any number that somebody may read out, however it is written."""

    _inherit = "logistics.shipment"
    # Every shipment answers to its own number as well: it is a reference like the others.
    _rec_names_search = ["any_number"]

    any_number = fields.Char(
        compute="_compute_any_number",
        search="_search_any_number",
        help="Tracking number, order, delivery, container, customer's order, shipment.",
    )

    @api.depends("name")
    def _compute_any_number(self):
        for shipment in self:
            shipment.any_number = shipment.name

    def _search_any_number(self, operator, value):
        if operator == "in":
            written = [text for text in value if text]
            numbers = {spelling for text in written for spelling in spellings(text)}
            return Domain("reference_ids.normalised", "in", numbers)
        if operator not in ("ilike", "like", "=ilike", "=like"):
            return NotImplemented
        wanted = spellings(value or "")
        if not wanted:
            return Domain.TRUE
        return Domain.OR(
            # Both are upper case: the index of the column serves `like`, without another spelling.
            Domain("reference_ids.normalised", "like", spelling)
            for spelling in wanted
        )

    @api.model
    @api.readonly
    def find_by_number(self, text, limit=8):
        """The shipments that a number may stand for, exact ones first; for the command palette.

        :param str text: as somebody typed it
        :param int limit: at most 20; fewer are returned where the user may not read some
        :return: list of dicts with ``id``, ``name``, ``number``, ``status`` and ``partner``; only
            shipments that the user may read
        """
        wanted = spellings(text or "")
        if not self.has_access("read") or not wanted or len(wanted[-1]) < _SHORTEST:
            return []
        most = min(int(limit), _MOST)
        answers = {}
        for operator, pattern in (("in", "{}"), ("=like", "{}%"), ("like", "{}")):
            for reference in self._references_like(operator, pattern, wanted):
                answers.setdefault(reference.shipment_id, reference)
            if len(answers) >= most:
                break
        readable = self.union(*answers)._filtered_access("read")
        return [
            {
                "id": shipment.id,
                "name": shipment.name,
                "number": answers[shipment].value,
                "status": shipment.status_id.name or "",
                "partner": shipment.partner_id.sudo().display_name or "",
            }
            for shipment in readable[:most]
        ]

    def _references_like(self, operator, pattern, wanted):
        """References of active shipments that the user may read, newest first."""
        patterns = [pattern.format(spelling) for spelling in wanted]
        if operator == "in":
            alike = Domain("normalised", "in", patterns)
        else:
            alike = Domain.OR(Domain("normalised", operator, each) for each in patterns)
        return self.env["logistics.reference"].search(
            alike & Domain("shipment_id.active", "=", True), limit=_MOST, order="id desc"
        )

    def action_rematch_parked(self):
        """Try the parked facts again that use a name of these shipments."""
        self.check_access("read")
        names = {(ref.scheme, ref.normalised) for ref in self.reference_ids}
        keys = self.env["logistics.parked.reference"].search(
            [("normalised", "in", [number for _scheme, number in names])]
        )
        waiting = keys.filtered(lambda key: (key.scheme, key.normalised) in names).parked_id
        waiting = waiting.filtered(lambda parked: parked.state == "parked")
        return waiting.action_rematch()
