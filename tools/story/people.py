"""The demo's people, each signed in with the rights of the role and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from .rpc import OdooSession


@dataclass(frozen=True, slots=True)
class People:
    """Who does what in the story.

    :param ops: customer service; places the orders and works the exceptions
    :param prepare: finance preparer; asks for approvals
    :param approve: finance approver; decides what somebody else asked for
    :param audit: reads everything and changes nothing
    """

    ops: OdooSession
    prepare: OdooSession
    approve: OdooSession
    audit: OdooSession

    @classmethod
    def sign_in(cls, url: str, database: str) -> Self:
        """Sign everybody in; in a demo database the password is the login."""
        names = ("ops", "prepare", "approve", "audit")
        return cls(*(OdooSession(url, database, name, name) for name in names))
