from odoo import models
from odoo.fields import Domain

from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import SCHEMES

# They carry for many senders and see only what they have to do with; the others are the company's
# own systems, or those of one client.
OUTSIDERS = ("carrier", "aggregator", "edi_gateway")
_MOST_ANSWERS = 20


class LogisticsConnection(models.Model):
    """What a connection may ask about."""

    _inherit = "logistics.connection"

    def _version_in_use(self):
        """The version of the profile that messages are read with: the pinned one, if any."""
        self.ensure_one()
        return self.mapping_version_id or self.mapping_id.active_version_id

    def _find_visible_shipments(self, ref):
        """Shipments that answer to a number and that this connection has to do with.

        A test connection has to do with none: its secret may be known to many.

        :param str ref: any number of the shipment, in any spelling
        """
        self.ensure_one()
        ref = ref.strip()
        if self.environment == "test" or not ref or len(ref) > 80 or "\x00" in ref:
            return self.env["logistics.shipment"]
        spellings = {Reference(scheme, ref).normalised for scheme in SCHEMES}
        domain = Domain("company_id", "=", self.company_id.id) & (
            Domain("name", "=", ref) | Domain("reference_ids.normalised", "in", list(spellings))
        )
        if self.client_id:
            domain &= Domain("client_id", "=", self.client_id.id)
        if self.system_id.kind in OUTSIDERS:
            domain &= Domain("event_ids.system_id", "=", self.system_id.id)
        return self.env["logistics.shipment"].search(domain, limit=_MOST_ANSWERS)
