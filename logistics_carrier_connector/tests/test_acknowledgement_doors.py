import base64

from odoo.tests import tagged

from ..core import openapi
from ..core.contract import check
from .common import SECRET
from .test_acknowledgements import STATUS, AcknowledgementCase, x12
from .test_doors import DoorCase


@tagged("post_install", "-at_install", "logistics")
class TestAcknowledgementDoors(AcknowledgementCase, DoorCase):
    def _call(self, path="", connection=None, secret=SECRET, data=None):
        return self.url_open(
            f"/logistics/v1/acknowledgements{path}",
            data=data,
            headers={
                "Content-Type": "application/json",
                "X-Logistics-Connection": (connection or self.edi).token,
                "Authorization": f"Bearer {secret}",
            },
        )

    def assertSchema(self, name, answer):
        """The answer is what the interface says of itself."""
        schemas = openapi.document("https://odoo.example", ["delivered"])["components"]["schemas"]
        self.assertEqual(check(schemas[name], answer.json()), [])

    def _waiting(self):
        return self._take(x12(STATUS.format("S1")), self.edi).acknowledgement_ids

    def test_what_waits_is_listed_fetched_and_taken(self):
        acknowledgement = self._waiting()
        (listed,) = self._call().json()["acknowledgements"]
        self.assertEqual(
            (listed["kind"], listed["verdict"], listed["answers"]), ("997", "accepted", "000000001")
        )
        self.assertEqual(listed["message"], acknowledgement.message_id.public_id)
        fetched = self._call(f"/{listed['id']}")
        content = base64.b64decode(fetched.json()["content"])
        self.assertEqual(content, acknowledgement._raw())
        self.assertSchema("AcknowledgementContent", fetched)
        self.assertSchema("Acknowledgements", self._call())
        # Looking changes nothing.
        self.assertEqual(len(self._call().json()["acknowledgements"]), 1)
        for _again in range(2):
            taken = self._call(f"/{listed['id']}/taken", data=b"{}")
            self.assertSchema("Acknowledgement", taken)
            self.assertEqual((taken.status_code, taken.json()["state"]), (200, "sent"))
        self.assertEqual(self._call().json(), {"acknowledgements": []})
        self.assertEqual(
            self._call(f"/{listed['id']}").json()["content"], fetched.json()["content"]
        )
        acknowledgement.invalidate_recordset()
        self.assertEqual((acknowledgement.state, acknowledgement.sent_how), ("sent", "fetched"))

    def test_nobody_else_sees_or_takes_it(self):
        acknowledgement = self._waiting()
        other = self._create_connection(
            self.carrier, mapping_id=self.x12.id, ack_kind="997", verifier_kind="bearer"
        )
        self.assertEqual(self._call(connection=other).json(), {"acknowledgements": []})
        path = f"/{acknowledgement.public_id}"
        self.assertProblem(self._call(path, other), 404)
        self.assertProblem(self._call(f"{path}/taken", other, data=b"{}"), 404)
        self.assertProblem(self._call(path, secret="wrong"), 401)
        self.assertEqual(acknowledgement.state, "waiting")

    def test_what_was_withdrawn_and_what_partners_said_is_not_fetched(self):
        withdrawn = self._waiting()
        withdrawn._move_to("withdrawn")
        body = "AK1*QM*7~AK9*A*1*1*1~"
        theirs = self._take(x12(body, code="997", control="000000009"), self.edi)
        for each in (withdrawn, theirs.acknowledgement_ids):
            self.assertProblem(self._call(f"/{each.public_id}"), 404)
        self.assertProblem(self._call("/%00"), 404)

    def test_a_waiting_answer_needs_a_proof_over_get(self):
        self._waiting()
        self.assertProblem(self._call(secret="wrong"), 401)
