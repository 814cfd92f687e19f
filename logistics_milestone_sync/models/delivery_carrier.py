import json
from urllib.parse import quote

from odoo import models

_PLACEHOLDER = "<shipmenttrackingnumber>"


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def fixed_get_tracking_link(self, picking):
        """Override of `stock_delivery`: several numbers have a link each."""
        return self._logistics_links(picking) or super().fixed_get_tracking_link(picking)

    def base_on_rule_get_tracking_link(self, picking):
        """Override of `stock_delivery`: several numbers have a link each."""
        return self._logistics_links(picking) or super().base_on_rule_get_tracking_link(picking)

    def _logistics_links(self, picking):
        """Links in the form that Odoo knows for several parcels: JSON of ``[[name, URL], …]``."""
        numbers = picking._tracking_numbers()
        if len(numbers) < 2 or not self.tracking_url:
            return False
        return json.dumps([[number, self._logistics_link(number)] for number in numbers])

    def _logistics_link(self, number):
        """Where people follow a number; ``False`` without a template. Calls nobody."""
        template = self.tracking_url
        return template.replace(_PLACEHOLDER, quote(number, safe="")) if template else False
