import threading
from datetime import UTC, date, datetime, time, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..core import openapi
from ..core.api_schemas import MESSAGE_STATES
from ..core.contract import check
from ..models.logistics_message import STATES
from .test_events_api import ApiCase


@tagged("post_install", "-at_install", "logistics")
class TestApi(ApiCase):
    def _page(self, query="", **headers):
        return self._get(f"messages{query}", **headers)

    def assertSchema(self, name, answer):
        """The answer is what the interface says of itself."""
        document = self.url_open("/logistics/v1/openapi.json").json()
        schema = document["components"]["schemas"][name]
        self.assertEqual(check(schema, answer.json()), [])

    # === Describing itself === #

    def test_every_route_is_described_and_everything_described_is_there(self):
        # Where a request would have left it; the router keeps one map per database.
        threading.current_thread().dbname = self.env.cr.dbname
        rules = self.env["ir.http"].routing_map().iter_rules()
        there = {
            (rule.rule.partition("<")[0].rstrip("/"), method.lower())
            for rule in rules
            if rule.endpoint.routing["type"] == "logistics" and rule.methods
            for method in rule.methods - {"HEAD", "OPTIONS"}
        }
        pages = {("/logistics/v1/openapi.json", "get"), ("/logistics/v1/docs", "get")}
        document = openapi.document("https://odoo.example", ["delivered"])
        described = {
            (path.partition("{")[0].rstrip("/"), method)
            for path, methods in document["paths"].items()
            for method in methods
        }
        self.assertEqual(there - pages, described)

    def test_the_states_of_a_message_are_those_of_the_model(self):
        self.assertEqual(set(MESSAGE_STATES), {code for code, _label in STATES})

    def test_the_document_names_the_milestones_of_this_database(self):
        self.env["logistics.milestone"].create(
            {"code": "weighed_twice", "name": "Weighed twice", "rank": 45, "phase": "transit"}
        )
        document = self.url_open("/logistics/v1/openapi.json").json()
        event = document["components"]["schemas"]["Event"]
        self.assertIn("weighed_twice", event["properties"]["milestone"]["enum"])
        self.assertEqual(document["openapi"], "3.1.0")

    def test_the_page_runs_nothing_and_has_an_anchor_for_every_problem(self):
        page = self.url_open("/logistics/v1/docs")
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.text.startswith("<!DOCTYPE html>"))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertNotIn("<script", page.text)
        self.assertNotIn("Set-Cookie", page.headers)
        refused = self.assertProblem(self._get("messages/nobody"), 404)
        self.assertIn(f'id="{refused["type"].partition("#")[2]}"', page.text)
        self.assertIn("State one event", page.text)

    def test_who_takes_no_answer_of_the_type_is_told_so(self):
        for path in ("messages", "messages/x", "shipments/x", "openapi.json"):
            self.assertProblem(self._get(path, Accept="image/png"), 406)
            self.assertProblem(self._get(path, Accept="application/json;q=0"), 406)
        self.assertProblem(self._events(self._event(), Accept="text/csv"), 406)
        self.assertProblem(self._get("docs", Accept="application/json"), 406)
        for accepted in ("*/*", "application/*", "text/html, application/json;q=0.1"):
            self.assertEqual(self._page(Accept=accepted).status_code, 200, accepted)

    # === Messages === #

    def test_messages_are_listed_in_pages_newest_first(self):
        sent = [self._events(self._event(reference=f"PO-{n}")).json()["id"] for n in range(5)]
        seen, address = [], "messages?limit=2"
        while address:
            page = self._get(address)
            self.assertEqual(page.status_code, 200)
            seen += [message["id"] for message in page.json()["messages"]]
            following = page.json()["next"]
            self.assertEqual("Link" in page.headers, bool(following))
            address = following and following.removeprefix("/logistics/v1/")
        self.assertEqual(seen, sent[::-1])
        self.assertSchema("Messages", self._page())

    def test_a_page_keeps_its_filter(self):
        for number in range(3):
            self._events(self._event(reference=f"PO-{number}"))
        self._work_off()
        page = self._page("?state=parked&limit=1").json()
        self.assertIn("state=parked", page["next"])
        self.assertEqual(self._page("?state=processed").json(), {"messages": [], "next": None})

    def test_wrong_parameters_are_refused_with_their_names(self):
        for query, name in (
            ("?limit=0", "limit"),
            ("?limit=201", "limit"),
            ("?limit=many", "limit"),
            ("?limit=-1", "limit"),
            ("?state=lost", "state"),
            ("?after=x", "after"),
            ("?colour=red", "colour"),
            ("?limit=1&limit=2", "limit"),
        ):
            document = self.assertProblem(self._page(query), 400)
            self.assertEqual(document["problems"][0]["path"], name, query)

    def test_nobody_lists_or_pages_through_anothers_messages(self):
        mine = self._events(self._event()).json()["id"]
        other = self._create_connection(self.carrier, verifier_kind="bearer")
        self.assertEqual(self._get("messages", other).json()["messages"], [])
        self.assertEqual(self._get(f"messages?after={mine}", other).json()["messages"], [])
        self.assertProblem(self._get(f"messages/{mine}", other), 404)

    def test_a_message_tells_how_long_it_took(self):
        sent = self._events(self._event()).json()["id"]
        waiting = self._get(f"messages/{sent}").json()
        self.assertEqual((waiting["state"], waiting["timings"]["started_at"]), ("received", None))
        self._work_off()
        answer = self._get(f"messages/{sent}")
        timings = answer.json()["timings"]
        self.assertLessEqual(timings["received_at"], timings["started_at"])
        self.assertLessEqual(timings["started_at"], timings["processed_at"])
        self.assertSchema("Message", answer)

    def test_asking_counts_against_the_limit_of_the_connection(self):
        self.wms_connection.rate_per_minute = 6
        self.assertEqual(self._page().status_code, 200)
        for path in ("messages", "messages/x", "shipments/x"):
            self.assertProblem(self._get(path), 429)

    def test_what_is_refused_counts_as_well(self):
        asked = {
            "shipments/guessed": 404,
            "messages/guessed": 404,
            "messages?limit=0": 400,
        }
        for path, status in asked.items():
            connection = self._create_connection(
                self.carrier, verifier_kind="bearer", rate_per_minute=6
            )
            self.assertProblem(self._get(path, connection), status)
            self.assertProblem(self._get(path, connection), 429)

    def test_events_that_are_refused_count_as_well(self):
        self.wms_connection.rate_per_minute = 6
        self.assertProblem(self._events({"nonsense": 1}), 422)
        answer = self._events(self._event())
        self.assertProblem(answer, 429)
        wait = answer.headers["Retry-After"]
        self.assertEqual(answer.headers["RateLimit"], f'"messages";r=0;t={wait}')

    # === Shipments === #

    def test_a_shipment_is_told_with_its_timeline_packages_and_own_charges(self):
        shipment = self._create_shipment(client_order_ref="PO-77")
        charge = {
            "side": "buy",
            "type": "handling",
            "key": "H1",
            "amount": "12.50",
            "currency": self.company.currency_id.name,
        }
        package = [{"scheme": "sscc", "value": "106141412345678908"}]
        self._events(self._event(event_id="E1", charges=[charge], assigns=package))
        self._work_off()
        self._state(self.carrier, ("purchase_order", "PO-77"), "dispatched")
        self._events(self._event("packed", event_id="E2", retracts="E1"))
        self._work_off()
        answer = self._get("shipments/PO-77")
        told = answer.json()["shipments"][0]
        self.assertEqual(told["shipment"], shipment.name)
        stated = {event["milestone"]: event for event in told["timeline"]}
        self.assertEqual(stated["picked"]["event_id"], "E1")
        self.assertFalse(stated["dispatched"]["own"])
        self.assertIsNone(stated["dispatched"]["event_id"])
        self.assertEqual([each["key"] for each in told["charges"]], ["H1"])
        self.assertEqual(told["charges"][0]["amount"], "12.50")
        self.assertEqual(
            told["packages"][0]["references"], [{"scheme": "sscc", "value": "106141412345678908"}]
        )
        self.assertSchema("Shipments", answer)

    def test_a_carrier_hears_nothing_of_what_others_said_or_charge(self):
        shipment = self._create_shipment(client_order_ref="PO-77")
        self._events(
            {
                "milestone": "picked",
                "occurred_at": "2026-03-02T08:00:00+01:00",
                "references": [{"scheme": "purchase_order", "value": "PO-77"}],
                "assigns": [{"scheme": "tracking", "value": "1ZTHEIRS"}],
                "charges": [
                    {
                        "side": "buy",
                        "type": "handling",
                        "key": "H1",
                        "amount": 5,
                        "currency": self.company.currency_id.name,
                    }
                ],
            }
        )
        self._work_off()
        self._state(self.carrier, ("purchase_order", "PO-77"), "dispatched")
        carrier = self._create_connection(self.carrier, verifier_kind="bearer")
        told = self._get("shipments/PO-77", carrier).json()["shipments"][0]
        self.assertEqual([event["milestone"] for event in told["timeline"]], ["dispatched"])
        self.assertEqual(told["charges"], [])
        values = {reference["value"] for reference in told["references"]}
        self.assertIn(shipment.name, values | {told["shipment"]})
        self.assertNotIn("1ZTHEIRS", values)

    def test_a_test_connection_sees_no_shipment(self):
        self._create_shipment(client_order_ref="PO-77")
        self.assertEqual(self._get("shipments/PO-77").status_code, 200)
        self.wms_connection.environment = "test"
        self.assertProblem(self._get("shipments/PO-77"), 404)

    def test_a_client_hears_of_its_goods_what_counts_and_of_others_nothing(self):
        client, other = self.env["res.partner"].create([{"name": "Client"}, {"name": "Other"}])
        mine = self._create_shipment(client_order_ref="PO-77")
        theirs = self._create_shipment(client_order_ref="PO-77")
        mine.client_id, theirs.client_id = client, other
        self._state(self.carrier, ("shipment", mine.name), "dispatched")
        self._state(self.carrier, ("shipment", theirs.name), "delivered")
        system = self._create_system("client_erp", "client")
        system.client_id = client
        connection = self._create_connection(system, verifier_kind="bearer")
        answer = self._get("shipments/PO-77", connection)
        [told] = answer.json()["shipments"]
        self.assertEqual(told["shipment"], mine.name)
        stated = {event["milestone"] for event in told["timeline"]}
        self.assertEqual(stated, {"created", "dispatched"})
        self.assertProblem(self._get(f"shipments/{theirs.name}", connection), 404)

    def test_shipments_are_asked_for_and_not_written(self):
        answer = self.url_open(
            "/logistics/v1/shipments/PO-1", data=b"{}", headers=self._headers(), method="POST"
        )
        self.assertProblem(answer, 405)

    # === What will end === #

    @property
    def _contract(self):
        return self.env.ref("logistics_carrier_connector.logistics_contract_canonical")

    def _deprecate(self, **values):
        self._contract.write({"state": "deprecated", "sunset_date": date(2027, 1, 1), **values})

    def test_a_deprecated_contract_is_told_with_every_answer(self):
        self.assertNotIn("Deprecation", self._page().headers)
        self._deprecate(deprecated_on=date(2026, 1, 1))
        for answer in (self._page(), self._events(self._event()), self._get("messages/x")):
            self.assertEqual(answer.headers["Deprecation"], "@1767225600")
            self.assertEqual(answer.headers["Sunset"], "Fri, 01 Jan 2027 00:00:00 GMT")
            self.assertIn('</logistics/v1/docs>; rel="deprecation"', answer.headers["Link"])
        self._contract.state = "in_force"
        self.assertNotIn("Deprecation", self._page().headers)

    def test_the_page_of_a_list_and_the_deprecation_are_links_side_by_side(self):
        self._deprecate(deprecated_on=date(2026, 1, 1))
        for number in range(2):
            self._events(self._event(reference=f"PO-{number}"))
        link = self._page("?limit=1").headers["Link"]
        for relation in ("next", "deprecation", "sunset"):
            self.assertIn(f'rel="{relation}"', link)

    def test_a_contract_that_is_deprecated_without_a_date_is_so_from_that_day_on(self):
        today = datetime.now(UTC).date()
        self._deprecate(sunset_date=today + timedelta(days=90))
        self.assertEqual(self._contract.deprecated_on, today)
        midnight = datetime.combine(today, time(), UTC)
        self.assertEqual(self._page().headers["Deprecation"], f"@{round(midnight.timestamp())}")
        self._contract.state = "in_force"
        self.assertFalse(self._contract.deprecated_on)

    def test_what_is_deprecated_from_a_later_day_on_is_not_told_before(self):
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        self._deprecate(deprecated_on=tomorrow, sunset_date=tomorrow + timedelta(days=90))
        answer = self._page()
        self.assertNotIn("Deprecation", answer.headers)
        self.assertNotIn("Sunset", answer.headers)
        self._contract.deprecated_on = tomorrow - timedelta(days=1)
        self.assertIn("Deprecation", self._page().headers)

    def test_a_contract_that_has_ended_is_still_told_as_deprecated(self):
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        self._contract.write({"state": "ended", "sunset_date": yesterday})
        self.assertEqual(self._contract.deprecated_on, yesterday)
        self.assertIn("Sunset", self._page().headers)

    def test_the_contract_of_a_carrier_is_told_to_that_carrier_only(self):
        contract = self.env["logistics.contract"].create(
            {
                "name": "Test carrier, version 1",
                "code": "test_v1",
                "state": "deprecated",
                "sunset_date": date(2030, 1, 1),
                "successor_url": "https://carrier.example/v2",
            }
        )
        self.connection.contract_id = contract
        link = self._post(self._body("PU")).headers["Link"]
        self.assertIn('<https://carrier.example/v2>; rel="deprecation"', link)
        self.assertNotIn("Deprecation", self._page().headers)

    def test_who_did_not_prove_to_be_a_connection_hears_nothing_of_it(self):
        self._deprecate()
        answer = self._page(Authorization="Bearer wrong")
        self.assertProblem(answer, 401)
        self.assertNotIn("Deprecation", answer.headers)

    def test_nothing_ends_before_it_is_deprecated(self):
        for values in (
            {"state": "deprecated", "deprecated_on": date(2027, 1, 2)},
            {"successor_url": "http://plain.example"},
            {"successor_url": 'https://x.example/">'},
            {"successor_url": "https://x.example/\r\nSet-Cookie: a=b"},
            {"successor_url": "https://bücher.example/"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._contract.write({"sunset_date": date(2027, 1, 1), **values})

    def test_the_limit_of_the_connection_is_told_with_every_answer(self):
        self.wms_connection.rate_per_minute = 600
        self.assertEqual(self._page().headers["RateLimit-Policy"], '"messages";q=600;w=60')
