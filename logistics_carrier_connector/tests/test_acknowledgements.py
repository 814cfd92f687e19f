from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..core.codecs import decode
from .common import ConnectorCase

STATUS = "B10*P1*{}*RIVR~LX*1~AT7*D1*NS***20260302*1015*UT~"
IFTSTA = "BGM+77+S1+9'CNI+1+{}'STS+1+X:::delivered'DTM+78:202603021015:203'"
SHORT_AGO = timedelta(hours=-1)


def x12(*sets, control="000000001", asked="0", usage="P", code="214"):
    """An interchange with one group; each set is what stands between ST and SE."""
    lines = (
        f"ISA*00*          *00*          *02*RIVR           *ZZ*SHIPPER        *260302*1015*U*00401"
        f"*{control}*{asked}*{usage}*>~GS*{'FA' if code == '997' else 'QM'}*RIVR*SHIPPER*20260302"
        f"*1015*7*X*004010~"
    )
    for number, body in enumerate(sets, start=1):
        count = body.count("~") + 2
        lines += f"ST*{code}*{number:04d}~{body}SE*{count}*{number:04d}~"
    return (lines + f"GE*{len(sets)}*7~IEA*1*{control}~").encode()


def edifact(body, kind="IFTSTA:D:04A:UN", control="77"):
    count = body.count("'") + 2
    return (
        f"UNB+UNOC:3+CARRIER:ZZ+US:ZZ+260302:1015+{control}'UNH+1+{kind}'{body}UNT+{count}+1'"
        f"UNZ+1+{control}'"
    ).encode()


class AcknowledgementCase(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.x12 = cls.env["logistics.mapping"].search([("code", "=", "x12_214")])
        cls.iftsta = cls.env["logistics.mapping"].search([("code", "=", "edifact_iftsta")])
        cls.edi = cls._create_connection(
            cls.other_carrier, mapping_id=cls.x12.id, ack_kind="997", verifier_kind="bearer"
        )
        cls.keeper = cls._create_user("edi-keeper", "integration_admin")
        cls.edi.user_id = cls.keeper
        cls.model = cls.env["logistics.message.acknowledgement"]

    def setUp(self):
        super().setUp()
        # What was taken from a sequence is not given back at the end of a test.
        self.edi.ack_next_number = 1

    def _answer(self, message):
        """The only answer to a message, and the segments of its first set."""
        acknowledgement = message.acknowledgement_ids
        acknowledgement.ensure_one()
        tree = decode(
            "edifact" if acknowledgement.kind == "contrl" else "x12", acknowledgement._raw()
        )
        group = tree["interchanges"][0]["groups"][0]
        sets = group.get("transactions") or group["messages"]
        return acknowledgement, sets[0]["segments"]

    def _told(self):
        kind = self.env.ref("logistics_carrier_connector.mail_activity_acknowledgement")
        return self.edi.activity_ids.filtered(lambda each: each.activity_type_id == kind)


@tagged("post_install", "-at_install", "logistics")
class TestAcknowledgements(AcknowledgementCase):
    def test_what_was_used_is_accepted_in_the_transaction_of_its_fate(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(x12(STATUS.format("S1"), STATUS.format("S2")), self.edi)
        acknowledgement, segments = self._answer(message)
        self.assertEqual((acknowledgement.state, acknowledgement.verdict), ("waiting", "accepted"))
        self.assertEqual(segments[0], ["AK1", "QM", "7"])
        self.assertEqual(segments[-1], ["AK9", "A", "2", "2", "2"])
        self.assertEqual((acknowledgement.about, acknowledgement.partner), ("000000001", "RIVR"))
        self.assertEqual(message.state, "parked")

    def test_a_dead_letter_is_rejected_with_the_reason(self):
        raw = x12(STATUS.format("S1")).replace(b"SE*5*", b"SE*9*")
        message = self._take(raw, self.edi)
        acknowledgement, segments = self._answer(message)
        self.assertEqual((message.state, acknowledgement.verdict), ("dead", "rejected"))
        self.assertIn(["AK5", "R", "4"], segments)

    def test_what_could_not_be_read_of_a_set_is_named(self):
        body = STATUS.format("S1") + "LX*2~AT7*D1*NS***20269902*1015*UT~"
        acknowledgement, segments = self._answer(self._take(x12(body), self.edi))
        self.assertEqual(acknowledgement.verdict, "errors")
        self.assertEqual(segments[2], ["AK3", "AT7", "6", "", "8"])
        self.assertEqual(segments[3], ["AK4", "5", "", "8"])
        self.assertEqual(segments[4], ["AK5", "E", "5"])

    def test_a_set_of_another_kind_is_not_supported(self):
        message = self._take(x12("B3**1*2*PP~", code="210"), self.edi)
        self.assertEqual(message.state, "ignored")
        mapping = self.env["logistics.mapping"].search([("code", "=", "x12_990")])
        connection = self._create_connection(
            self.carrier, mapping_id=mapping.id, ack_kind="997", verifier_kind="bearer"
        )
        message = self._take(x12(STATUS.format("S1")), connection)
        _acknowledgement, segments = self._answer(message)
        self.assertEqual(message.state, "dead")
        self.assertIn(["AK5", "R", "1"], segments)

    def test_what_the_contract_refuses_is_rejected(self):
        self.edi.contract_id = self._contract('{"senders": ["OTHER"]}')
        message = self._take(x12(STATUS.format("S1")), self.edi)
        acknowledgement = message.acknowledgement_ids
        self.assertEqual(message.state, "dead")
        (found,) = decode("x12", acknowledgement._raw())["interchanges"]
        self.assertEqual(found["acknowledgments"][0][4:], ["R", "006"])
        self.assertEqual(acknowledgement.kind, "ta1")

    def test_what_waits_for_our_configuration_is_accepted_by_its_form(self):
        raw = x12(STATUS.format("S1").replace("D1", "ZZZ"))
        message = self._take(raw, self.edi)
        self.assertEqual(message.state, "held")
        self.assertEqual(message.acknowledgement_ids.verdict, "accepted")

    def test_what_broke_our_processing_is_not_answered(self):
        message = self._message(self._send(x12(STATUS.format("S1")), self.edi))
        message._note_breakdown(ValueError("no"))
        self.assertFalse(message.acknowledgement_ids)

    def test_contrl_answers_edifact(self):
        self.edi.write({"ack_kind": False})
        self.edi.write({"mapping_id": self.iftsta.id, "ack_kind": "contrl"})
        message = self._take(edifact(IFTSTA.format("S1")), self.edi)
        acknowledgement, segments = self._answer(message)
        self.assertEqual((acknowledgement.kind, acknowledgement.about), ("contrl", "77"))
        self.assertEqual([segment[0] for segment in segments], ["UCI", "UCM"])

    def test_every_interchange_of_a_message_is_answered(self):
        raw = x12(STATUS.format("S1")) + x12(STATUS.format("S2"), control="000000002")
        message = self._take(raw, self.edi)
        self.assertEqual(
            sorted(message.acknowledgement_ids.mapped("about")), ["000000001", "000000002"]
        )
        numbers = sorted(int(each) for each in message.acknowledgement_ids.mapped("control_number"))
        self.assertEqual(numbers, [1, 2])

    def test_control_numbers_ascend_per_connection(self):
        other = self._create_connection(
            self.carrier, mapping_id=self.x12.id, ack_kind="997", verifier_kind="bearer"
        )
        self.edi.ack_next_number = 41
        messages = [
            self._take(x12(STATUS.format("S1"), control=f"00000000{n}"), connection)
            for n, connection in ((1, self.edi), (2, other), (3, self.edi))
        ]
        numbers = [each.acknowledgement_ids.control_number for each in messages]
        self.assertEqual(numbers, ["41", "1", "42"])
        self.edi.invalidate_recordset()
        self.assertEqual(self.edi.ack_next_number, 43)

    def test_a_number_below_one_is_refused(self):
        with self.assertRaises(ValidationError):
            self.edi.ack_next_number = 0

    def test_repeated_and_retried_messages_are_answered_once(self):
        raw = x12(STATUS.format("S1"))
        message = self._take(raw, self.edi)
        before = message.acknowledgement_ids
        self._take(raw, self.edi)
        message.with_user(self.keeper).action_retry()
        self._work_off()
        self.assertEqual(message.acknowledgement_ids, before)
        self.assertEqual(before.control_number, "1")

    def test_an_answer_that_nobody_has_seen_is_corrected_under_its_number(self):
        self.edi.contract_id = self._contract('{"senders": ["OTHER"]}')
        message = self._take(x12(STATUS.format("S1")), self.edi)
        acknowledgement = message.acknowledgement_ids
        self.assertEqual(acknowledgement.verdict, "rejected")
        self.edi.contract_id = False
        message.with_user(self.keeper).action_retry()
        self._work_off()
        self.assertEqual(message.acknowledgement_ids, acknowledgement)
        self.assertEqual(
            (acknowledgement.verdict, acknowledgement.kind, acknowledgement.control_number),
            ("accepted", "997", "1"),
        )
        self.assertIn("AK9*A*1*1*1", acknowledgement.content_text)

    def test_an_answer_that_was_sent_stays_and_says_that_it_is_outdated(self):
        self.edi.contract_id = self._contract('{"senders": ["OTHER"]}')
        message = self._take(x12(STATUS.format("S1")), self.edi)
        acknowledgement = message.acknowledgement_ids
        sent = acknowledgement._raw()
        acknowledgement._mark_sent("fetched")
        self.edi.contract_id = False
        message.with_user(self.keeper).action_retry()
        self._work_off()
        self.assertEqual((acknowledgement.state, acknowledgement.outdated), ("sent", True))
        self.assertEqual(acknowledgement._raw(), sent)

    def test_an_answer_that_is_not_wanted_any_more_is_withdrawn(self):
        self.edi.ack_when = "problems"
        self.edi.contract_id = self._contract('{"senders": ["OTHER"]}')
        message = self._take(x12(STATUS.format("S1")), self.edi)
        self.edi.contract_id = False
        message.with_user(self.keeper).action_retry()
        self._work_off()
        self.assertEqual(message.acknowledgement_ids.state, "withdrawn")
        self.assertFalse(self.edi._waiting_acknowledgements())

    def _contract(self, rules):
        contract = self.env["logistics.contract"].create(
            {"name": "EDI", "code": "edi_test", "kind": "edi"}
        )
        self.env["logistics.contract.version"]._load(contract, rules)
        return contract

    def test_what_was_agreed_says_when_there_is_an_answer(self):
        self.edi.ack_when = "problems"
        self.assertFalse(self._take(x12(STATUS.format("S1")), self.edi).acknowledgement_ids)
        self.edi.ack_when = "requested"
        raw = x12(STATUS.format("S1"), control="000000002")
        self.assertFalse(self._take(raw, self.edi).acknowledgement_ids)
        raw = x12(STATUS.format("S1"), control="000000003", asked="1")
        self.assertEqual(len(self._take(raw, self.edi).acknowledgement_ids), 1)
        self.edi.ack_kind = False
        raw = x12(STATUS.format("S1"), control="000000004", asked="1")
        self.assertFalse(self._take(raw, self.edi).acknowledgement_ids)

    def test_only_the_acknowledgement_of_the_format_can_be_chosen(self):
        for kind in ("contrl", "997"):
            connection = self.edi if kind == "contrl" else self.connection
            with self.assertRaises(ValidationError):
                connection.ack_kind = kind

    def test_envelopes_state_the_time_of_the_company(self):
        self.edi.company_id.partner_id.tz = "Asia/Tokyo"
        ahead = self.edi._envelope_time() - fields.Datetime.now()
        self.assertAlmostEqual(ahead / timedelta(hours=1), 9, places=1)

    def test_the_number_of_queries_does_not_grow_with_the_messages(self):
        def count(first, many):
            for number in range(first, first + many):
                self._send(x12(STATUS.format(f"S{number}"), control=f"{number:09d}"), self.edi)
            self.env.flush_all()
            messages = self.env["logistics.message"].search(
                [("connection_id", "=", self.edi.id), ("state", "=", "received")]
            )
            readings = messages._read_all()
            messages.write({"state": "parked"})
            self.env.flush_all()
            self.env.invalidate_all()
            messages.mapped("state")
            before = self.env.cr.sql_log_count
            messages._acknowledge(readings)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1, 2)
        few = count(10, 3)
        self.assertLessEqual(count(100, 30), few)


@tagged("post_install", "-at_install", "logistics")
class TestTaking(AcknowledgementCase):
    def _waiting(self, control="000000001"):
        return self._take(x12(STATUS.format("S1"), control=control), self.edi).acknowledgement_ids

    def test_what_waits_is_handed_out_until_it_was_delivered(self):
        first, second = self._waiting(), self._waiting("000000002")
        found = self.edi._waiting_acknowledgements()
        self.assertEqual([each for each, _name, _raw in found], [first, second])
        self.assertEqual(len({name for _each, name, _raw in found}), 2)
        self.assertTrue(all(raw.startswith(b"ISA*") for _each, _name, raw in found))
        self.assertEqual(self.edi._waiting_acknowledgements(), found)
        first._mark_sent("file")
        first._mark_sent("fetched")
        self.assertEqual((first.state, first.sent_how), ("sent", "file"))
        self.assertEqual(len(self.edi._waiting_acknowledgements()), 1)

    def test_what_nobody_took_in_time_is_told_once(self):
        acknowledgement = self._waiting()
        self._weigh()
        self.assertFalse(self._told())
        acknowledgement.due_at = fields.Datetime.now() + SHORT_AGO
        self._weigh()
        self.assertEqual(self._told().user_id, self.keeper)
        self.assertIn("1 acknowledgements", self._told().note)
        self._told().action_done()
        self._weigh()
        self.assertFalse(self._told())
        overdue = [("state", "=", "waiting"), ("due_at", "<", "now")]
        self.assertEqual(self.model.search(overdue), acknowledgement)

    def _weigh(self):
        cron = self.env.ref("logistics_carrier_connector.ir_cron_weigh_dead_letters")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_administrators_say_that_it_was_sent_by_hand(self):
        acknowledgement = self._waiting()
        user = self._create_user("edi-user", "user")
        with self.assertRaises(AccessError):
            acknowledgement.with_user(user).action_mark_sent()
        acknowledgement.with_user(self.keeper).action_mark_sent()
        self.assertEqual((acknowledgement.state, acknowledgement.sent_how), ("sent", "hand"))

    def test_another_companys_answers_are_not_marked(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("edi-stranger", "integration_admin", company=other)
        acknowledgement = self._waiting()
        with self.assertRaises(AccessError):
            acknowledgement.with_user(stranger).action_mark_sent()
        self.assertEqual(acknowledgement.state, "waiting")

    def test_nobody_writes_what_was_answered(self):
        acknowledgement = self._waiting().with_user(self.keeper)
        for values in ({"state": "sent"}, {"content": b""}, {"verdict": "accepted"}):
            with self.assertRaises(AccessError):
                acknowledgement.write(values)
        with self.assertRaises(AccessError):
            acknowledgement.unlink()

    def test_a_removed_connection_takes_its_numbers_with_it(self):
        connection = self._create_connection(
            self.carrier, False, mapping_id=self.x12.id, ack_kind="997"
        )
        sequence = connection.ack_sequence_id
        connection.unlink()
        self.assertFalse(sequence.exists())


@tagged("post_install", "-at_install", "logistics")
class TestPartnerAnswers(AcknowledgementCase):
    def _reply(self, verdict="A", about="7", control="000000009"):
        body = f"AK1*QM*{about}~AK2*214*0001~AK5*{verdict}~AK9*{verdict}*1*1*1~"
        return self._take(x12(body, code="997", control=control), self.edi)

    def test_a_997_is_about_what_we_sent_and_states_nothing(self):
        ours = self._take(x12(STATUS.format("S1")), self.edi).acknowledgement_ids
        message = self._reply(about="0001")
        theirs = message.acknowledgement_ids
        self.assertEqual((message.state, message.fact_count), ("ignored", 0))
        self.assertEqual((theirs.direction, theirs.state), ("in", "noted"))
        self.assertEqual(theirs.answered_id, ours)
        self.assertIn("AK9*A", theirs.content_text)
        self.assertFalse(self._told())

    def test_what_is_not_known_here_is_kept_without_a_match(self):
        theirs = self._reply(about="4711").acknowledgement_ids
        self.assertEqual((theirs.about, theirs.answered_id), ("4711", self.model))

    def test_a_receipt_is_matched_by_the_interchange(self):
        ours = self._take(x12(STATUS.format("S1")), self.edi).acknowledgement_ids
        raw = x12(STATUS.format("S2"), control="000000002").replace(
            b">~GS", b">~TA1*000000001*260302*1015*A*000~GS"
        )
        message = self._take(raw, self.edi)
        theirs = message.acknowledgement_ids.filtered(lambda each: each.direction == "in")
        self.assertEqual((theirs.kind, theirs.answered_id), ("ta1", ours))

    def test_a_file_of_statuses_and_a_receipt_is_answered_and_read(self):
        raw = x12(STATUS.format("S2")).replace(b">~GS", b">~TA1*000000001*260302*1015*A*000~GS")
        message = self._take(raw, self.edi)
        self.assertEqual(sorted(message.acknowledgement_ids.mapped("direction")), ["in", "out"])
        self.assertEqual(message.fact_count, 1)

    def test_a_rejection_waits_for_an_administrator(self):
        theirs = self._reply("R").acknowledgement_ids
        self.assertEqual(theirs.state, "open")
        self.assertEqual(self._told().user_id, self.keeper)
        self.edi.invalidate_recordset()
        self.assertEqual(self.edi.ack_open_count, 1)
        user = self._create_user("edi-user", "user")
        with self.assertRaises(AccessError):
            theirs.with_user(user).action_settle()
        theirs.with_user(self.keeper).action_settle()
        self.assertEqual((theirs.state, theirs.settled_by_id), ("settled", self.keeper))

    def test_what_is_no_open_rejection_is_not_settled(self):
        with self.assertRaises(UserError):
            self._reply().acknowledgement_ids.with_user(self.keeper).action_settle()

    def test_an_answer_is_kept_once(self):
        message = self._reply()
        message.with_user(self.keeper).action_retry()
        self._work_off()
        self.assertEqual(len(message.acknowledgement_ids), 1)

    def test_contrl_is_recognized(self):
        self.edi.write({"ack_kind": False, "mapping_id": self.iftsta.id})
        message = self._take(edifact("UCI+12+US:ZZ+CARRIER:ZZ+4+28'", "CONTRL:4:1:UN"), self.edi)
        theirs = message.acknowledgement_ids
        self.assertEqual((theirs.kind, theirs.about, theirs.verdict), ("contrl", "12", "rejected"))
        self.assertEqual(message.state, "ignored")

    def test_a_connection_without_a_mapping_of_edi_reads_no_answers(self):
        message = self._take(self._body("INFO"))
        self.assertFalse(message.acknowledgement_ids)
