"""What a sender presents at the door, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .errors import MISSING, NotVerified


@dataclass(frozen=True, slots=True)
class Presented:
    """One request before anything is believed of it.

    :param headers: names in any case
    :param body: the bytes as received, before any decoding
    :param query: parameters of the address, the first value of each
    :param url: the address as the sender knows it, with its query. Made from our own configured
        address and never from a header of the request
    :param client: address of the sender: see ``network.client_address``
    :param via_proxy: whether one of the server's own proxies handed it over
    """

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    url: str = ""
    client: str = ""
    via_proxy: bool = False

    @property
    def path(self) -> str:
        """Path of the address, without its query."""
        return urlsplit(self.url).path

    def header(self, name: str) -> str:
        """The value of a header.

        :raises NotVerified: if it is absent or empty
        """
        wanted = name.lower()
        for key, value in self.headers.items():
            if key.lower() == wanted and value.strip():
                return value.strip()
        raise NotVerified(f"the header {name} is missing", cause=MISSING)
