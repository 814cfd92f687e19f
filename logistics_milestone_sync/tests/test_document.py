import base64
from datetime import timedelta

from psycopg2 import errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.document import DocumentFact, sha256_of
from odoo.addons.logistics_milestone_sync.core.fact import Evidence
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase

# The smallest picture there is, and the beginning of a PDF.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4 signed for by R. Delgado"


class DocumentCase(LogisticsCase):
    def _document(self, named, kind="proof_of_delivery", content=PDF, **values):
        reference = ("shipment", named.name) if hasattr(named, "_name") else named
        return DocumentFact((Reference(*reference),), kind, content=content, **values)

    def _proof(self, named, content=PDF, **values):
        return self._fact(
            named,
            "pod_received",
            2,
            evidence=Evidence(signer="R. Delgado", sha256=sha256_of(content)),
            **values,
        )

    def _all(self, shipment):
        return shipment.with_context(active_test=False).document_ids


@tagged("post_install", "-at_install", "logistics")
class TestDocument(DocumentCase):
    def test_a_document_is_kept_with_its_bytes_and_their_hash(self):
        shipment = self._create_shipment()
        [outcome] = self._record(self.carrier, self._document(shipment, file_name="pod.pdf"))
        document = shipment.document_ids
        self.assertEqual(outcome.status, "recorded")
        self.assertEqual(base64.b64decode(document.file), PDF)
        self.assertEqual(document.sha256, sha256_of(PDF))
        self.assertEqual((document.media_type, document.size), ("application/pdf", len(PDF)))
        self.assertEqual((document.system_id, document.source), (self.carrier, "test.message,1"))

    def test_the_proof_links_to_the_document_that_came_with_it(self):
        shipment = self._create_shipment()
        outcomes = self._record(
            self.carrier, self._proof(shipment), self._document(shipment, file_name="pod.pdf")
        )
        event = self.env["logistics.milestone.event"].browse(outcomes[0].event_id)
        self.assertEqual(event.document_id, shipment.document_ids)
        self.assertTrue(shipment.has_proof_document)
        self.assertIn("R. Delgado", shipment.proof_html)
        self.assertIn(sha256_of(PDF), shipment.proof_html)
        self.assertIn("pdfjs", shipment.proof_html)
        self.assertIn("pod.pdf", shipment.timeline_html)

    def test_a_document_that_the_carrier_keeps_is_found_by_its_address(self):
        shipment = self._create_shipment()
        kept = "https://carrier.example/pod/7"
        self._record(self.carrier, self._document(shipment, content=b"", url=kept))
        [outcome] = self._record(
            self.carrier,
            self._fact(shipment, "pod_received", evidence=Evidence(document_url=kept)),
        )
        event = self.env["logistics.milestone.event"].browse(outcome.event_id)
        self.assertEqual(event.document_id, shipment.document_ids)
        self.assertEqual(event.document_id.hash_check, "unchecked")

    def test_a_proof_before_its_document_stands_and_the_document_is_shown(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._proof(shipment))
        self._record(self.carrier, self._document(shipment))
        self.assertFalse(shipment.event_ids.document_id, "the ledger is not rewritten")
        self.assertIn("came without, or after", shipment.proof_html)

    def test_a_file_that_is_not_the_stated_one_is_seen(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._document(shipment, sha256="ab" * 32))
        self.assertEqual(shipment.document_ids.hash_check, "differs")
        self._record(self.carrier, self._document(shipment, content=PNG, sha256=sha256_of(PNG)))
        self.assertEqual(set(shipment.document_ids.mapped("hash_check")), {"agrees", "differs"})

    def test_the_same_document_again_is_counted(self):
        shipment = self._create_shipment()
        stated = self._document(shipment)
        outcomes = self._record(self.carrier, stated, stated) + self._record(self.carrier, stated)
        self.assertEqual(
            [outcome.status for outcome in outcomes], ["recorded", "duplicate", "duplicate"]
        )
        self.assertEqual(
            (len(shipment.document_ids), shipment.document_ids.duplicate_count), (1, 2)
        )

    def test_the_same_number_with_other_content_is_a_visible_revision(self):
        shipment = self._create_shipment()
        first = self._document(shipment, "carrier_bill", number="B7", data='{"total": "10.00"}')
        second = self._document(shipment, "carrier_bill", number="B7", data='{"total": "12.00"}')
        self._record(self.carrier, first)
        self._record(self.carrier, second)
        self.assertIn("12.00", shipment.document_ids.data)
        old = self._all(shipment) - shipment.document_ids
        self.assertEqual((old.superseded_by_id, old.active), (shipment.document_ids, False))
        [again] = self._record(self.carrier, first)
        self.assertEqual(again.status, "duplicate")
        self.assertIn("12.00", shipment.document_ids.data)

    def test_the_revision_that_was_issued_last_stands_in_any_order(self):
        standing = set()
        for turn in range(3):
            shipment = self._create_shipment()
            bills = [
                self._document(
                    shipment,
                    "carrier_bill",
                    number="B7",
                    data=f'{{"total": "{day}.00"}}',
                    issued_at=self._at(24 * day),
                )
                for day in (1, 2, 3)
            ]
            for bill in bills[turn:] + bills[:turn]:
                self._record(self.carrier, bill)
            self.assertEqual(len(self._all(shipment)), 3)
            standing.add(shipment.document_ids.data)
        self.assertEqual(standing, {'{"total": "3.00"}'})

    def test_announced_first_the_file_takes_the_place_of_the_announcement(self):
        shipment = self._create_shipment()
        announced = self._document(shipment, content=b"", sha256=sha256_of(PDF))
        delivered = self._document(shipment)
        for order in ((announced, delivered), (delivered, announced)):
            other = self._create_shipment()
            named = (Reference("shipment", other.name),)
            for stated in order:
                self._record(
                    self.carrier,
                    stated.__class__(
                        named, stated.document_kind, content=stated.content, sha256=stated.sha256
                    ),
                )
            self.assertTrue(other.document_ids.file)

    def test_who_does_not_own_the_proof_hands_in_an_advisory_one(self):
        shipment = self._create_shipment()
        [outcome] = self._record(self.wms, self._document(shipment))
        self.assertEqual((outcome.status, outcome.event_id), ("advisory", None))
        self.assertFalse(shipment.has_proof_document)
        [label] = self._record(self.wms, self._document(shipment, "label", b"^XA^XZ"))
        self.assertEqual(label.status, "recorded", "a label proves nothing and anybody may send it")

    def test_an_advisory_document_takes_the_place_of_nothing(self):
        pod = self.env.ref("logistics_milestone_sync.milestone_pod_received")
        shipment = self._create_shipment()
        self._record(self.carrier, self._document(shipment, number="P1"))
        self.env["logistics.ownership.rule"].create(
            {
                "milestone_id": pod.id,
                "system_id": self.carrier.id,
                "verdict": "advisory",
                "company_id": self.company.id,
            }
        )
        self._record(self.carrier, self._document(shipment, content=PNG, number="P1"))
        self.assertEqual(shipment.document_ids.sha256, sha256_of(PDF))

    def test_a_document_of_an_unknown_shipment_is_parked_with_its_bytes(self):
        [outcome] = self._record(self.carrier, self._document(("tracking", "1ZPOD")))
        self.assertEqual(outcome.status, "parked")
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1ZPOD")))
        self.env["logistics.parked.fact"]._matchable([self.company.id])._rematch()
        self.assertEqual(base64.b64decode(shipment.document_ids.file), PDF)

    def test_a_page_with_scripts_is_never_served_as_one(self):
        shipment = self._create_shipment()
        for number, content in enumerate(
            (b"<html><script>x</script></html>", b"<svg onload='x'/>")
        ):
            self._record(
                self.carrier, self._document(shipment, "other", content, number=str(number))
            )
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "logistics.document"),
                ("res_id", "in", shipment.document_ids.ids),
                ("res_field", "=", "file"),
            ]
        )
        self.assertEqual(len(attachments), 2)
        self.assertEqual(set(attachments.mapped("mimetype")), {"text/plain"})
        self.assertEqual(set(shipment.document_ids.mapped("media_type")), {False})

    def test_the_queries_do_not_grow_with_the_documents(self):
        shipments = [self._create_shipment() for _n in range(6)]

        def count(per_shipment, day):
            facts = []
            for shipment in shipments:
                for n in range(per_shipment):
                    content = PDF + f"{day}/{n}".encode()
                    facts.append(self._document(shipment, content=content))
                    facts.append(self._proof(shipment, content, source_event_id=f"{day}/{n}"))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1, 0)  # warm caches
        self.assertEqual(count(1, 1), count(4, 2))


@tagged("post_install", "-at_install", "logistics")
class TestDocumentIsEvidence(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk", "user")
        cls.manager = cls._create_user("manager", "manager")

    def test_nobody_edits_or_makes_documents_past_the_door(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._document(shipment))
        for user in (self.clerk, self.manager):
            document = shipment.document_ids.with_user(user)
            for attempt in (
                lambda document=document: document.write({"number": "X"}),
                document.unlink,
                lambda document=document: document.copy(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    attempt()

    def test_the_database_refuses_to_change_what_a_document_says(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._document(shipment))
        for change in ("sha256 = 'ab'", "kind = 'other'", "verdict = 'reject'", "data = '{}'"):
            with (
                self.subTest(change=change),
                self.assertRaises(errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE logistics_document SET {change} WHERE id = %s",
                    [shipment.document_ids.id],
                )

    def test_a_document_that_proves_something_is_not_deleted(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._document(shipment), self._proof(shipment))
        with self.assertRaises(UserError):
            shipment.document_ids.sudo().unlink()


@tagged("post_install", "-at_install", "logistics")
class TestUpload(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk", "user")
        cls.shipment = cls._create_shipment()

    def _add(self, **values):
        return (
            self.env["logistics.document.upload"]
            .with_user(self.clerk)
            .create(
                {
                    "shipment_id": self.shipment.id,
                    "file": base64.b64encode(PDF),
                    "file_name": "signed.pdf",
                    "signer": "R. Delgado",
                    "signed_at": self._at(3).replace(tzinfo=None),
                    **values,
                }
            )
        )

    def _let_odoo_own_proofs(self):
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "milestone_id": self.env.ref("logistics_milestone_sync.milestone_pod_received").id,
                "system_kind": "odoo",
            }
        )

    def test_a_proof_that_a_clerk_adds_is_advisory_and_the_clerk_is_told_what_to_do(self):
        upload = self._add()
        self.assertFalse(upload.owns_proof)
        told = upload.action_add()["params"]
        self.assertEqual((told["type"], told["sticky"]), ("warning", True))
        self.assertIn("approval", told["message"])
        self.assertFalse(self.shipment.pod_at)
        self.assertEqual(self.shipment.document_ids.verdict, "advisory")
        self.assertIn("does not count", self.shipment.proof_html)

    def test_where_the_company_lets_odoo_own_proofs_it_counts(self):
        self._let_odoo_own_proofs()
        upload = self._add()
        self.assertTrue(upload.owns_proof)
        self.assertEqual(upload.action_add()["params"]["type"], "success")
        self.assertEqual(
            self.shipment.pod_at, (self._at(0) + timedelta(hours=3)).replace(tzinfo=None)
        )
        self.assertEqual(self.shipment.pod_signer, "R. Delgado")
        event = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "pod_received")
        self.assertEqual(event.document_id, self.shipment.document_ids)
        self.assertEqual(event.source, f"res.users,{self.clerk.id}")

    def test_another_document_states_nothing(self):
        told = self._add(kind="bill_of_lading", number="BL-1").action_add()["params"]
        self.assertEqual(told["type"], "success")
        self.assertEqual(self.shipment.document_ids.kind, "bill_of_lading")
        self.assertNotIn("pod_received", self.shipment.event_ids.mapped("milestone_code"))

    def test_adding_it_twice_keeps_one(self):
        self._add(kind="photo").action_add()
        self.assertEqual(self._add(kind="photo").action_add()["params"]["type"], "info")
        self.assertEqual(len(self.shipment.document_ids), 1)

    def test_shipments_are_found_by_whether_their_proof_has_a_document(self):
        Shipment = self.env["logistics.shipment"]
        self._let_odoo_own_proofs()
        self._add().action_add()
        bare = self._create_shipment()
        self._record(self.carrier, self._fact(bare, "pod_received"))
        both = self.shipment | bare
        proven = Shipment.search([("has_proof_document", "=", True), ("id", "in", both.ids)])
        missing = Shipment.search([("has_proof_document", "=", False), ("id", "in", both.ids)])
        self.assertEqual((proven, missing), (self.shipment, bare))
        self.assertEqual(both.mapped("has_proof_document"), [True, False])

    def test_an_auditor_cannot_add_documents(self):
        auditor = self._create_user("auditor", "auditor")
        with self.assertRaises(AccessError):
            self.env["logistics.document.upload"].with_user(auditor).create(
                {"shipment_id": self.shipment.id, "file": base64.b64encode(PDF)}
            )
