from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import AttributeFact, ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from ..core.measure import MEASURES
from .common import PER_KG, BillingCase, flat


class RateCase(BillingCase):
    def _charges(self, *rates, shipment=None, facts=(), **rule):
        """What a delivered shipment is charged, as ``[(name, amount), …]``."""
        self._create_agreement(rates=rates, **rule)
        shipment = shipment or self._create_shipment()
        self._state(*(self._fact(shipment, code, days) for code, days in facts))
        return self._told(self._deliver(shipment))

    def _told(self, release):
        charges = release.line_ids.filtered("live").charge_id
        return [(charge.name, charge.amount) for charge in charges]

    def _cost(self, shipment, amount, charge_type="freight"):
        """The carrier charges us."""
        named = (Reference("shipment", shipment.name),)
        self._state(
            ChargeFact(named, "buy", charge_type, charge_type, Decimal(amount), self.currency.name)
        )


@tagged("post_install", "-at_install", "logistics")
class TestRate(RateCase):
    def test_each_line_becomes_a_charge_and_a_line_of_the_invoice(self):
        # 4 pumps of 6.5 kg and 10 valves of 0.8 kg: 34 kg
        agreement = self._create_agreement(
            rates=[
                PER_KG,
                {
                    "name": "Discount",
                    "method": "percentage",
                    "percent": -10,
                    "percent_of": "kind",
                    "percent_kind": "freight",
                },
                flat(4.5, "Documents", charge_type="other"),
            ]
        )
        release = self._deliver(self._create_shipment())
        lines = release.move_ids.invoice_line_ids.filtered("logistics_charge_id")
        self.assertEqual(lines.mapped("price_subtotal"), [28.9, -2.89, 4.5])
        self.assertEqual(release.amount_invoiced, 1001.0 + 28.9 - 2.89 + 4.5)
        charges = lines.logistics_charge_id
        self.assertEqual(charges.rate_id, agreement.rate_ids)
        self.assertEqual(
            charges.mapped("charge_key"), [f"rate/{line.id}" for line in agreement.rate_ids]
        )
        self.assertEqual(
            charges.mapped("explanation"),
            [
                "34 kg × 0.85 USD per kg = 28.90 USD",
                "-10 % of Freight 28.90 USD = -2.89 USD",
                "1 shipment × 4.50 USD per shipment = 4.50 USD",
            ],
        )
        self.assertIn("Documents priced", release.explanation_html)

    def test_a_line_may_have_a_product_of_its_own(self):
        duty = self._create_product("Customs", 0, type="service")
        self._create_agreement(rates=[flat(5), flat(9, "Customs", product_id=duty.id)])
        lines = self._deliver(self._create_shipment()).move_ids.invoice_line_ids
        standard = self.env.ref("logistics_billing_rules.product_product_freight")
        self.assertEqual(lines.filtered("logistics_charge_id").product_id, standard | duty)

    def test_a_table_takes_the_next_row_where_that_is_cheaper(self):
        table = {
            "name": "Freight",
            "method": "table",
            "measure": "weight",
            "per_quantity": 100,
            "deficit": True,
            # 34 kg at 42.10 per 100 kg are 14.31; 40 kg at 31.65 are 12.66
            "break_ids": [
                Command.create({"start": 40, "rate": 31.65}),
                Command.create({"start": 0, "rate": 42.1}),
            ],
        }
        self.assertEqual(self._charges(table), [("Freight", 12.66)])

    def test_what_happened_on_the_way_is_charged(self):
        shipment = self._create_shipment()
        charged = self._charges(
            {"name": "Redelivery", "measure": "attempt", "rate": 12, "free_quantity": 1},
            {"name": "Storage", "measure": "storage_day", "rate": 3, "free_quantity": 2},
            {"name": "Return", "measure": "return", "rate": 50},
            shipment=shipment,
            facts=[
                ("delivery_attempted", -9.5),
                ("delivery_attempted", -8.5),
                ("available_for_pickup", -8),
            ],
        )
        # Two failed attempts, one of them free; 9 days from the eighth before the start, 2 free
        self.assertEqual(charged, [("Redelivery", 12.0), ("Storage", 21.0)])

    def test_what_can_be_counted_of_the_goods(self):
        self.assertEqual(
            self._charges(
                {"name": "Pieces", "measure": "piece", "rate": 0.5},
                {"name": "Lines", "measure": "order_line", "rate": 2},
                {"name": "Order", "measure": "order", "rate": 3},
            ),
            [("Pieces", 7.0), ("Lines", 4.0), ("Order", 3.0)],
        )

    def test_what_the_warehouse_and_the_transport_system_counted_is_charged(self):
        shipment = self._create_shipment()
        named = (Reference("shipment", shipment.name),)
        for kind, said in (
            (
                "wms",
                {
                    "pallet_count": "3",
                    "pallet_in_count": "4",
                    "pick_count": "42",
                    "pack_count": "7",
                },
            ),
            ("tms", {"distance": "100 SMI"}),
        ):
            system = self.env["logistics.system"].create({"name": kind, "code": kind, "kind": kind})
            self._state(*(AttributeFact(named, f, v) for f, v in said.items()), system=system)
        self.assertEqual((shipment.declared_pallets, shipment.picks), (3, 42))
        self.assertEqual((shipment.pallets_in, shipment.packs), (4, 7))
        self.assertEqual(
            self._charges(
                {"name": "Pallets in", "measure": "pallet_in", "rate": 5.9},
                {"name": "Pallets out", "measure": "pallet", "rate": 6.2},
                {"name": "Picks", "measure": "pick", "rate": 0.38},
                {"name": "Packing", "measure": "pack", "rate": 1.15},
                {"name": "Driven", "measure": "distance", "rate": 1.5},
                {
                    "name": "Short way",
                    "measure": "shipment",
                    "rate": 9,
                    "condition": "[('distance', '<', 100)]",
                },
                shipment=shipment,
            ),
            # 100 statute miles are 160.9344 km; the shipment keeps three decimals
            [
                ("Pallets in", 23.6),
                ("Pallets out", 18.6),
                ("Picks", 15.96),
                ("Packing", 8.05),
                ("Driven", 241.4),
            ],
        )

    def _zoned_agreement(self):
        """Freight of 10 into zone A, of 20 into zone B."""
        agreement = self._create_agreement(approve=False, rates=[])
        agreement = agreement.with_user(self.author)
        agreement.zone_ids = [
            Command.create({"name": "A", "country_ids": self.germany.ids, "zips": "80-82"}),
            Command.create({"name": "B", "country_ids": self.germany.ids, "zips": "83-89"}),
        ]
        for zone, amount in (("A", 10), ("B", 20)):
            agreement.rate_ids = [
                Command.create(
                    {"name": "Freight", "rate": amount, "condition": f"[('zone', '=', '{zone}')]"}
                )
            ]
        return agreement

    def test_a_price_may_depend_on_the_zone_and_a_place_outside_of_all_has_none(self):
        self.germany = self.env.ref("base.de")
        self.customer.write({"country_id": self.germany.id, "zip": "85049"})
        agreement = self._zoned_agreement()
        agreement.action_submit()
        self._approval_of(agreement).with_user(self.approver).action_approve()
        shipment = self._create_shipment()
        outside = self.env["res.partner"].create(
            {"name": "North", "country_id": self.germany.id, "zip": "20095"}
        )
        lost = self._create_shipment(partner_id=outside.id)
        self._deliver(shipment, lost)
        self.assertEqual(self._told(self._release_of(shipment)), [("Freight", 20.0)])
        release = self._release_of(lost)
        self.assertEqual((release.state, release.reason_code), ("blocked", "price"))
        self.assertIn("a zone for the destination", release.explanation_html)

    def test_zones_are_frozen_with_their_agreement_and_go_along_to_its_next_version(self):
        self.germany = self.env.ref("base.de")
        agreement = self._zoned_agreement()
        agreement.action_submit()
        with self.assertRaisesRegex(UserError, "terms of Terms are fixed"):
            agreement.zone_ids[0].zips = "80"
        self._approval_of(agreement).with_user(self.approver).action_approve()
        agreement.action_new_version()
        new = self.env["logistics.agreement"].search([("previous_id", "=", agreement.id)])
        self.assertEqual(new.zone_ids.mapped("zips"), ["80-82", "83-89"])
        new.with_user(self.author).zone_ids[0].zips = "80-83"
        self.assertIn("80-83", new.changes_html)
        with self.assertRaisesRegex(ValidationError, "Zone “A”: “80-8” is no range"):
            new.zone_ids[0].zips = "80-8"

    def test_dimensional_weight_counts_where_it_is_larger(self):
        shipment = self._create_shipment()
        self.env["logistics.package"].create(
            {"consignment_id": shipment.consignment_ids.id, "volume": 0.25}
        )
        chargeable = {"name": "Air", "measure": "chargeable_weight", "rate": 1, "divisor": 5000}
        self.assertEqual(self._charges(chargeable, shipment=shipment), [("Air", 50.0)])

    def test_volume_that_nobody_stated_blocks_the_invoice_and_says_so(self):
        self._create_agreement(rates=[{"name": "Volume", "measure": "volume", "rate": 85}])
        release = self._deliver(self._create_shipment())
        self.assertEqual((release.state, release.reason_code), ("blocked", "price"))
        self.assertIn("the volume of the shipment", release.explanation_html)

    def test_measuring_its_packages_sets_a_shipment_free(self):
        self._create_agreement(rates=[{"name": "Volume", "measure": "volume", "rate": 85}])
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        package = self.env["logistics.package"].create(
            {"consignment_id": shipment.consignment_ids.id}
        )
        self._run_lane()
        self.assertEqual(release.state, "blocked")
        package.write({"length_cm": 100, "width_cm": 80, "height_cm": 25})
        self._run_lane()
        self.assertEqual(self._told(release), [("Volume", 17.0)])

    def test_costs_are_waited_for_and_charged_with_a_margin(self):
        self._create_agreement(
            rates=[
                {
                    "name": "Transport",
                    "method": "cost",
                    "cost_kind": "freight",
                    "margin_percent": 12,
                },
                {
                    "name": "Extras",
                    "method": "cost",
                    "cost_kind": "accessorial",
                    "cost_awaited": False,
                },
            ]
        )
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self.assertEqual((release.state, release.owed_by), ("waiting", "carrier"))
        self._cost(shipment, "80.25")
        self._run_lane()
        self.assertEqual(self._told(release), [("Transport", 89.88)])

    def test_extras_of_the_carrier_are_passed_on(self):
        shipment = self._create_shipment()
        self._cost(shipment, "9.50", "accessorial")
        extras = {"name": "Extras", "method": "cost", "cost_kind": "accessorial"}
        self.assertEqual(self._charges(extras, shipment=shipment), [("Extras", 9.5)])

    def test_every_measure_that_people_choose_is_one_that_is_counted(self):
        offered = dict(self.env["logistics.rate"]._fields["measure"].selection)
        self.assertEqual(set(offered), set(MEASURES))

    def test_a_price_that_makes_no_sense_is_refused_with_the_reason(self):
        for values, why in (
            (flat(0), "Enter the price"),
            ({"name": "Fuel", "method": "percentage"}, "Enter the percentage"),
            ({"name": "Table", "method": "table", "measure": "weight"}, "needs breaks"),
            (flat(5, measure="chargeable_weight", divisor=0), "needs a divisor"),
            (flat(5, condition="[('partner_id.email', '=', 'x')]"), "cannot use"),
            (flat(5, condition="[('create_uid', '=', 1)]"), "cannot use"),
            (flat(5, condition="[('weight', '>', __import__('os').getpid())]"), "cannot be read"),
            (flat(5, condition="[('day', '>', 'today')]"), "cannot be compared"),
        ):
            with self.assertRaisesRegex(ValidationError, why):
                self._create_agreement(approve=False, rates=[values])


@tagged("post_install", "-at_install", "logistics")
class TestCondition(RateCase):
    def test_a_line_is_charged_only_where_its_condition_holds(self):
        germany = self.env.ref("base.de")
        self.customer.write({"country_id": germany.id, "zip": "80331"})
        self.customer.category_id = self.env["res.partner.category"].create({"name": "VIP"})
        tag = self.customer.category_id.id
        shipment = self._create_shipment()
        shipment.service_level = "express"
        conditions = {
            "Munich": "[('zip', '=ilike', '80%')]",
            "Berlin": "[('zip', '=ilike', '10%')]",
            "Germany": f"[('country_id', '=', {germany.id})]",
            "From Germany": f"[('origin_country_id', '=', {germany.id})]",
            "Heavy": "[('weight', '>', 30)]",
            "Light": "[('weight', '<=', 30)]",
            "Express": "[('service_level', 'in', ['express', 'overnight'])]",
            "Ocean": "[('transport_mode', '=', 'ocean')]",
            "Tagged": f"[('category_ids', 'in', [{tag}])]",
            "Dear": "['&', ('goods', '>', 1000), ('goods', '<', 1002)]",
            "Long ago": "[('day', '<', '2020-12-31')]",
        }
        charged = self._charges(
            *(flat(1, name, condition=text) for name, text in conditions.items()),
            shipment=shipment,
        )
        self.assertEqual(
            [name for name, _amount in charged],
            ["Munich", "Germany", "Heavy", "Express", "Tagged", "Dear"],
        )

    def test_a_weekend_is_the_one_of_the_place_of_delivery(self):
        weekend = flat(25, "Weekend", condition="[('weekday', 'in', ['5', '6'])]")
        self._create_agreement(rates=[weekend])
        saturday = datetime(2026, 3, 7, 2, 30, tzinfo=UTC)
        told = {}
        for place, zone, offset in (
            ("in UTC", "UTC", None),
            ("as the source writes it", "UTC", -300),
            ("as the consignee lives", "America/New_York", None),
        ):
            self.customer.tz = zone
            shipment = self._create_shipment()
            delivered = replace(
                self._fact(shipment, "delivered"), occurred_at=saturday, utc_offset=offset
            )
            self._state(delivered, self._delivery(shipment)[2])
            self._run_lane()
            told[place] = self._told(self._release_of(shipment))
        self.assertEqual(
            told,
            {
                "in UTC": [("Weekend", 25.0)],
                "as the source writes it": [],
                "as the consignee lives": [],
            },
        )

    def test_another_address_or_delivery_method_is_priced_anew(self):
        method = self.env["delivery.carrier"].create(
            {"name": "Night", "product_id": self._create_product("Night", 0).id}
        )
        self._create_agreement(
            rates=[
                flat(3, "Island", condition="[('zip', '=ilike', '274%')]"),
                flat(9, "Night", condition=f"[('delivery_carrier_id', '=', {method.id})]"),
            ]
        )
        shipment = self._create_shipment()
        self._run_lane()
        release = self._release_of(shipment)
        self.assertEqual(release.amount_at_stake, 1001.0)
        self.customer.zip = "27498"
        self._run_lane()
        self.assertEqual(release.amount_at_stake, 1004.0)
        shipment.delivery_carrier_id = method
        self._run_lane()
        self.assertEqual(release.amount_at_stake, 1013.0)

    def test_a_trial_has_a_field_for_every_word_of_the_vocabulary_and_offers_no_other(self):
        from ..core.vocabulary import VOCABULARY

        described = self.env["logistics.rate.trial"].fields_get()
        offered = {name for name, field in described.items() if field["searchable"]}
        self.assertEqual(offered, set(VOCABULARY))


@tagged("post_install", "-at_install", "logistics")
class TestRevision(RateCase):
    def _released_again(self, change):
        """A draft that was taken back, and released again after a change."""
        self._create_agreement(
            rates=[PER_KG, flat(7, "Heavy", condition="[('weight', '>', 30)]")], invoicing="draft"
        )
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self.assertEqual(self._told(release), [("Freight", 28.9), ("Heavy", 7.0)])
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self._run_lane()
        change(shipment)
        self._state(self._fact(shipment, "pod_received", 4, source_event_id="second"))
        self._run_lane()
        return release

    def test_a_changed_price_revises_its_charge_and_what_no_longer_applies_goes(self):
        release = self._released_again(lambda shipment: shipment.write({"weight": 25}))
        self.assertEqual(self._told(release), [("Freight", 21.25)])
        stated = release.shipment_id.stated_charge_ids
        self.assertEqual(
            sorted((c.name, c.amount, c.active) for c in stated),
            [("Freight", 21.25, True), ("Freight", 28.9, False), ("Heavy", 7.0, False)],
        )
        self.assertEqual(release.line_ids.filtered("live").move_id.amount_untaxed, 1022.25)

    def test_an_unchanged_price_keeps_its_charge(self):
        release = self._released_again(lambda shipment: None)
        self.assertEqual(len(release.shipment_id.stated_charge_ids), 2)

    def test_a_new_version_revises_the_charges_of_the_old_one(self):
        old = self._create_agreement(rates=[PER_KG, flat(7, "Fee")])
        new_id = old.with_user(self.author).action_new_version()["res_id"]
        new = self.env["logistics.agreement"].browse(new_id)
        self.assertEqual(new.rate_ids.origin_id, old.rate_ids)
        self.assertEqual(
            [line._charge_key() for line in new.rate_ids],
            [line._charge_key() for line in old.rate_ids],
        )

    def test_a_mere_copy_begins_charges_of_its_own(self):
        copy = self._create_agreement().with_user(self.author).copy({"name": "Another"})
        self.assertFalse(copy.rate_ids.origin_id)

    def test_nobody_sets_by_hand_what_a_line_continues(self):
        agreement = self._create_agreement(approve=False, rates=[PER_KG, flat(7)])
        one, other = agreement.rate_ids.with_user(self.author)
        with self.assertRaises(AccessError):
            one.origin_id = other

    def test_a_charge_by_hand_cannot_take_the_key_of_an_agreement(self):
        shipment = self._create_shipment()
        with self.assertRaisesRegex(ValidationError, "belong to agreements"):
            self.env["logistics.charge"].with_user(self.preparer).create(
                {
                    "name": "Freight",
                    "shipment_id": shipment.id,
                    "side": "sell",
                    "charge_type": "freight",
                    "charge_key": "rate/1",
                    "amount": 1,
                    "reason": "Cheaper",
                }
            )

    def test_what_changed_is_shown_side_by_side(self):
        old = self._create_agreement(rates=[PER_KG, flat(7, "Fee")])
        author = old.with_user(self.author)
        new = self.env["logistics.agreement"].browse(author.action_new_version()["res_id"])
        new = new.with_user(self.author)
        self.assertIn("says the same", new.changes_html)
        freight, fee = new.rate_ids
        freight.rate = 0.9
        fee.unlink()
        new.rate_ids = [Command.create(flat(3, "Documents"))]
        new.rule_ids.document_required = True
        new.invalidate_recordset()
        self.assertEqual(
            new._changes(),
            [
                ("Proof must name a document", "No", "Yes"),
                (
                    "Freight",
                    "0.85 USD per kg, at least 18.50 USD",
                    "0.90 USD per kg, at least 18.50 USD",
                ),
                ("Fee", "7 USD per shipment", ""),
                ("Documents", "", "3 USD per shipment"),
            ],
        )
        self.assertIn("0.90 USD per kg", new.changes_html)


@tagged("post_install", "-at_install", "logistics")
class TestTrigger(RateCase):
    def test_one_of_several_milestones_is_enough(self):
        milestones = self.env["logistics.milestone"]
        self._create_agreement(
            trigger_ids=[Command.clear()],
            any_trigger_ids=[
                Command.set(
                    milestones.search([("code", "in", ("available_for_pickup", "delivered"))]).ids
                )
            ],
        )
        shipment, other = self._create_shipment(), self._create_shipment()
        self._state(self._fact(shipment, "available_for_pickup", 1), *self._delivery(other)[:1])
        self._run_lane()
        self.assertEqual(self._release_of(shipment).state, "released")
        waiting = self._release_of(other)
        self.assertEqual(waiting.reason, "Available for pick-up or Delivered")

    def test_the_approver_reads_what_he_approves(self):
        agreement = self._create_agreement(approve=False, rates=[PER_KG, flat(4, "Fee")])
        agreement.with_user(self.author).action_submit()
        note = self._approval_of(agreement).note
        self.assertIn("Wait for: Delivered, Proof of delivery received.", note)
        self.assertIn("Freight: 0.85 USD per kg, at least 18.50 USD", note)
        self.assertIn("Fee: 4 USD per shipment", note)


@tagged("post_install", "-at_install", "logistics")
class TestRateRights(RateCase):
    def test_only_finance_writes_prices_and_the_auditor_reads_them(self):
        agreement = self._create_agreement(approve=False)
        for user in (self.clerk, self.auditor):
            line = agreement.rate_ids.with_user(user)
            self.assertEqual(line.summary, "0.85 USD per kg, at least 18.50 USD")
            for operation in ("write", "create", "unlink"):
                self.assertFalse(line.has_access(operation))

    def test_people_of_another_company_see_no_prices(self):
        self._create_agreement(rates=[PER_KG])
        self.env["logistics.fuel.table"].create({"name": "Diesel", "company_id": self.company.id})
        other = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = self._create_user("rate-stranger", "finance_approver")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for model in ("logistics.rate", "logistics.rate.break", "logistics.fuel.table"):
            records = self.env[model].with_user(stranger)
            seen = records.with_context(allowed_company_ids=other.ids).search([])
            self.assertFalse(seen, model)

    def test_a_batch_costs_as_many_queries_as_one_shipment(self):
        fuel = {
            "name": "Fuel",
            "method": "percentage",
            "percent": 10,
            "percent_of": "kind",
            "percent_kind": "freight",
        }
        heavy = flat(7, "Heavy", condition="[('weight', '>', 30), ('zip', '=', False)]")
        extras = {"name": "Extras", "method": "cost", "cost_awaited": False}
        self._create_agreement(rates=[PER_KG, fuel, heavy, extras])
        shipments = [self._create_shipment() for _n in range(6)]
        for shipment in shipments:
            self._cost(shipment, "3", "accessorial")
        releases = self.env["logistics.release"].union(*map(self._release_of, shipments))
        self._evaluated(releases[:1])
        one = self._evaluated(releases[:1])
        self.assertLessEqual(self._evaluated(releases), one)

    def _evaluated(self, releases):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        judged = releases._evaluate()
        for what in judged.values():
            self.assertEqual(len(what.decision.charges), 4)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install", "logistics")
class TestFuelTable(RateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table = (
            cls.env["logistics.fuel.table"]
            .with_user(cls.preparer)
            .create({"name": "Diesel surcharge", "company_id": cls.company.id})
        )
        cls.fuel = {
            "name": "Fuel",
            "charge_type": "fuel",
            "method": "percentage",
            "fuel_table_id": cls.table.id,
            "percent_of": "kind",
            "percent_kind": "freight",
        }

    def _enter(self, percent, day="2020-01-01"):
        return (
            self.env["logistics.fuel.percent"]
            .with_user(self.preparer)
            .create({"table_id": self.table.id, "date_start": day, "percent": percent})
        )

    def test_the_percentage_of_the_day_is_charged_once_somebody_else_approved_it(self):
        self._create_agreement(rates=[PER_KG, self.fuel])
        row = self._enter(10)
        release = self._deliver(self._create_shipment())
        self.assertEqual((release.state, release.owed_by), ("blocked", "finance"))
        self.assertIn("Diesel surcharge", release.explanation_html)
        with self.assertRaises(AccessError):
            self._approval_of(row).with_user(self.preparer).action_approve()
        self._approval_of(row).with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(self._told(release), [("Freight", 28.9), ("Fuel", 2.89)])

    def test_the_newest_percentage_before_the_delivery_holds(self):
        rows = (self._enter(10), self._enter(20, "2021-01-01"), self._enter(99, "2999-01-01"))
        for row in rows:
            self._approval_of(row).with_user(self.approver).action_approve()
        self.assertEqual(self._charges(PER_KG, self.fuel)[1], ("Fuel", 5.78))

    def test_a_percentage_is_never_changed_nor_approved_by_hand(self):
        row = self._enter(10)
        for values in ({"percent": 12}, {"state": "approved"}, {"date_start": "2019-01-01"}):
            with self.assertRaises(UserError):
                row.write(values)
        with self.assertRaises(AccessError):
            row.copy({"state": "approved", "date_start": "2022-01-01"})
        self._approval_of(row).with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "stays"):
            row.unlink()

    def test_a_rejected_percentage_makes_room_for_another(self):
        row = self._enter(10)
        self._approval_of(row).with_user(self.approver).action_reject("Wrong week")
        self.assertEqual(row.state, "rejected")
        self.assertTrue(self._enter(11))

    def test_a_percentage_nobody_decided_on_can_be_taken_away(self):
        row = self._enter(10)
        approval = self._approval_of(row)
        row.unlink()
        self.assertEqual(approval.state, "withdrawn")
