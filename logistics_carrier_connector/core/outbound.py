"""Which addresses outside this server may be called, whoever typed or answered them.

An address that a person configures, a carrier's answer names or a redirect points to may lead
inside: to the database, to another tenant, to the metadata of the cloud (server-side request
forgery). Two judgements stand against it. The *address* is judged before anything is looked up;
what its name *resolves to* is judged when the socket is opened, and the socket is opened to that
very number, so a name that answers differently the second time (DNS rebinding) gains nothing.

Ranges: the IANA special-purpose registries, as the standard library knows them
(https://www.iana.org/assignments/iana-ipv4-special-registry), and what clouds use beside them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from .errors import ConfigurationInvalid

LONGEST_URL: Final = 4000
_PORTS: Final = {"https": 443, "http": 80}
# Blanks, controls and backslashes are read differently by different parsers.
_AMBIGUOUS: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# The insides of clouds that a registry, or an older Python, calls public: the wire server of Azure,
# and the range of protocol assignments, where others keep their metadata.
_INSIDE: Final = (
    ipaddress.IPv4Network("168.63.129.16/32"),
    ipaddress.IPv4Network("192.0.0.0/24"),
)
# IPv6 that carries an IPv4 address which a gateway goes on to: NAT64 (RFC 6052, RFC 8215).
_NAT64: Final = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(ConfigurationInvalid):
    """The address may not be called; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was judged.

    :param host: lower case, in ASCII, without brackets and without a final dot
    :param private: whoever runs this server allowed it to be inside, and without encryption
    """

    scheme: str
    host: str
    port: int
    private: bool = False

    @property
    def origin(self) -> tuple[str, str, int]:
        """What secrets that were meant for one address are bound to."""
        return (self.scheme, self.host, self.port)


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """What may be called.

    :param hosts: names, and ``.example.com`` for everything below a name; ``None`` for any host
    :param private: ``host`` or ``host:port`` that may be inside and may be called without TLS.
        Only whoever runs the server sets it
    """

    hosts: frozenset[str] | None = None
    private: frozenset[str] = frozenset()

    def judge(self, url: str) -> Target:
        """The target of a URL.

        :raises AddressRefused: unless it may be called
        """
        if len(url) > LONGEST_URL or _AMBIGUOUS.search(url):
            raise AddressRefused("the address is too long, or has blanks or odd characters in it")
        try:
            parts = urlsplit(url)
            host, port = _host(parts.hostname or ""), parts.port
        except ValueError:
            raise AddressRefused("the address cannot be read") from None
        if parts.username is not None or parts.password is not None:
            raise AddressRefused("an address must not carry a user name or a password")
        if parts.scheme not in _PORTS:
            raise AddressRefused("only https addresses are called")
        port = _PORTS[parts.scheme] if port is None else port
        private = bool({host, f"{host}:{port}"} & self.private)
        if parts.scheme != "https" and not private:
            raise AddressRefused("only https addresses are called")
        if self.hosts is not None and not _listed(host, self.hosts):
            raise AddressRefused(f"{host} is not among the hosts that may be called here")
        return Target(parts.scheme, host, port, private)

    def judge_host(self, scheme: str, name: str, port: int) -> Target:
        """The target of a call that is no HTTP, and proves in another way whom it reached.

        :raises AddressRefused: unless it may be called
        """
        try:
            host = _host(name)
        except ValueError:
            raise AddressRefused("the address cannot be read") from None
        if self.hosts is not None and not _listed(host, self.hosts):
            raise AddressRefused(f"{host} is not among the hosts that may be called here")
        return Target(scheme, host, port, bool({host, f"{host}:{port}"} & self.private))

    def check_address(self, target: Target, address: str) -> None:
        """Judge one of the numbers that the name of a target resolves to.

        :param address: IPv4 or IPv6, as the resolver gives it
        :raises AddressRefused: if it leads inside
        """
        if target.private:
            return
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            raise AddressRefused(f"{target.host} has no usable address") from None
        if any(_is_inside(each) for each in _meant(found)):
            raise AddressRefused(f"{target.host} leads to an address inside the network")


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The hosts that these URLs name; those that cannot be read name none."""
    found = set()
    for url in urls:
        try:
            found.add(_host(urlsplit(url).hostname or ""))
        except ValueError:
            continue
    return frozenset(found)


def host_list(text: str) -> frozenset[str]:
    """What somebody typed as a list of hosts, separated by commas or blanks."""
    return frozenset(word.lower().rstrip(".") for word in re.split(r"[\s,;]+", text) if word)


def _host(name: str) -> str:
    """A host as it is compared.

    :raises ValueError: if it is none
    """
    name = name.lower().removesuffix(".")
    if "%" in name:
        raise ValueError("a zone is a matter of this machine")
    if ":" in name:
        return ipaddress.IPv6Address(name).compressed
    ascii_name = name.encode("idna").decode() if not name.isascii() else name
    if not _NAME.fullmatch(ascii_name) or len(ascii_name) > 253:
        raise ValueError("not a host")
    return ascii_name


def _listed(host: str, hosts: frozenset[str]) -> bool:
    return host in hosts or any(entry.startswith(".") and host.endswith(entry) for entry in hosts)


def _meant(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 addresses that are wrapped in it."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    yield from (each for each in wrapped if each is not None)
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _is_inside(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or any(address in net for net in _NAT64):
            return False  # judged by the IPv4 address in it
        if address.is_site_local:
            return True
    return (
        any(address in network for network in _INSIDE)
        or not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
