from odoo.tests import tagged

from ..models.masking import mask
from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestDisplay(ConnectorCase):
    def test_passwords_tokens_and_contacts_are_hidden(self):
        raw = (
            '{"apiKey": "k-1", "user_password":"p\\"2", "contactEmail": "a@b.example",'
            ' "phoneNumber": "555 0100", "city": "Reno", "note": "ask c.d@e.example"}'
        )
        shown = mask(raw)
        for hidden in ("k-1", 'p\\"2', "a@b.example", "555 0100", "c.d@e.example"):
            self.assertNotIn(hidden, shown)
        self.assertIn('"city": "Reno"', shown)

    def test_contacts_of_an_edi_file_are_hidden(self):
        shown = mask("PER*IC*J SMITH*TE*5550100*EM*j@s.example~N1*SH*SHIPPER~")
        self.assertNotIn("5550100", shown)
        self.assertIn("N1*SH*SHIPPER", shown)

    def test_the_form_tells_what_became_of_each_fact(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU"))
        self.assertIn("Dispatched", message.outcomes_html)
        self.assertIn("Recorded", message.outcomes_html)
        self.assertIn(f"/odoo/logistics.shipment/{shipment.id}", message.outcomes_html)

    def test_a_decoded_tree_is_open_and_none_of_it_is_markup(self):
        message = self._take(b'{"events": [], "<b>x": "<script>alert(1)</script>"}')
        self.assertIn("<details open", message.tree_html)
        for markup in ("<script>", "<b>"):
            self.assertNotIn(markup, message.tree_html)

    def test_words_of_a_sender_cannot_become_markup(self):
        message = self._take(self._body("PU", tracking="<script>alert(1)</script>"))
        self.assertNotIn("<script>", message.outcomes_html)

    def test_any_bytes_can_be_looked_at(self):
        message = self._take(b"\x00\xff\xfe not text")
        self.assertIn("not text", message.raw_text)
        self.assertTrue(message.tree_text)

    def test_decoded_content_is_indented_json(self):
        message = self._take(b'{"events": [], "weight": 1.50}')
        self.assertIn('"weight": "1.50"', message.tree_text)

    def test_the_list_and_the_form_open(self):
        message = self._take(self._body("PU", "NEW", tracking="1ZNOBODY"))
        admin = self._create_user("integration", "integration_admin")
        for model in ("logistics.message", "logistics.connection", "logistics.mapping"):
            for view_type in ("list", "form", "search"):
                if (model, view_type) != ("logistics.mapping", "search"):
                    self.env[model].with_user(admin).get_view(view_type=view_type)
        names = ["display_name", "duplicate_count", "waited", "headers_text"]
        self.assertTrue(message.with_user(admin).read(names))
