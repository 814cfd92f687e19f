"""Documents that a party issued: proofs, certificates, bills. What makes two of them the same.

A document is evidence, so its bytes are hashed here whatever its issuer states, and a changed
document is a further *revision* beside the one before it, never a replacement.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .reference import Reference

PROOF_OF_DELIVERY: Final = "proof_of_delivery"
WEIGHT_CERTIFICATE: Final = "weight_certificate"
DOCUMENT_KINDS: Final = (
    PROOF_OF_DELIVERY,
    WEIGHT_CERTIFICATE,
    "bill_of_lading",
    "customs",
    "label",
    "carrier_bill",
    "photo",
    "other",
)
# Who owns the milestone owns the document that proves it. The other kinds prove no milestone and
# move nothing: everybody may hand them in.
PROVES: Final = {
    PROOF_OF_DELIVERY: "pod_received",
    WEIGHT_CERTIFICATE: "weight_validated",
    "customs": "customs_cleared",
}
MAX_BYTES: Final = 10 * 1024 * 1024

# How the stated hash compares with the bytes that we have.
AGREES: Final = "agrees"
DIFFERS: Final = "differs"
UNCHECKED: Final = "unchecked"  # one of the two is missing

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_SIGNATURES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """A system hands in a document of one shipment, or says where it is.

    :param document_kind: one of ``DOCUMENT_KINDS``
    :param number: the issuer's own number of the document; the same number with other content is
        a revision
    :param issued_at: aware UTC, when the issuer made it, if it says
    :param content: the bytes, if they came along; at most ``MAX_BYTES``
    :param sha256: hex digest as the issuer states it; compared with the bytes, never trusted
    :param url: where the issuer keeps it (http or https); never fetched during processing
    :param data: JSON text: header and lines of a carrier's bill, readings of a scale
    :raises ValueError: on a kind that is not known, or if there is nothing to keep
    """

    references: tuple[Reference, ...]
    document_kind: str
    number: str = ""
    issued_at: datetime | None = None
    file_name: str = ""
    content: bytes = b""
    sha256: str = ""
    url: str = ""
    data: str = ""

    def __post_init__(self) -> None:
        if self.document_kind not in DOCUMENT_KINDS:
            raise ValueError(f"unknown kind of document: {self.document_kind!r}")
        if not (self.content or self.sha256 or self.url or self.data):
            raise ValueError("a document needs content, a hash, an address or data")
        if len(self.content) > MAX_BYTES:
            raise ValueError(f"the document is larger than {MAX_BYTES} bytes")
        if self.issued_at is not None and self.issued_at.tzinfo is None:
            raise ValueError("issued_at needs a time zone")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError("the address of a document must begin with https:// or http://")
        if self.data:
            json.loads(self.data)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes; empty without bytes."""
        return sha256_of(self.content) if self.content else ""


def sha256_of(content: bytes) -> str:
    """Hex digest of a file.

    >>> sha256_of(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(content).hexdigest()


def compare_hashes(computed: str, stated: str) -> str:
    """Whether the file is the one that its issuer meant: ``AGREES``, ``DIFFERS``, ``UNCHECKED``."""
    if not computed or not stated:
        return UNCHECKED
    return AGREES if computed == stated.lower() else DIFFERS


def media_type(content: bytes) -> str:
    """The type of a file by its first bytes, for previews; ``""`` if it is none that we show.

    A name or a stated type is not trusted: a page that calls itself an image must not be opened
    as one.

    >>> media_type(b"%PDF-1.7"), media_type(b"<svg onload='x'>")
    ('application/pdf', '')
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((name for start, name in _SIGNATURES if content.startswith(start)), "")


def document_key(fact: DocumentFact, system_id: int, place: str) -> str:
    """What makes two documents revisions of one: issuer, kind, and number, else content.

    :param place: identity of what it is about, e.g. ``"s12"`` or ``"s12/c3"``
    """
    name = ["number", fact.number.strip().upper()] if fact.number.strip() else _content(fact)
    return _hash([str(system_id), place, fact.document_kind, *name])


def content_hash(fact: DocumentFact) -> str:
    """Digest of what a document says; a known key with another digest is a revision."""
    issued = fact.issued_at.astimezone(UTC).isoformat() if fact.issued_at else ""
    came_along = "file" if fact.content else ""
    return _hash([*_content(fact), came_along, issued, fact.url, _canonical(fact.data)])


def _content(fact: DocumentFact) -> list[str]:
    if fact.digest or fact.sha256:
        return ["sha256", fact.digest or fact.sha256.lower()]
    return ["url", fact.url] if fact.url else ["data", _canonical(fact.data)]


def _canonical(data: str) -> str:
    return json.dumps(json.loads(data), sort_keys=True) if data else ""


def _hash(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Revision:
    """One of several documents with the same key.

    :param accepted: its speaker may hand in documents of the kind
    :param id: later ids were heard later
    """

    id: int
    accepted: bool
    issued_at: datetime | None = None
    has_file: bool = False


def standing(revisions: Iterable[Revision]) -> Revision:
    """The revision that stands: the one that was issued last, else the one that we heard last.

    Who does not own the kind never takes the place of who does, and a mere announcement never takes
    the place of the file.
    """
    return max(
        revisions,
        key=lambda rev: (rev.accepted, rev.issued_at or _LONG_AGO, rev.has_file, rev.id),
    )
