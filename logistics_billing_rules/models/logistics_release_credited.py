from odoo import api, fields, models
from odoo.exceptions import UserError

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"


class LogisticsRelease(models.Model):
    """Credit notes that an accountant made stand, until somebody asks to invoice it again."""

    _inherit = "logistics.release"

    is_conceded = fields.Boolean(
        compute="_compute_is_conceded", help="Something was credited by hand and stays so."
    )

    @api.depends("line_ids.live", "line_ids.stands", "line_ids.quantity")
    def _compute_is_conceded(self):
        for release in self:
            release.is_conceded = bool(release._conceded())

    def _conceded(self):
        return self.line_ids.filtered(lambda line: line.live and line.stands and line.quantity)

    def action_invoice_again(self):
        """Propose to invoice again what was credited by hand; somebody else approves it.

        :raises AccessError: for users who do not prepare invoices
        :raises UserError: if nothing was credited by hand
        """
        self._check_finance(_PREPARER)
        releases_sudo = self._locked_sudo()
        conceded_sudo = releases_sudo._conceded()
        if not conceded_sudo:
            raise UserError(
                self.env._("Nothing was credited by hand that could be invoiced again.")
            )
        conceded_sudo.stands = False
        releases_sudo._process()

    def _keep(self, judged, targets):
        """Override: what accountants credit changes what is invoiced."""
        super()._keep(judged, targets)
        for release in judged:
            if release.line_ids.filtered("by_hand"):
                live = release.line_ids.filtered("live").move_line_id
                release.amount_invoiced = -sum(live.mapped("balance"))
