"""A chain of hashes: nothing in a sealed sequence can be changed, left out or added unnoticed.

How it works
    1. What an entry tells people (names, sentences, values) is its *content*. Its digest is salted,
       so that personal data may one day be erased from an entry while its digest stays.
    2. The *link* of an entry is SHA-256 over its position, the link before it, its plain columns
       and the digest of its content.
    3. The *head* names the last position and its link. Kept apart from the rows, it betrays a
       sequence whose end was cut off.

Everything that is hashed is JSON with sorted keys and without spaces, in UTF-8: an auditor can
check a chain with any language's standard library, from the columns of the table alone.

Examples
    >>> rows = [{"kind": "event", "company": 1}, {"kind": "state", "company": 1}]
    >>> links = seal(Head(), rows)
    >>> [link.seq for link in links], links[1].previous_hash == links[0].hash
    ([1, 2], True)
    >>> chain = [Row(link, columns) for link, columns in zip(links, rows, strict=True)]
    >>> verify(chain).ok
    True
    >>> forged = [chain[0], Row(links[1], {"kind": "state", "company": 2})]
    >>> verify(forged).broken_at, verify(forged).reason
    (2, 'Entry 2 was changed after it was sealed.')
    >>> verify(chain[:1], head=Head(2, links[1].hash)).reason
    'Entry 2 is missing.'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

GENESIS: Final = "0" * 64  # what the first entry continues

Scalar = str | int | None
Columns = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Head:
    """The last position of a chain and its hash; by default the head of an empty chain."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Link:
    """The place of one entry in the chain.

    :param seq: 1 for the first entry, without gaps
    :param previous_hash: ``hash`` of the entry before it, ``GENESIS`` for the first
    :param hash: 64 hex digits
    """

    seq: int
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Row:
    """A sealed entry as it is found in storage.

    :param columns: what the link covers, as given to ``seal``
    :param content_intact: whether its content still answers to the digest among the columns
    """

    link: Link
    columns: Columns
    content_intact: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found.

    :param checked: how many entries follow each other soundly, from the first one on
    :param head: the last intact position
    :param broken_at: the first position that is not as it was sealed; ``None`` if all are
    :param reason: a sentence that says what is wrong there; empty if nothing is
    """

    checked: int
    head: Head
    broken_at: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.broken_at is None


def canonical(columns: Columns) -> bytes:
    """The one way to write the columns down; equal columns give equal bytes.

    >>> canonical({"b": 1, "a": "é", "c": None})
    b'{"a":"\\xc3\\xa9","b":1,"c":null}'

    :raises TypeError: on values without one exact spelling, such as floats and booleans
    """
    for name, value in columns.items():
        if not (value is None or type(value) in (str, int)):
            raise TypeError(f"{name}: {type(value).__name__} has no canonical form")
    return json.dumps(
        dict(columns), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def content_hash(salt: str, content: Columns) -> str:
    """Digest of what an entry tells people, 64 hex digits.

    :param salt: unguessable and different for every entry, so that short texts (a name) cannot
        be found by trying once the entry itself was erased
    """
    return hashlib.sha256(salt.encode() + b"\n" + canonical(content)).hexdigest()


def seal(head: Head, batch: Iterable[Columns]) -> list[Link]:
    """Continue the chain at ``head`` with a batch of entries, in the order given."""
    links = []
    for columns in batch:
        link = _link(head, columns)
        head = Head(link.seq, link.hash)
        links.append(link)
    return links


def verify(rows: Iterable[Row], head: Head | None = None) -> Verdict:
    """Follow a chain from its first entry and stop where it is broken first.

    :param rows: all sealed entries by position; read once, so a generator will do
    :param head: where the chain is known to end; ``None`` if nobody kept it
    """
    reached = Head()
    for row in rows:
        reason = _fault(reached, row, head)
        if reason:
            return Verdict(reached.seq, reached, min(row.link.seq, reached.seq + 1), reason)
        reached = Head(row.link.seq, row.link.hash)
    if head and reached.seq < head.seq:
        missing = reached.seq + 1
        return Verdict(reached.seq, reached, missing, f"Entry {missing} is missing.")
    return Verdict(reached.seq, reached)


def _link(head: Head, columns: Columns) -> Link:
    seq = head.seq + 1
    covered = {**columns, "seq": seq, "previous_hash": head.hash}
    return Link(seq, head.hash, hashlib.sha256(canonical(covered)).hexdigest())


def _fault(reached: Head, row: Row, head: Head | None) -> str:
    """What is wrong with ``row`` as the next one after ``reached``; empty if it is sound."""
    expected = reached.seq + 1
    if head and reached.seq == head.seq:
        return f"Entry {expected} was never sealed."
    if row.link.seq > expected:
        return f"Entry {expected} is missing."
    if row.link.seq < expected:
        return f"Entry {row.link.seq} is there twice, or out of place."
    if row.link.previous_hash != reached.hash:
        return f"Entry {expected} does not continue the entry before it."
    if not row.content_intact or row.link != _link(reached, row.columns):
        return f"Entry {expected} was changed after it was sealed."
    if head and expected == head.seq and row.link.hash != head.hash:
        return f"Entry {expected} is not the one that was sealed last: the chain was rewritten."
    return ""
