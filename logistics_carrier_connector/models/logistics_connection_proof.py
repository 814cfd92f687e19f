from odoo import api, fields, models


class LogisticsConnectionProof(models.Model):
    """One more thing that a sender has to prove, beside the first proof of its connection."""

    _name = "logistics.connection.proof"
    _description = "Further Proof of a Connection"
    _inherit = ["logistics.proof.mixin", "logistics.write.only.secret.mixin"]
    _order = "sequence, id"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id")
    sequence = fields.Integer(default=10)
    secret_ids = fields.One2many("logistics.connection.secret", "proof_id", "Secrets")

    def _valid_field_parameter(self, field, name):
        # The mixin tracks its fields in the chatter of connections; proofs have none.
        return name == "tracking" or super()._valid_field_parameter(field, name)

    @api.depends("verifier_kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["verifier_kind"]._description_selection(self.env))
        for proof in self:
            proof.display_name = kinds.get(proof.verifier_kind, "")

    def _set_secret(self, plain):
        """Override: the secrets of all proofs are with their connection."""
        self.connection_id._set_secret(plain, proof=self)

    @api.depends("secret_ids")
    def _compute_has_secret(self):
        for proof in self:
            proof.has_secret = bool(proof.secret_ids)

    @api.model_create_multi
    def create(self, vals_list):
        proofs = super().create(vals_list)
        proofs.connection_id._proofs_changed()
        return proofs

    def write(self, vals):
        before = self.connection_id
        result = super().write(vals)
        (before | self.connection_id)._proofs_changed()
        return result

    def unlink(self):
        connections = self.connection_id
        result = super().unlink()
        connections.exists()._proofs_changed()
        return result


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    def _proofs_changed(self):
        """What senders have to prove changed: every process looks again, and people are told."""
        self._forget_doors()
        for connection in self:
            kinds = ", ".join(connection.proof_ids.mapped("display_name"))
            detail = self.env._("Further proofs: %s", kinds or self.env._("none"))
            connection._message_log(body=detail)
            connection._configuration_changed("settings", detail)
