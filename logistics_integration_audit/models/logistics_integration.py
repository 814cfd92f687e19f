from odoo import fields, models


class LogisticsIntegration(models.Model):
    """The register: who answers for an integration, how much depends on it, when it is reviewed."""

    _name = "logistics.integration"
    _description = "Integration"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.audited.mixin"]
    _order = "criticality desc, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    connection_id = fields.Many2one(
        "logistics.connection", index="btree_not_null", ondelete="restrict", check_company=True
    )
    system_id = fields.Many2one(related="connection_id.system_id")
    purpose = fields.Text(help="What the business uses it for.")
    business_owner_id = fields.Many2one("res.users", required=True, index=True)
    technical_owner_id = fields.Many2one("res.users", required=True, index=True)
    criticality = fields.Selection(
        [("1", "Low"), ("2", "Medium"), ("3", "High"), ("4", "Critical")],
        required=True,
        default="2",
    )
    sla_minutes = fields.Integer(
        "Agreed Delay (minutes)", help="From the message to the shipment. 0: nothing is agreed."
    )
    review_date = fields.Date("Next Review", required=True)

    _connection_uniq = models.UniqueIndex(
        "(connection_id) WHERE active AND connection_id IS NOT NULL",
        "This connection is in the register already.",
    )
    _sla_positive = models.Constraint("CHECK(sla_minutes >= 0)", "A delay cannot be negative.")

    def _audited_fields(self):
        return (
            "name",
            "connection_id",
            "business_owner_id",
            "technical_owner_id",
            "criticality",
            "sla_minutes",
            "review_date",
            "active",
        )
