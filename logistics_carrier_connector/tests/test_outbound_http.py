import socket
import threading
import time
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..core.outbound import AddressRefused, OutboundPolicy
from ..core.poll_request import Request
from ..models.outbound_http import AnswerUnusable, CallFailed, Limits, call
from . import fake_carrier as fake


@tagged("post_install", "-at_install", "logistics")
class TestOutboundHttp(BaseCase):
    """Calls over real sockets, to a server that misbehaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = fake.FakeCarrier()
        cls.addClassCleanup(cls.carrier.close)
        cls.other = fake.FakeCarrier()
        cls.addClassCleanup(cls.other.close)

    def setUp(self):
        super().setUp()
        for each in (self.carrier, self.other):
            each.behaviors, each.asked, each.parcels = [], [], {}

    def _policy(self, *hosts):
        return OutboundPolicy(private=frozenset(hosts or (self.carrier.host,)))

    def _call(self, *behaviors, policy=None, request=None, **limits):
        self.carrier.behaviors = list(behaviors)
        request = request or Request("GET", f"{self.carrier.url}/track?n=1", {"X-Key": "secret"})
        limits = Limits(**{"connect": 2, "read": 2, "total": 4, "max_bytes": 100_000} | limits)
        return call(request, policy or self._policy(), limits)

    def _fails(self, error, words, *behaviors, **options):
        with self.assertRaises(error) as caught:
            self._call(*behaviors, **options)
        self.assertIn(words, str(caught.exception))
        self.assertNotIn("secret", str(caught.exception))
        self.assertNotIn("127.0.0.1:", str(caught.exception))

    def test_an_answer_has_its_status_type_and_body(self):
        answer = self._call(None)
        self.assertEqual((answer.status, answer.content_type), (200, "application/json"))
        self.assertEqual(answer.body, b'{"events": []}')

    def test_a_compressed_answer_is_read(self):
        self.assertEqual(self._call(fake.compressed).body, b'{"events": []}')

    def test_a_body_is_sent_as_it_is(self):
        self._call(request=Request("POST", f"{self.carrier.url}/t", {"A": "1"}, b'{"n": 1}'))
        self.assertEqual(self.carrier.asked[0][0], "POST")
        self.assertEqual(self.carrier.asked[0][3], b'{"n": 1}')

    def test_what_breaks_off_is_no_answer(self):
        for behavior in (fake.truncated, fake.chunked_and_cut, fake.hangs_up):
            self._fails(CallFailed, "broke off", behavior)

    def test_a_server_that_takes_its_time_is_given_up(self):
        for behavior in (fake.silent, fake.drips, fake.drips_headers):
            self._fails(CallFailed, "in time", behavior, read=1, total=1.2)

    def test_an_endless_answer_is_not_read_to_its_end(self):
        self._fails(AnswerUnusable, "longer than 100000 bytes", fake.endless)

    def test_a_bomb_does_not_go_off(self):
        self._fails(AnswerUnusable, "longer than 100000 bytes", fake.gzip_bomb)

    def test_an_unknown_compression_and_a_broken_one_are_refused(self):
        odd = fake.status(200, b"x", Content_Encoding="br")
        self._fails(AnswerUnusable, "nobody asked for", odd)
        broken = fake.status(200, b"not gzip at all", Content_Encoding="gzip")
        self._fails(AnswerUnusable, "decompressed", broken)

    def test_a_redirect_on_the_same_host_is_followed_with_the_key(self):
        answer = self._call(fake.redirect("/elsewhere?n=1"), None)
        self.assertEqual(answer.status, 200)
        self.assertEqual([path for _m, path, _h, _b in self.carrier.asked][1], "/elsewhere?n=1")
        self.assertEqual(self.carrier.asked[1][2]["X-Key"], "secret")

    def test_a_redirect_to_another_listed_host_goes_without_the_key(self):
        policy = self._policy(self.carrier.host, self.other.host)
        self._call(fake.redirect(f"{self.other.url}/x"), policy=policy)
        self.assertNotIn("X-Key", self.other.asked[0][2])

    def test_redirects_to_where_nobody_may_go_are_refused(self):
        for inside in (
            "http://127.0.0.1:5432/",
            "http://169.254.169.254/latest/meta-data/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::ffff:127.0.0.1]/",
            "https://localhost/",
            "https://2130706433/",
            "https://0x7f.1/",
            "file:///etc/passwd",
            f"{self.other.url}/x",
            "https://user@public.example/",
        ):
            with self.assertRaises((AddressRefused, CallFailed)) as caught:
                self._call(fake.redirect(inside))
            # A name that this machine cannot even look up is no way in either.
            self.assertNotIsInstance(caught.exception, AnswerUnusable, inside)
        self.assertFalse(self.other.asked)

    def test_a_listed_host_is_refused_when_its_name_leads_inside(self):
        policy = OutboundPolicy(frozenset({"localhost"}), frozenset({self.carrier.host}))
        self._fails(
            AddressRefused,
            "inside the network",
            policy=policy,
            request=Request("GET", "https://localhost/"),
        )

    def test_a_name_that_changes_its_answer_is_looked_up_once_and_called_where_it_was_judged(self):
        """DNS rebinding: public when it is judged, inside when it is called."""
        looked_up, connected = [], []

        def resolver(host, port, **_options):
            looked_up.append(host)
            address = "203.0.114.9" if len(looked_up) == 1 else "127.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        def connect(address, _timeout):
            connected.append(address)
            raise OSError("unreachable")

        with (
            patch("socket.getaddrinfo", resolver),
            patch("socket.create_connection", connect),
            self.assertRaises(CallFailed),
        ):
            call(Request("GET", "https://rebinding.example/"), OutboundPolicy())
        self.assertEqual(looked_up, ["rebinding.example"])
        self.assertEqual(connected, [("203.0.114.9", 443)])

    def test_one_inside_address_among_public_ones_refuses_the_name(self):
        def resolver(_host, port, **_options):
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
                for address in ("203.0.114.9", "10.0.0.1")
            ]

        with patch("socket.getaddrinfo", resolver), self.assertRaises(AddressRefused):
            call(Request("GET", "https://mixed.example/"), OutboundPolicy())

    def test_a_redirect_loop_has_an_end(self):
        loop = [fake.redirect("/track?n=1")] * 20
        self._fails(AnswerUnusable, "without an end", *loop)
        self.assertEqual(len(self.carrier.asked), 6)

    def test_a_question_that_was_posted_is_not_taken_elsewhere(self):
        post = Request("POST", f"{self.carrier.url}/t", {}, b"{}")
        self._fails(AnswerUnusable, "another address", fake.redirect("/x"), request=post)
        policy = self._policy(self.carrier.host, self.other.host)
        away = fake.redirect(f"{self.other.url}/x", 307)
        self._fails(AnswerUnusable, "another origin", away, request=post, policy=policy)
        self.assertEqual(self._call(fake.redirect("/x", 308), None, request=post).status, 200)
        self.assertEqual(self.carrier.asked[-1][3], b"{}")

    def test_proxies_of_the_environment_are_not_used(self):
        with patch.dict("os.environ", {"http_proxy": self.other.url, "HTTP_PROXY": self.other.url}):
            self._call(None)
        self.assertFalse(self.other.asked)

    def test_no_cookie_is_kept(self):
        self._call(fake.redirect("/x"), None)
        set_cookie = fake.status(302, b"", Location="/x", Set_Cookie="session=1")
        self._call(set_cookie, None)
        self.assertNotIn("Cookie", self.carrier.asked[-1][2])

    def test_a_server_without_a_certificate_is_no_answer(self):
        plain = OutboundPolicy(private=frozenset({self.carrier.host}))
        secure = Request("GET", self.carrier.url.replace("http:", "https:"))
        self._fails(CallFailed, "", policy=plain, request=secure)

    def test_a_closed_port_is_no_answer(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{unused.getsockname()[1]}"
        request = Request("GET", f"http://{host}/")
        self._fails(CallFailed, "failed", policy=self._policy(host), request=request)

    def test_calls_of_two_threads_do_not_end_each_other(self):
        results = []

        def slow(handler):
            time.sleep(0.8)
            fake.good(handler)

        self.carrier.behaviors = [slow]
        request = Request("GET", f"{self.carrier.url}/track?n=slow")
        patient = threading.Thread(
            target=lambda: results.append(call(request, self._policy(), Limits(2, 3, 5)).status)
        )
        patient.start()
        while not self.carrier.asked:
            time.sleep(0.01)
        with self.assertRaises(CallFailed):
            self._call(fake.silent, read=0.3, total=0.3)
        patient.join()
        self.assertEqual(results, [200])
