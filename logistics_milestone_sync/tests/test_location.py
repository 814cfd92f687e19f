from psycopg2 import IntegrityError, errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.fact import Location

from .common import LogisticsCase

GLN = "4012345000009"


class LocationCase(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.manager = cls._create_user("places-manager", "manager")
        cls.hours = iter(range(1000))

    def _location(self, name="Terminal", **values):
        return self.env["logistics.location"].create({"name": name, **values})

    def _alias(self, location, code, system=None):
        return self.env["logistics.location.alias"].create(
            {"location_id": location.id, "system_id": (system or self.carrier).id, "code": code}
        )

    def _arrive(self, system=None, **place):
        """State one arrival at a place and return its ledger row."""
        fact = self._fact(
            self.shipment, "arrived_at_hub", next(self.hours), location=Location(**place)
        )
        [outcome] = self._record(system or self.carrier, fact)
        return self.env["logistics.milestone.event"].browse(outcome.event_id)


@tagged("post_install", "-at_install", "logistics")
class TestLocation(LocationCase):
    def test_an_event_is_placed_by_unlocode_gln_or_the_code_of_its_system(self):
        port = self._location("Port", unlocode="deham")
        site = self._location("Site", gln=GLN)
        depot = self._location("Depot")
        self._alias(depot, "HAM-4")
        for place, location in (
            ({"unlocode": "DEHAM"}, port),
            ({"gln": GLN, "unlocode": "DEHAM"}, site),
            ({"code": " ham-4 ", "gln": GLN, "unlocode": "DEHAM"}, depot),
        ):
            with self.subTest(place=place):
                self.assertEqual(self._arrive(**place).location_id, location)

    def test_the_ledger_keeps_what_the_source_said(self):
        event = self._arrive(
            name="Depot 4", city="Hamburg", country="DE", code="ham-4", unlocode="DEHAM", gln=GLN
        )
        self.assertEqual(
            (
                event.location_label,
                event.location_city,
                event.location_country,
                event.location_code,
                event.location_unlocode,
                event.location_gln,
            ),
            ("Depot 4, Hamburg, DE", "Hamburg", "DE", "ham-4", "DEHAM", GLN),
        )
        self.assertFalse(event.location_id)

    def test_a_city_is_never_a_location(self):
        self._location("Hamburg", city="Hamburg", unlocode="DEHAM")
        self.assertFalse(self._arrive(name="Hamburg", city="Hamburg", country="DE").location_id)

    def test_the_code_of_one_system_means_nothing_for_another(self):
        self._alias(self._location(), "HUB1")
        self.assertFalse(self._arrive(self.other_carrier, code="HUB1").location_id)

    def test_two_locations_with_one_unlocode_are_not_guessed(self):
        self._location("Port", unlocode="DEHAM")
        self._location("Terminal", unlocode="DEHAM")
        self.assertFalse(self._arrive(unlocode="DEHAM").location_id)

    def test_a_location_of_another_company_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self._location("Theirs", unlocode="DEHAM", company_id=other.id)
        self.assertFalse(self._arrive(unlocode="DEHAM").location_id)
        ours = self._location("Ours", unlocode="DEHAM", company_id=self.company.id)
        self.assertEqual(self._arrive(unlocode="DEHAM").location_id, ours)

    def test_an_archived_location_is_not_found_any_more(self):
        port = self._location(unlocode="DEHAM")
        self._alias(port, "HUB1")
        port.active = False
        self.assertFalse(self._arrive(unlocode="DEHAM", code="HUB1").location_id)

    def test_what_was_said_while_a_location_was_archived_is_placed_when_it_is_back(self):
        hub = self._location()
        self._alias(hub, "HUB1")
        hub.active = False
        event = self._arrive(code="HUB1")
        hub.active = True
        self.assertEqual(event.location_id, hub)

    def test_the_number_of_queries_does_not_grow_with_the_places(self):
        for number in range(20):
            self._alias(self._location(f"Hub {number}"), f"HUB{number}")

        def count(places):
            facts = [
                self._fact(
                    self.shipment,
                    "arrived_at_hub",
                    next(self.hours),
                    location=Location(code=f"HUB{n}", unlocode="DEHAM", gln=GLN),
                )
                for n in range(places)
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(1), count(20))

    # === Codes that become known later === #

    def test_an_alias_places_the_earlier_events_of_its_system_only(self):
        event = self._arrive(code="HUB1")
        other = self._arrive(self.other_carrier, code="HUB1")
        unrelated = self._arrive(code="HUB2")
        hub = self._location()
        self._alias(hub, "hub1")
        self.assertEqual(event.location_id, hub)
        self.assertFalse(other.location_id or unrelated.location_id)
        self.assertEqual(hub.event_count, 1)

    def test_a_location_places_the_earlier_events_with_its_public_codes(self):
        port_event, site_event = self._arrive(unlocode="DEHAM"), self._arrive(gln=GLN)
        port = self._location("Port", unlocode="DEHAM")
        self.assertEqual((port_event.location_id, site_event.location_id.id), (port, False))
        port.gln = GLN
        self.assertEqual(site_event.location_id, port)

    def test_an_event_that_has_its_place_keeps_it(self):
        first = self._location("First")
        alias = self._alias(first, "HUB1")
        event = self._arrive(code="HUB1")
        alias.location_id = self._location("Second")
        self.assertEqual(event.location_id, first)
        self.assertEqual(self._arrive(code="HUB1").location_id.name, "Second")

    def test_placing_is_one_update_however_many_events_there_are(self):
        for _turn in range(6):
            self._arrive(code="HUB1")
        hub = self._location()
        self.env.flush_all()
        statement = "UPDATE logistics_milestone_event"
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            self._alias(hub, "HUB1")
        self.assertEqual(sum(statement in line for line in log.output), 1)
        self.assertEqual(hub.event_count, 6)

    def test_placing_changes_no_shipment(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._arrive(code="HUB1")
        before = self.shipment.read(["status_id", "since", "last_event_at", "write_date"])
        self._alias(self._location(), "HUB1")
        self.shipment.invalidate_recordset()
        self.assertEqual(
            self.shipment.read(["status_id", "since", "last_event_at", "write_date"]), before
        )

    # === What the database allows === #

    def _sql(self, assignments, event):
        self.env.cr.execute(
            f"UPDATE logistics_milestone_event SET {assignments} WHERE id = {event.id}"
        )

    def _refused(self, assignments, event):
        with (
            self.subTest(assignments=assignments),
            self.assertRaises(errors.RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._sql(assignments, event)

    def test_the_database_lets_an_empty_location_be_filled_once_and_nothing_else(self):
        event = self._arrive(code="HUB1")
        first, second = self._location("First"), self._location("Second")
        self._refused(f"location_id = {first.id}, location_label = 'elsewhere'", event)
        self._refused(f"location_id = {first.id}, location_code = 'HUB2'", event)
        self._refused("location_code = NULL", event)
        self._sql(f"location_id = {first.id}", event)
        self._refused(f"location_id = {second.id}", event)
        self._refused("location_id = NULL", event)
        self._sql("duplicate_count = duplicate_count + 1", event)
        self._sql(f"location_id = {first.id}", event)

    def test_a_location_with_events_cannot_be_deleted(self):
        hub = self._location(unlocode="DEHAM")
        self._arrive(unlocode="DEHAM")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            hub.unlink()

    # === What people may enter === #

    def test_wrong_codes_are_refused_with_a_sentence(self):
        germany = self.env.ref("base.de")
        for values, complaint in (
            ({"unlocode": "HAMBURG"}, "no UN/LOCODE"),
            ({"unlocode": "NLRTM", "country_id": germany.id}, "not in Germany"),
            ({"gln": "4012345000008"}, "should be 9 and is 8"),
            ({"gln": "40123"}, "13 digits"),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, complaint),
            ):
                self._location(**values)

    def test_codes_are_stored_without_blanks_and_empty_is_none(self):
        location = self._location(unlocode=" de ham", gln="4012345 00000 9")
        self.assertEqual((location.unlocode, location.gln), ("DEHAM", GLN))
        location.write({"unlocode": " ", "gln": ""})
        self.assertEqual((location.unlocode, location.gln), (False, False))

    def test_one_gln_means_one_location(self):
        self._location(gln=GLN)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._location(gln=GLN)

    def test_one_code_of_a_system_means_one_location(self):
        self._alias(self._location(), "HUB1")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._alias(self._location(), "hub1 ")

    def test_a_blank_code_is_refused(self):
        with self.assertRaises(ValidationError):
            self._alias(self._location(), "  ")

    def test_a_location_of_one_company_has_no_code_in_a_system_of_another(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        with self.assertRaises(UserError):
            self._alias(self._location(company_id=other.id), "HUB1")

    def test_the_name_search_finds_a_location_by_any_code(self):
        hub = self._location("Burchardkai", unlocode="DEHAM", gln=GLN)
        self._alias(hub, "CTB")
        for text in ("burchard", "DEHAM", GLN, "CTB"):
            with self.subTest(text=text):
                found = self.env["logistics.location"].name_search(text)
                self.assertEqual(found, [(hub.id, "Burchardkai (DEHAM)")])

    def test_its_button_opens_the_events_of_the_location(self):
        hub = self._location(unlocode="DEHAM")
        event = self._arrive(unlocode="DEHAM")
        action = hub.action_open_events()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), event)


@tagged("post_install", "-at_install", "logistics")
class TestUnknownPlace(LocationCase):
    def _unknown(self):
        self.env.invalidate_all()
        return (
            self.env["logistics.unknown.place"]
            .with_user(self.manager)
            .search([("system_id", "in", (self.carrier + self.other_carrier).ids)])
        )

    def test_codes_that_nobody_placed_are_counted(self):
        for _turn in range(3):
            self._arrive(code="HUB1", city="Hamburg", country="DE")
        self._arrive(self.other_carrier, code="HUB1")
        self._arrive(city="Bremen")  # no code: nothing to enter
        rows = [(row.system_id, row.location_code, row.event_count) for row in self._unknown()]
        self.assertEqual(rows, [(self.carrier, "HUB1", 3), (self.other_carrier, "HUB1", 1)])

    def test_one_click_makes_the_location_and_places_its_events(self):
        event = self._arrive(name="Hub 1", code="HUB1", city="Hamburg", unlocode="DEHAM")
        action = self._unknown().action_create_location()
        location = self.env["logistics.location"].browse(action["res_id"])
        self.assertEqual(event.location_id, location)
        self.assertEqual(
            (location.name, location.city, location.alias_ids.code),
            ("Hub 1, Hamburg", "Hamburg", "HUB1"),
        )
        self.assertFalse(location.unlocode, "a depot does not speak for the whole town")
        self.assertFalse(self._unknown())

    def test_a_public_code_becomes_the_code_of_the_location(self):
        port, site = self._arrive(unlocode="DEHAM"), self._arrive(gln=GLN)
        for row in self._unknown():
            row.action_create_location()
        self.assertEqual(port.location_id.unlocode, "DEHAM")
        self.assertEqual(port.location_id.country_id, self.env.ref("base.de"))
        self.assertEqual(site.location_id.gln, GLN)

    def test_a_wrong_public_code_is_taken_for_the_word_of_its_system(self):
        event = self._arrive(gln="4012345000008")
        self._unknown().action_create_location()
        self.assertFalse(event.location_id.gln)
        self.assertEqual(event.location_id.alias_ids.code, "4012345000008")

    def test_a_known_location_can_be_chosen(self):
        event = self._arrive(code="HUB1")
        hub = self._location()
        action = self._unknown().action_assign()
        self.env[action["res_model"]].with_user(self.manager).with_context(
            **action["context"]
        ).create({"location_id": hub.id})
        self.assertEqual(event.location_id, hub)

    def test_a_code_entered_while_its_event_was_recorded_is_not_entered_twice(self):
        hub = self._location()
        alias = self._alias(hub, "ELSE")
        event = self._arrive(code="HUB1")
        # As if both transactions had run at once: neither saw what the other wrote.
        self.env.cr.execute(
            "UPDATE logistics_location_alias SET code = 'HUB1', normalised = 'HUB1' WHERE id = %s",
            [alias.id],
        )
        action = self._unknown().action_create_location()
        self.assertEqual((action["res_model"], action["res_id"]), (hub._name, hub.id))
        event.invalidate_recordset()
        self.assertEqual(event.location_id, hub)
        self.assertFalse(self._unknown())

    def test_who_may_not_enter_locations_sees_the_list_and_cannot_click(self):
        self._arrive(code="HUB1")
        clerk = self._create_user("places-clerk", "user")
        with self.assertRaises(AccessError):
            self._unknown().with_user(clerk).action_create_location()
