"""One customer invoice and the parts that it is made of. Used by ``invoicing.py`` only."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import format_date

from .collecting import Collected


class Part:
    """What one release puts on an invoice: the values of one order, or of charges alone."""

    def __init__(self, release, what, order, head):
        """
        :param what: ``evaluation.Judged`` of the release
        :param order: may be empty
        :param dict head: values of the invoice without lines; the terms change them
        """
        self.release = release
        self.what = what
        self.order = order
        self.rule = what.agreement.rule_ids[:1]
        self.head = head | self.rule._head_vals()
        self.rate_date = self.rule._rate_date(release, what.rendered_on)
        self.lines = []
        self.deductions = []

    @property
    def analytic(self):
        """Where charges are posted to: as the terms say, else as all lines of the order are."""
        said = self.rule.analytic_distribution
        if not said:
            lines = self.order.order_line.filtered(lambda line: not line.display_type)
            of_lines = lines.mapped("analytic_distribution")
            said = of_lines[0] if of_lines and all(d == of_lines[0] for d in of_lines) else None
        return {"analytic_distribution": said} if said else {}

    def line(self, vals):
        """The values of a line of the order, with the delivery in words and the terms' account."""
        words = self.release.env._(
            "Shipment %(name)s, delivered on %(day)s",
            name=self.release.name,
            day=format_date(self.order.env, self.what.rendered_on),
        )
        vals["name"] = f"{vals['name']}\n{words}" if vals.get("name") else words
        if self.rule.analytic_distribution and not vals.get("analytic_distribution"):
            order_line = self.order.order_line.browse(vals["sale_line_ids"][0][1])
            if not order_line.analytic_distribution:
                vals["analytic_distribution"] = self.rule.analytic_distribution
        return vals

    def key(self):
        """Equal for parts that stand on one invoice."""
        if not self.rule._collects():
            return (self.release, self.order)
        head = self.head
        return (
            Collected(self.release, self.what).group_key(),
            head["company_id"],
            head["partner_id"],
            head["currency_id"],
            head.get("journal_id"),
            head.get("invoice_payment_term_id"),
            head.get("fiscal_position_id"),
        )


class Draft:
    """An invoice that is about to be created.

    :ivar note: what there is to say about it; known after ``vals``
    """

    def __init__(self, part):
        self.parts = [part]
        self.company = part.release.company_id
        self.note = ""

    @property
    def releases(self):
        """The releases that share it, each once."""
        return list(dict.fromkeys(part.release for part in self.parts))

    def vals(self, run):
        """The values of the invoice.

        :param run: the invoice run that it is made for, or nothing
        """
        first = self.parts[0]
        head = dict(first.head)
        if len(self.parts) > 1:
            head |= self._shared_head()
        if run:
            head["logistics_run_id"] = run.id
        head |= self._dates(run)
        head["invoice_line_ids"] = [
            Command.create(line | {"sequence": number})
            for number, line in enumerate(self._lines(), start=1)
        ]
        return head

    def _shared_head(self):
        """As Odoo joins the heads of several orders; what differs is left out."""
        head = {}
        for name in ("ref", "invoice_origin"):
            said = dict.fromkeys(part.head.get(name) for part in self.parts)
            head[name] = ", ".join(sorted(filter(None, said)))[:2000]
        for name in ("payment_reference", "partner_shipping_id", "narration"):
            said = {part.head.get(name) for part in self.parts}
            head[name] = said.pop() if len(said) == 1 else False
        paid = {command[1:] and tuple(command[2]) for command in self._transactions()}
        head["transaction_ids"] = [Command.set(sorted({id_ for ids in paid for id_ in ids}))]
        return head

    def _transactions(self):
        return [c for part in self.parts for c in part.head.get("transaction_ids", ())]

    def _lines(self):
        if len(self.releases) == 1:
            lines = [line for part in self.parts for line in part.lines]
        else:
            lines = [line for part in self.parts for line in (self._section(part), *part.lines)]
        return lines + [line for part in self.parts for line in part.deductions]

    def _section(self, part):
        """What stands above the lines of a shipment among others."""
        about = [part.release.name]
        reference = part.order.client_order_ref or part.order.name
        if reference:
            about.append(reference)
        about.append(format_date(part.order.env, part.what.rendered_on))
        return {
            "display_type": "line_section",
            "name": " \N{MIDDLE DOT} ".join(about),
            "logistics_shipment_id": part.release.shipment_id.id,
        }

    # === Its dates === #

    def _dates(self, run):
        """The day of the invoice and of its currency rate, where the terms say one."""
        last = max(self.parts, key=lambda part: part.what.rendered_on)
        rule = last.rule
        # Odoo would say when the goods left.
        dates = {"logistics_rate_date": last.rate_date, "delivery_date": last.what.rendered_on}
        if rule.dated_by == "delivery":
            wanted = (run and run.date_to) or last.what.rendered_on
            dates["invoice_date"] = self._open_day(min(wanted, self._today()))
        elif rule.invoicing == "posted":
            # A draft without a date has its lines worked out twice. ``logistics.release._date``
            # sees to it that the day is that of the posting.
            dates["invoice_date"] = self._today()
        return {name: day for name, day in dates.items() if day}

    def _today(self):
        return fields.Date.context_today(self.company)

    def _open_day(self, day):
        """The day, or the first one after it on which the books are open."""
        locks = self.company._get_violated_lock_dates(day, True, self._journal())
        if not locks:
            return day
        opened = locks[-1][0] + timedelta(days=1)
        self.note = self.company.env._(
            "Dated %(open)s instead of %(wanted)s: the books are closed until %(closed)s.",
            open=format_date(self.company.env, opened),
            wanted=format_date(self.company.env, day),
            closed=format_date(self.company.env, locks[-1][0]),
        )
        return opened

    def _journal(self):
        journals = self.company.env["account.journal"]
        chosen = self.parts[0].head.get("journal_id")
        domain = [("company_id", "parent_of", self.company.id), ("type", "=", "sale")]
        return journals.browse(chosen) if chosen else journals.search(domain, limit=1)
