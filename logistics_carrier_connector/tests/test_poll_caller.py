import json
from datetime import UTC, datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..core.outbound import OutboundPolicy
from ..core.poll_auth import Credentials, Token
from ..core.poll_paging import MAX_PAGES, Paging
from ..core.poll_request import Request
from ..models import poll_caller
from ..models.message_reader import Reader
from ..models.outbound_http import Limits
from . import fake_carrier as fake
from .common import PROFILE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "a key that only tests know"


class Clock:
    """The time, which goes on by a step whenever somebody looks."""

    def __init__(self, seconds=0.0):
        self.now, self._step = NOW, timedelta(seconds=seconds)

    def __call__(self):
        self.now += self._step
        return self.now


@tagged("post_install", "-at_install", "logistics")
class TestPollCaller(BaseCase):
    """One question, with its token and its pages, over real sockets and without a database."""

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
            each.behaviors, each.asked, each.tokens, each.parcels = [], [], set(), {}
        self.carrier.parcels["1Z"] = [{"code": "PU", "at": NOW.isoformat()}]

    def _question(self, **values):
        return poll_caller.Question(
            **{
                "request": Request("GET", f"{self.carrier.url}/track?n=1Z"),
                "number": "1Z",
                "paging": Paging(),
                "credentials": Credentials(),
                "policy": OutboundPolicy(private=frozenset({self.carrier.host})),
                "reader": Reader(
                    "json", PROFILE, None, frozenset({"dispatched", "delivered", "arrived_at_hub"})
                ),
                "limits": Limits(2, 2, 4, 100_000),
            }
            | values
        )

    def _ask(self, *behaviors, clock=None, **values):
        self.carrier.behaviors = list(behaviors)
        return poll_caller.ask(self._question(**values), clock or Clock())

    def _oauth(self, **values):
        return Credentials(
            "oauth2", KEY, username="me", token_url=f"{self.carrier.url}/token", **values
        )

    def _paths(self):
        return [path for _method, path, _headers, _body in self.carrier.asked]

    def test_a_good_answer_is_kept_as_it_came(self):
        result = self._ask()
        self.assertEqual((result.kind, result.status, result.calls), ("answered", 200, 1))
        self.assertEqual(result.pages[0].body, self.carrier.answer("1Z"))
        self.assertEqual(result.pages[0].content_type, "application/json")

    def test_the_time_that_a_question_takes_is_told(self):
        result = self._ask(clock=Clock(seconds=1))
        self.assertGreater(result.seconds, 0)

    def test_a_token_in_memory_is_used_while_it_is_good(self):
        self.carrier.tokens = {"known"}
        token = Token("known", NOW + timedelta(hours=1))
        result = self._ask(credentials=self._oauth(), token=token)
        self.assertEqual(
            (result.kind, result.token, len(self.carrier.asked)), ("answered", token, 1)
        )

    def test_a_token_that_is_about_to_end_is_replaced_before_it_is_used(self):
        result = self._ask(
            credentials=self._oauth(), token=Token("old", NOW + timedelta(seconds=30))
        )
        self.assertEqual(self._paths()[0], "/token")
        self.assertEqual((result.kind, result.calls), ("answered", 2))
        self.assertEqual(result.token.expires_at, NOW + timedelta(hours=1))

    def test_a_token_that_is_refused_twice_is_no_endless_story(self):
        refuse = fake.status(401)
        result = self._ask(None, refuse, None, refuse, credentials=self._oauth())
        self.assertEqual((result.kind, result.calls), ("not_allowed", 4))

    def test_a_carrier_that_gives_no_token_for_now_is_busy(self):
        for status in (500, 503, 429):
            result = self._ask(fake.status(status), credentials=self._oauth())
            self.assertEqual((result.kind, result.token), ("busy", None))

    def test_a_token_answer_without_a_token_is_not_quoted(self):
        odd = fake.status(200, b'{"access_token": "", "hint": "the secret is s3cret"}')
        result = self._ask(odd, credentials=self._oauth())
        self.assertEqual(result.kind, "not_allowed")
        self.assertNotIn("s3cret", result.reason + result.excerpt)

    def test_an_endless_token_is_not_read(self):
        result = self._ask(fake.endless, credentials=self._oauth())
        self.assertEqual(result.kind, "unreadable")

    def test_a_token_never_follows_a_redirect_to_another_host(self):
        policy = OutboundPolicy(private=frozenset({self.carrier.host, self.other.host}))
        away = fake.redirect(f"{self.other.url}/track?n=1Z")
        self._ask(None, away, credentials=self._oauth(), policy=policy)
        self.assertEqual(len(self.other.asked), 1)
        self.assertNotIn("Authorization", self.other.asked[0][2])

    def test_a_key_goes_to_every_page_of_the_same_host(self):
        pages = fake.in_pages(*[b'{"events": [], "n": %d}' % n for n in range(3)])
        key = Credentials("header", KEY, "X-Key")
        result = self._ask(*pages, credentials=key, paging=Paging.of("link"))
        self.assertEqual((result.kind, len(result.pages), result.calls), ("answered", 3, 3))
        self.assertEqual({headers["X-Key"] for _m, _p, headers, _b in self.carrier.asked}, {KEY})

    def test_there_is_an_end_to_pages(self):
        more = json.dumps({"events": [], "more": True}).encode()
        paging = Paging.of("page", "more", "page")
        result = self._ask(*[fake.status(200, more)] * (MAX_PAGES + 9), paging=paging)
        self.assertEqual((result.kind, len(result.pages)), ("answered", MAX_PAGES))

    def test_pages_that_take_too_long_together_are_given_up_and_what_came_is_kept(self):
        more = json.dumps({"events": [], "more": True}).encode()
        paging = Paging.of("page", "more", "page")
        clock = Clock(seconds=poll_caller.LONGEST / 9)
        result = self._ask(*[fake.status(200, more)] * 50, paging=paging, clock=clock)
        self.assertEqual(result.kind, "busy")
        self.assertIn("in time", result.reason)
        self.assertTrue(0 < len(result.pages) < 9)

    def test_a_page_that_fails_leaves_the_pages_before_it(self):
        first, _second = fake.in_pages(b'{"events": []}', b'{"events": [], "n": 2}')
        result = self._ask(first, fake.status(503, Retry_After="60"), paging=Paging.of("link"))
        self.assertEqual((result.kind, len(result.pages)), ("busy", 1))
        self.assertEqual(result.wait, timedelta(seconds=60))

    def test_an_answer_that_the_pages_do_not_fit_is_unreadable_and_kept(self):
        body = json.dumps({"events": [], "next": {"href": "x"}}).encode()
        result = self._ask(fake.status(200, body), paging=Paging.of("next_url", "next"))
        self.assertEqual((result.kind, len(result.pages)), ("unreadable", 1))

    def test_nothing_new_is_no_answer_and_no_failure(self):
        for status in (204, 304):
            result = self._ask(fake.status(status, b""))
            self.assertEqual((result.kind, result.pages), ("unchanged", ()))

    def test_what_is_against_no_rule_but_explained_by_none_is_kept(self):
        self.carrier.parcels["1Z"] = [{"code": "WHAT", "at": NOW.isoformat()}]
        self.assertEqual(len(self._ask().pages), 1)

    def test_a_reason_begins_like_a_sentence_and_an_excerpt_is_short(self):
        result = self._ask(fake.status(500, b"x" * 50_000))
        self.assertEqual(len(result.excerpt), 1000)
        self.assertEqual(self._ask(fake.hangs_up).reason[:4], "The ")

    def test_without_a_key_nothing_is_sent(self):
        result = self._ask(credentials=Credentials("header", "", "X-Key"))
        self.assertEqual((result.kind, self.carrier.asked), ("not_allowed", []))
