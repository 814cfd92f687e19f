from odoo import api, models


class LogisticsAgreementPart(models.AbstractModel):
    """What the customer agreed to: frozen with the agreement, and whoever writes it is noted."""

    _name = "logistics.agreement.part"
    _description = "Part of the Terms of an Agreement"

    def _agreements(self):
        """The agreements that these are parts of. To be overridden by parts of parts."""
        return self.agreement_id

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._agreements()._check_terms_open()
        parts._agreements()._note_contributor()
        return parts

    def write(self, vals):
        self._agreements()._check_terms_open()
        result = super().write(vals)
        self._agreements()._check_terms_open()
        self._agreements()._note_contributor()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._agreements()._check_terms_open()
        self._agreements()._note_contributor()
