from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    logistics_release_count = fields.Integer(compute="_compute_logistics_release_count")
    logistics_run_id = fields.Many2one(
        "logistics.invoice.run",
        "Invoice Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    logistics_rate_date = fields.Date(
        "Rate Of",
        readonly=True,
        help="The day of the currency rate where the agreement says another one than the "
        "day of the invoice.",
    )

    @api.depends("line_ids.logistics_release_line_ids")
    def _compute_logistics_release_count(self):
        for move in self:
            move.logistics_release_count = len(move._logistics_releases())

    def _logistics_releases(self):
        return self.line_ids.logistics_release_line_ids.release_id

    def action_open_logistics_releases(self):
        """Open the releases that made these invoices."""
        return self._logistics_releases()._action_open()

    def _get_invoice_currency_rate_date(self):
        """Override of `account`: the agreement may say of which day the rate is."""
        return self.logistics_rate_date or super()._get_invoice_currency_rate_date()

    # === Nothing is posted that its shipments hold === #

    def _post(self, soft=True):
        """Override of `account`: refuse invoices of shipments that are not released.

        Every way to post leads through here, so this is where it is guarded.
        """
        self._check_logistics_released()
        return super()._post(soft)

    def _check_logistics_released(self):
        """Raise for customer invoices with lines that may not be in the books yet."""
        found = self._logistics_problems()
        found += self.sudo()._logistics_same_person(self.env.uid)
        if found:
            raise UserError(
                self.env._(
                    "This cannot be posted:\n\n%s", "\n".join(f"\N{BULLET} {p}" for p in found)
                )
            )

    def _logistics_problems(self):
        """Why these customer invoices may not be in the books yet: sentences, each once."""
        moves_sudo = self.sudo().filtered(lambda move: move.is_sale_document(True))
        # A negative line of a credit note invoices, too.
        lines_sudo = moves_sudo.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
            and (line.move_id.move_type != "out_refund" or line.quantity < 0)
        )
        held = lines_sudo.sale_line_ids._logistics_held()
        problems = [line_sudo._logistics_problem(held) for line_sudo in lines_sudo]
        problems += self._logistics_strays(lines_sudo)
        return list(dict.fromkeys(filter(None, problems)))

    def _logistics_same_person(self, uid):
        """Who released by hand does not post: sentences about the invoices where he would."""
        if uid == SUPERUSER_ID:
            return []
        # Also where he put lines of his own in the place of those that he released.
        invoices_sudo = self.filtered(lambda m: m.move_type in ("out_invoice", "out_receipt"))
        releases_sudo = invoices_sudo._logistics_releases()
        releases_sudo |= invoices_sudo.line_ids.sale_line_ids._logistics_releases()
        return list(
            self.env["logistics.duty.conflict"]._refusals("release.post", releases_sudo).values()
        )

    def write(self, vals):
        """Override of `account`: a cancelled or revived invoice changes what its releases see."""
        if vals.get("state") == "posted" and not self.env.su:
            self._check_logistics_released()  # written by hand, past ``_post``
        result = super().write(vals)
        if vals.get("state") in ("cancel", "draft"):
            self.env["logistics.release"]._mark_stale(self._logistics_shipments_sudo())
        return result

    def unlink(self):
        """Override of `account`: a deleted draft changes what its releases see."""
        shipments_sudo = self._logistics_shipments_sudo()
        result = super().unlink()
        self.env["logistics.release"]._mark_stale(shipments_sudo)
        return result

    def _logistics_shipments_sudo(self):
        return self.sudo()._logistics_releases().shipment_id
