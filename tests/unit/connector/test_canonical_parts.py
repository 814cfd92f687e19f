"""Documents and routes in the canonical event."""

import base64
from datetime import UTC, datetime

import pytest

from odoo.addons.logistics_carrier_connector.core.canonical import to_facts
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import ContractViolation
from odoo.addons.logistics_milestone_sync.core.document import DocumentFact, sha256_of
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, fact_from_json, to_json
from odoo.addons.logistics_milestone_sync.core.route_fact import RouteFact

REFERENCES = [{"scheme": "tracking", "value": "1Z"}]
PDF = b"%PDF-1.4 signed"
PROOF = {
    "kind": "proof_of_delivery",
    "number": "P-1",
    "file_name": "pod.pdf",
    "content": base64.b64encode(PDF).decode(),
}
STOPS = [
    {"kind": "pickup", "city": "Ulm", "planned_departure": "2025-06-03T10:00:00+02:00"},
    {"kind": "hub", "name": "Hub 4", "code": "H4"},
    {"kind": "delivery", "city": "Bern", "country": "CH"},
]


def _event(**fields):
    return {"references": REFERENCES, **fields}


def _with_milestone(milestone, **fields):
    return _event(milestone=milestone, occurred_at="2025-06-03T10:00:00Z", **fields)


def _complaint(item):
    with pytest.raises(ContractViolation) as caught:
        to_facts(item)
    return str(caught.value.public_message)


class TestDocuments:
    def test_a_document_comes_with_its_bytes(self):
        (fact,) = to_facts(_event(documents=[PROOF | {"issued_at": "2025-06-03T12:00:00+02:00"}]))
        assert isinstance(fact, DocumentFact)
        assert (fact.content, fact.number, fact.file_name) == (PDF, "P-1", "pod.pdf")
        assert fact.issued_at == datetime(2025, 6, 3, 10, tzinfo=UTC)
        assert fact_from_json(to_json(fact)) == fact

    def test_a_document_may_be_kept_elsewhere(self):
        kept = {"kind": "label", "url": "https://carrier.example/l/1", "sha256": "ab" * 32}
        (fact,) = to_facts(_event(documents=[kept]))
        assert (fact.url, fact.sha256, fact.content) == (kept["url"], kept["sha256"], b"")

    def test_the_lines_of_a_bill_keep_every_digit(self):
        raw = (
            b'{"references": [{"scheme": "pro", "value": "7"}], "documents": [{"kind":'
            b' "carrier_bill", "data": {"lines": [{"amount": 12.10}]}}]}'
        )
        (fact,) = to_facts(decode("json", raw))
        assert fact.data == '{"lines": [{"amount": "12.10"}]}'

    def test_a_proof_that_comes_with_its_document_names_it_by_hash(self):
        document, received = to_facts(
            _with_milestone("pod_received", documents=[PROOF], proof={"signer": "A. Jones"})
        )
        assert isinstance(document, DocumentFact)
        assert received.evidence.signer == "A. Jones"
        assert received.evidence.sha256 == sha256_of(PDF)

    def test_a_delivery_with_a_proof_document_is_proven(self):
        document, delivered, received = to_facts(_with_milestone("delivered", documents=[PROOF]))
        assert isinstance(document, DocumentFact)
        assert (delivered.milestone, delivered.evidence) == ("delivered", None)
        assert (received.milestone, received.evidence.sha256) == ("pod_received", sha256_of(PDF))

    def test_a_photo_proves_nothing(self):
        facts = to_facts(_with_milestone("delivered", documents=[PROOF | {"kind": "photo"}]))
        assert [f.milestone for f in facts if isinstance(f, MilestoneFact)] == ["delivered"]

    def test_a_hash_that_the_sender_states_is_not_replaced(self):
        stated = {"signer": "A. Jones", "sha256": "cd" * 32}
        _document, received = to_facts(
            _with_milestone("pod_received", documents=[PROOF], proof=stated)
        )
        assert received.evidence.sha256 == "cd" * 32

    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            ({"content": "not base64!"}, "base64"),
            ({"kind": "napkin"}, "kind"),
            ({"content": None}, "documents"),
            ({"content": None, "url": "javascript:alert(1)"}, "url"),
            ({"content": None, "sha256": "ABC"}, "sha256"),
            ({"issued_at": "yesterday"}, "issued_at"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_with_the_place(self, wrong, complaint):
        document = {name: value for name, value in (PROOF | wrong).items() if value is not None}
        assert complaint in _complaint(_event(documents=[document]))


class TestRoutes:
    def test_a_route_has_stops_with_times_in_utc_and_legs_between_them(self):
        legs = [{"from": 0, "to": 1, "mode": "rail"}, {"from": 1, "to": 2, "vehicle": "Truck 9"}]
        plan = {"stops": STOPS, "legs": legs, "stated_at": "2025-06-02T08:00:00Z"}
        (fact,) = to_facts(_event(route=plan))
        assert isinstance(fact, RouteFact)
        assert [stop.kind for stop in fact.stops] == ["pickup", "hub", "delivery"]
        assert fact.stops[0].planned_departure == datetime(2025, 6, 3, 8, tzinfo=UTC)
        assert [(leg.origin, leg.destination, leg.mode) for leg in fact.legs] == [
            (0, 1, "rail"),
            (1, 2, "road"),
        ]
        assert fact_from_json(to_json(fact)) == fact

    @pytest.mark.parametrize(
        ("plan", "complaint"),
        [
            ({"stops": STOPS[:1]}, "stops"),
            ({"stops": STOPS, "legs": [{"from": 1, "to": 1}]}, "later one"),
            ({"stops": STOPS, "legs": [{"from": 0, "to": 9}]}, "later one"),
            ({"stops": [*STOPS, {"kind": "picnic"}]}, "kind"),
            ({"stops": [*STOPS, {"kind": "hub", "planned_arrival": "2025-06-03"}]}, "planned"),
        ],
    )
    def test_a_route_that_leads_nowhere_is_refused(self, plan, complaint):
        assert complaint in _complaint(_event(route=plan))
