from odoo.tests import tagged

from .common import LogisticsCase

# Three models may be written through the ORM, each with one statement more for the second hundred.
_ORM_BATCHES = 3
_MOST = 60
_STEPS = ("arrived_at_hub", "departed_hub", "out_for_delivery", "delivery_attempted")


@tagged("post_install", "-at_install", "logistics")
class TestQueryBounds(LogisticsCase):
    """What a batch costs in queries: the same for one shipment as for two hundred of them.

    The ORM itself writes a hundred rows per statement; that is the only growth that is allowed.
    """

    def _new_shipments(self, count):
        return self.env["logistics.shipment"].create([{"weight": 1} for _n in range(count)])

    def _queries(self, system, facts):
        """Queries of one recording, all that hangs on it included."""
        self.env.flush_all()
        self.env.invalidate_all()
        begin = self.env.cr.sql_log_count
        self._record(system, *facts)
        self.env.flush_all()
        return self.env.cr.sql_log_count - begin

    def _moves(self, shipments, each, start=0):
        return [
            self._fact(shipment, _STEPS[n % len(_STEPS)], start + n)
            for shipment in shipments
            for n in range(each)
        ]

    def _exceptions(self, shipments, milestone="exception_raised", hour=1):
        return [self._fact(s, milestone, hour, reason="damaged") for s in shipments]

    def _numbers(self, shipments, text):
        return [self._names(s, ("tracking", f"{text}{s.id}")) for s in shipments]

    def _strangers(self, count, milestone="delivered"):
        return [self._fact(("tracking", f"STRANGER{n}"), milestone) for n in range(count)]

    def _assert_bounded(self, system, make_facts, setup=None):
        """``make_facts`` gives the facts about some shipments; more of them cost no more."""
        spent = {}
        for count in (2, 20, 200):
            shipments = self._new_shipments(count)
            if setup:
                self._record(*setup(shipments))
            spent[count] = self._queries(system, make_facts(shipments))
        allowed = spent[20] + _ORM_BATCHES
        self.assertLessEqual(spent[200], allowed, f"queries per number of shipments: {spent}")
        self.assertLessEqual(spent[200], _MOST, "all in all it is a handful of statements")

    def test_milestones_of_many_shipments(self):
        self._assert_bounded(self.carrier, lambda shipments: self._moves(shipments, 5))

    def test_fifty_facts_of_each_cost_as_much_as_one(self):
        shipments = self._new_shipments(20)
        self._queries(self.carrier, self._moves(shipments, 1))
        one = self._queries(self.carrier, self._moves(shipments, 1, start=1))
        fifty = self._queries(self.carrier, self._moves(shipments, 50, start=2))
        self.assertLessEqual(fifty, one)

    def test_repeated_milestones(self):
        self._assert_bounded(
            self.carrier,
            lambda shipments: self._moves(shipments, 5),
            lambda shipments: (self.carrier, *self._moves(shipments, 5)),
        )

    def test_exceptions_that_open(self):
        self._assert_bounded(self.carrier, self._exceptions)

    def test_exceptions_that_close(self):
        self._assert_bounded(
            self.carrier,
            lambda shipments: self._exceptions(shipments, "exception_closed", 2),
            lambda shipments: (self.carrier, *self._exceptions(shipments)),
        )

    def test_new_numbers(self):
        self._assert_bounded(self.wms, lambda shipments: self._numbers(shipments, "A"))

    def test_second_numbers_that_make_consignments(self):
        self._assert_bounded(
            self.wms,
            lambda shipments: self._numbers(shipments, "B"),
            lambda shipments: (self.wms, *self._numbers(shipments, "A")),
        )

    def test_facts_about_strangers(self):
        self._assert_bounded(
            self.carrier, lambda shipments: self._strangers(len(shipments), "lost")
        )

    def test_repeated_facts_about_strangers(self):
        self._assert_bounded(
            self.carrier,
            lambda shipments: self._strangers(len(shipments)),
            lambda shipments: (self.carrier, *self._strangers(len(shipments))),
        )

    def test_deliveries_of_many_shipments(self):
        self._assert_bounded(
            self.carrier, lambda shipments: [self._fact(s, "delivered") for s in shipments]
        )

    def test_parked_facts_that_are_matched_again(self):
        spent = {}
        for count in (2, 20, 200):
            shipments = self._new_shipments(count)
            numbers = [("tracking", f"LATE{shipment.id}") for shipment in shipments]
            self._record(self.carrier, *(self._fact(n, "delivered") for n in numbers))
            self._record(self.wms, *map(self._names, shipments, numbers))
            parked = self.env["logistics.parked.fact"]._matchable()
            self.env.flush_all()
            begin = self.env.cr.sql_log_count
            self.assertEqual(len(parked._rematch()), count)
            self.env.flush_all()
            spent[count] = self.env.cr.sql_log_count - begin
        self.assertLessEqual(spent[200], spent[20] + _ORM_BATCHES, spent)
