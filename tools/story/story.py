"""Story A from the first order to the last invoice."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Final

from . import governance, orders, watch
from .check import differences, shortened
from .expect import expect
from .message import Message
from .people import People
from .plan import EXCEPTIONS, make_orders
from .progress import Progress
from .report import Summary, summarize
from .sender import Answer, Sender
from .totals import Found, public_ids, read
from .traffic import WAVES, traffic

SEED: Final = 1  # decides what happens; the order of sending has a seed of its own
_PATIENCE: Final = 180.0  # cron processes look at least every 70 s


class Story:
    """One telling of the story.

    :param now: aware UTC; the story starts some days before, unless it was told here already
    :param shuffle_seed: decides the order in which messages are sent
    """

    def __init__(self, url: str, database: str, now: datetime, shuffle_seed: int = SEED) -> None:
        self.url = url
        self.people = People.sign_in(url, database)
        self.orders = make_orders(SEED, orders.first_day(self.people.ops, now))
        self.sent = traffic(self.orders, SEED, shuffle_seed)
        self.expected = expect(self.orders, self.sent)
        self.answers: list[Answer] = []
        self.done = governance.Governed()

    def tell(self, path: Path, parallel: int = 4) -> bool:
        """Everything from orders to summary; writes the summary to ``path``.

        :return: whether it ended as the story's own bookkeeping expects
        """
        started = time.monotonic()
        self.place_orders()
        sender = Sender(self.url, parallel)
        for wave in WAVES:
            self.send(wave, sender)
            self.settle(wave)
        self.govern()
        found = self.read()
        summary = summarize(found, self.answers, time.monotonic() - started)
        summary.write(path)
        self._print(summary)
        return self._judge(found)

    def place_orders(self) -> None:
        """Let customer service enter and confirm the sale orders."""
        orders.place_orders(self.people.ops, self.orders)

    def messages_of(self, wave: int) -> list[Message]:
        """What is sent in one wave, in order."""
        return [message for message in self.sent if message.wave == wave]

    def send(self, wave: int, sender: Sender) -> None:
        """Send one wave over parallel connections."""
        messages = self.messages_of(wave)
        with Progress(f"Sending messages, part {wave}", len(messages)) as bar:
            self.answers += sender.send_all(messages, lambda answer: bar.step())

    def settle(self, wave: int = 0) -> None:
        """Wait until the server has worked off what it has.

        The second wave delivers goods whose exceptions the first one raised: they have to be
        known by then.
        """
        ready = self._exceptions_missing if wave == WAVES[0] else lambda: ""
        watch.wait_until_quiet(self.people.audit, _PATIENCE, ready)

    def _exceptions_missing(self) -> str:
        wanted = sum(order.plot in EXCEPTIONS for order in self.orders)
        known = len(governance.cases_by_order(self.people, self.orders))
        return f"{wanted - known} exceptions that no shipment shows" if known < wanted else ""

    def govern(self) -> None:
        """Customer service and finance do their part."""
        cases = governance.cases_by_order(self.people, self.orders)
        self.done = governance.govern(self.orders, cases, self.people)
        self.settle()

    def read(self) -> Found:
        """What the server says in the end."""
        return read(self.people, self.orders, public_ids(self.answers))

    def _print(self, summary: Summary) -> None:
        for line in (*self.done.lines(), *summary.lines()):
            print(line)
        if known := summary.run["already_known"]:
            print(f"\n{known} messages were known from an earlier run; nothing was doubled.")

    def _judge(self, found: Found) -> bool:
        wrong = [*self.done.wrong, *differences(self.expected, found, self.answers)]
        if wrong:
            print(f"\nThe story did not end as expected:\n{shortened(wrong)}")
            return False
        print(
            f"\nAs expected, to the cent: {len(self.expected.invoices)} invoices over "
            f"{sum(self.expected.invoices.values()):,.2f}, {len(self.expected.held)} held back."
        )
        return True
