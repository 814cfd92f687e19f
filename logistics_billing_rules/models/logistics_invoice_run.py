from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date, format_datetime

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"
OPEN = ("collecting", "closing")
# What is stored of a key, with the type of its column.
_KEPT = {
    "company_id": "int4",
    "agreement_id": "int4",
    "partner_id": "int4",
    "client_id": "int4",
    "sale_order_id": "int4",
    "reference": "varchar",
    "date_from": "date",
    "date_to": "date",
    "closes_at": "timestamp",
}


class LogisticsInvoiceRun(models.Model):
    """Releases that share an invoice, collected until it is made.

    A run belongs to one agreement, customer and currency, to one order, reference, client or
    shipment where the agreement says so, and to one period. It takes releases while it is
    ``collecting``. The billing lane ends that in a transaction of its own (``closing``): whoever
    put a release in meanwhile is then seen by the transaction that makes the invoice.
    """

    _name = "logistics.invoice.run"
    _description = "Invoice Run"
    _inherit = ["logistics.stateful.mixin"]
    _order = "closes_at, id"
    _check_company_auto = True
    _transitions = {
        "collecting": ("closing",),
        "closing": ("invoiced", "carried", "empty"),
    }

    run_key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    agreement_id = fields.Many2one(
        "logistics.agreement",
        "Under",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True, index="btree_not_null")
    sale_order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null")
    reference = fields.Char("Customer Reference", readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    closes_at = fields.Datetime(
        "Due", readonly=True, help="Empty: once nothing of the order is waited for any more."
    )
    state = fields.Selection(
        [
            ("collecting", "Collecting"),
            ("closing", "Making the Invoice"),
            ("invoiced", "Invoiced"),
            ("carried", "Carried to the Next"),
            ("empty", "Nothing to Invoice"),
        ],
        required=True,
        readonly=True,
        default="collecting",
    )
    release_ids = fields.One2many("logistics.release", "run_id", "Releases", readonly=True)
    release_count = fields.Integer("Shipments", compute="_compute_amounts")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_at_stake = fields.Monetary("To Invoice", compute="_compute_amounts", help="Untaxed.")
    amount_invoiced = fields.Monetary("Invoiced", compute="_compute_amounts", help="Untaxed.")
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Invoices")
    carried_to_id = fields.Many2one("logistics.invoice.run", readonly=True, index="btree_not_null")
    invoiced_at = fields.Datetime("Made On", readonly=True)
    prepared_by_id = fields.Many2one("res.users", "Invoiced By", readonly=True)
    error = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)

    # One that collects per key, whoever asks first. Workers rely on it when they collect.
    _one_collects_uniq = models.UniqueIndex(
        "(run_key) WHERE state = 'collecting'", "These shipments are collected already."
    )
    # Used by the billing lane, which looks for what is due every time it is woken.
    _open_idx = models.Index("(closes_at, id) WHERE state IN ('collecting', 'closing')")

    @api.depends("partner_id", "date_from", "date_to", "sale_order_id", "reference", "client_id")
    def _compute_display_name(self):
        for run in self:
            about = run.sale_order_id.name or run.reference or run.client_id.name
            parts = [run.partner_id.name, about, run._period_text()]
            run.display_name = " \N{MIDDLE DOT} ".join(filter(None, parts))

    @api.depends("release_ids.amount_at_stake", "release_ids.amount_invoiced")
    def _compute_amounts(self):
        sums = self.env["logistics.release"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            ["__count", "amount_at_stake:sum", "amount_invoiced:sum"],
        )
        found = {run: values for run, *values in sums}
        for run in self:
            values = found.get(run, (0, 0.0, 0.0))
            run.release_count, run.amount_at_stake, run.amount_invoiced = values

    @api.depends("release_ids.line_ids.move_line_id.move_id")
    def _compute_move_ids(self):
        for run in self:
            run.move_ids = run.release_ids.move_ids

    def _period_text(self):
        if not self.date_to:
            return ""
        if self.date_from == self.date_to:
            return format_date(self.env, self.date_to)
        return f"{format_date(self.env, self.date_from)} – {format_date(self.env, self.date_to)}"

    def _wait_text(self):
        """What a release in this run waits for, as a sentence."""
        self.ensure_one()
        if not self.closes_at:
            about = self.sale_order_id.name or self.reference or self.partner_id.name
            return self.env._(
                "Collected for the invoice of %s, made once nothing of it is waited for", about
            )
        zone = self.company_id.partner_id.tz or "UTC"
        return self.env._(
            "Collected for the invoice of %(period)s, made on %(moment)s",
            period=self._period_text(),
            moment=format_datetime(self.env, self.closes_at, tz=zone, dt_format="short"),
        )

    # === Which run a release belongs to === #

    @api.model
    def _of(self, wanted):
        """The collecting runs of these keys; those that do not exist are made.

        They are locked against being closed until the transaction ends: what is put into them is
        seen by whoever makes the invoice.

        :param dict wanted: ``{run key: values of the run}``
        :return: ``{run key: run}``
        """
        self._make_missing(wanted)
        found = self.env.execute_query(
            SQL(
                "SELECT run_key, id FROM logistics_invoice_run"
                " WHERE run_key = ANY(%s) AND state = 'collecting' ORDER BY id FOR SHARE",
                list(wanted),
            )
        )
        return {key: self.browse(id_) for key, id_ in found}

    def _make_missing(self, wanted):
        """Make the runs of these keys; who makes the same at the same time starts over."""
        self.flush_model(["run_key", "state"])
        now = fields.Datetime.now()
        rows = [
            (key, *(vals.get(name) for name in _KEPT), self.env.uid, now, self.env.uid, now)
            for key, vals in sorted(wanted.items())
        ]
        names = SQL(", ").join(map(SQL.identifier, _KEPT))
        typed = (SQL("%s::%s", SQL.identifier(name), SQL(of)) for name, of in _KEPT.items())
        self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_invoice_run (
                    run_key, %s, state, attempts, create_uid, create_date, write_uid, write_date)
                SELECT run_key, %s, 'collecting', 0, create_uid, create_date, write_uid, write_date
                  FROM (VALUES %s) made(
                    run_key, %s, create_uid, create_date, write_uid, write_date)
                    ON CONFLICT (run_key) WHERE state = 'collecting' DO NOTHING
             RETURNING id
                """,
                names,
                SQL(", ").join(typed),
                SQL(", ").join(SQL("%s", row) for row in rows),
                names,
            )
        )

    # === What finance does === #

    def action_invoice(self):
        """Have the invoices of these runs made soon: before they are due, or where people decide.

        They collect no more from now on; the billing lane, which sees who put something into them
        at the last moment, does the rest in the name of the user.

        :raises AccessError: for users who do not prepare invoices
        :raises UserError: if a run was invoiced before
        """
        self.check_access("read")
        if not self.env.user.has_group(_PREPARER):
            raise AccessError(self.env._("Only %s may do this.", self.env.ref(_PREPARER).full_name))
        # The right to prepare invoices was checked; runs are nobody's to write.
        runs_sudo = self.sudo()
        over_sudo = runs_sudo.filtered(lambda run: run.state not in OPEN)
        if over_sudo:
            raise UserError(self.env._("%s does not collect any more.", over_sudo[0].display_name))
        runs_sudo._move_to("closing")
        runs_sudo.write({"prepared_by_id": self.env.uid, "next_attempt_at": False})
        self.env["logistics.release"]._wake()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The invoices are being made; this takes a moment."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_releases(self):
        """Open the releases of these runs."""
        return self.release_ids._action_open()

    def action_open_invoices(self):
        """Open the invoices of these runs."""
        return self.release_ids.action_open_invoices()
