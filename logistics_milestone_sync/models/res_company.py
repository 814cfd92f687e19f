from odoo import SUPERUSER_ID, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_shipment_policy = fields.Selection(
        [
            ("confirmation", "When the delivery is confirmed"),
            ("reservation", "When the goods are reserved"),
            ("validation", "When the transfer is validated"),
            ("manual", "By hand only"),
        ],
        "Create Shipments",
        required=True,
        default="confirmation",
    )
    logistics_manager_id = fields.Many2one(
        "res.users",
        help="Hears of silent shipments that nobody is responsible for, and of exceptions that "
        "their owner leaves overdue. Empty: the members of the manager group.",
    )
    logistics_silence_grace = fields.Float(
        "Grace on Estimates (hours)",
        default=4.0,
        help="How much later than planned or estimated a shipment may be before it is silent.",
    )
    logistics_validate_on_dispatch = fields.Boolean(
        "Validate transfers on dispatch",
        default=True,
        help="When the warehouse or the transport system states that goods left, Odoo's transfer "
        "is validated, so that delivered quantities are true.",
    )

    def _logistics_managers(self):
        """Whom to ask when nobody else is responsible: the named manager, else the whole group.

        :return: users who may see this company, in a stable order
        """
        self.ensure_one()
        if self.logistics_manager_id.active:
            return self.logistics_manager_id
        group = self.env.ref("logistics_milestone_sync.logistics_milestone_sync_group_manager")
        members_sudo = group.sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        people_sudo = members_sudo.filtered(lambda user: user.id != SUPERUSER_ID)
        return (people_sudo or members_sudo).sorted("id")
