from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import PER_KG, BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestTrial(BillingCase):
    def _trial(self, agreement, user=None):
        action = agreement.with_user(user or self.author).action_try()
        trials = self.env[action["res_model"]].with_user(user or self.author)
        return Form(trials.with_context(**action["context"]))

    def test_the_prices_of_a_draft_are_tried_out_to_the_cent(self):
        agreement = self._create_agreement(
            approve=False, rates=[PER_KG, flat(7, "Weekend", condition="[('weekday', '=', '5')]")]
        )
        trial = self._trial(agreement)
        trial.weight = 412.5
        trial.day = "2026-03-06"
        self.assertIn("412.5 kg × 0.85 USD per kg = 350.625 USD", trial.result_html)
        self.assertIn("350.63", trial.result_html)
        self.assertIn("Not charged here: Weekend", trial.result_html)
        trial.day = "2026-03-07"
        self.assertIn("357.63", trial.result_html)

    def test_a_trial_says_what_is_missing(self):
        trial = self._trial(self._create_agreement(approve=False))
        self.assertIn("the weight of the shipment", trial.result_html)
        self.assertNotIn("Total", trial.result_html)

    def test_what_the_carrier_would_charge_is_tried_out_too(self):
        cost = {"name": "Transport", "method": "cost", "margin_percent": 10}
        trial = self._trial(self._create_agreement(approve=False, rates=[cost]))
        with trial.cost_ids.new() as line:
            line.amount = 80
        self.assertIn("88.00", trial.result_html)

    def test_places_and_tags_are_tried_out_like_those_of_a_shipment(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        germany = self.env.ref("base.de")
        condition = f"[('category_ids', 'in', [{tag.id}]), ('country_id', '=', {germany.id})]"
        trial = self._trial(
            self._create_agreement(approve=False, rates=[flat(5, "Special", condition=condition)])
        )
        self.assertIn("Nothing would be charged", trial.result_html)
        trial.category_ids.add(tag)
        trial.country_id = germany
        self.assertIn("5.00", trial.result_html)

    def test_nobody_sees_what_somebody_else_tries(self):
        trials = self.env["logistics.rate.trial"]
        mine = trials.with_user(self.author).create({"agreement_id": self._create_agreement().id})
        self.assertTrue(mine.has_access("read"))
        self.assertFalse(mine.with_user(self.preparer).has_access("read"))

    def test_everybody_in_logistics_may_try_what_he_may_read(self):
        agreement = self._create_agreement()
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            trial = self._trial(agreement, user)
            trial.weight = 100
            self.assertIn("85.00", trial.result_html)
        stranger = self.env["res.users"].create({"name": "Nobody", "login": "trial-nobody"})
        with self.assertRaises(AccessError):
            self._trial(agreement, stranger)
