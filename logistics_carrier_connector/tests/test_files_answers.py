from unittest.mock import patch

from odoo.tests import tagged

from .files_common import FilesCase
from .test_acknowledgements import STATUS, AcknowledgementCase, x12
from .test_files_kill import Killed


@tagged("post_install", "-at_install", "logistics")
class TestFilesAnswers(AcknowledgementCase, FilesCase):
    """Partners who exchange files get their acknowledgements as files."""

    def setUp(self):
        super().setUp()
        self.folder = self._folder(connection_id=self.edi.id, pattern="*.edi", out_folder="out")

    def _interchange(self, number="S1", control="000000001"):
        return x12(STATUS.format(number), control=control)

    def test_what_came_as_a_file_is_answered_as_a_file(self):
        self._put("status.edi", self._interchange())
        self._look(3)
        [message] = self.env["logistics.message"].search([("connection_id", "=", self.edi.id)])
        self._work_off()
        self._look()
        acknowledgement = message.acknowledgement_ids
        self.assertEqual(self._found("out"), [acknowledgement.file_name])
        written = (self.base / "out" / acknowledgement.file_name).read_bytes()
        self.assertEqual(written, acknowledgement._raw())
        self.assertEqual((acknowledgement.state, acknowledgement.sent_how), ("sent", "file"))

    def test_an_answer_is_written_once(self):
        acknowledgement = self._take(self._interchange(), self.edi).acknowledgement_ids
        self._look()
        (self.base / "out" / acknowledgement.file_name).unlink()  # the partner took it
        self._look(2)
        self.assertEqual(self._found("out"), [])

    def test_who_dies_before_an_answer_counts_as_sent_writes_the_same_file_again(self):
        acknowledgement = self._take(self._interchange(), self.edi).acknowledgement_ids
        with patch.object(self.registry[acknowledgement._name], "_mark_sent", side_effect=Killed):
            with self.assertRaises(Killed):
                self._look()
        self.assertEqual(acknowledgement.state, "waiting")
        self.assertEqual(self._found("out"), [acknowledgement.file_name])
        self._look(2)
        self.assertEqual(self._found("out"), [acknowledgement.file_name])
        self.assertEqual(acknowledgement.state, "sent")

    def test_more_than_one_batch_of_answers_goes_out_in_one_visit(self):
        for number in range(3):
            self._take(self._interchange(f"S{number}", f"{number + 1:09d}"), self.edi)
        waiting = type(self.edi)._waiting_acknowledgements
        with patch.object(
            self.registry[self.edi._name],
            "_waiting_acknowledgements",
            lambda connection: waiting(connection, limit=2),
        ):
            self._look()
        self.assertEqual(len(self._found("out")), 3)

    def test_without_a_folder_for_them_answers_wait_to_be_fetched(self):
        self.folder.out_folder = False
        acknowledgement = self._take(self._interchange(), self.edi).acknowledgement_ids
        self._look()
        self.assertEqual(acknowledgement.state, "waiting")

    def test_a_place_that_takes_no_answers_says_so_and_they_wait(self):
        acknowledgement = self._take(self._interchange(), self.edi).acknowledgement_ids
        (self.base / "out").write_text("a file where the folder should be")
        self._look()
        self.assertEqual(acknowledgement.state, "waiting")
        self.assertTrue(self.folder.last_error)
