"""Addresses and networks of senders and proxies (RFC 4632, RFC 4291). Values in, values out."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from .errors import ConfigurationInvalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a text that separates them by blanks, commas or lines.

    An address alone is a network of one.

    :raises ConfigurationInvalid: on a word that is no network, and on one that is everybody
    """
    return tuple(_network(word) for word in re.split(r"[\s,;]+", text) if word)


def _network(word: str) -> Network:
    try:
        network = ipaddress.ip_network(word)
    except ValueError as error:
        raise ConfigurationInvalid(f"not a network: {error}") from None
    if network.prefixlen == 0:
        raise ConfigurationInvalid(f"{word} is everybody")
    return network


def within(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks; an IPv4 address may be written as IPv6.

    >>> within("::ffff:192.0.2.7", parse_networks("192.0.2.0/24"))
    True
    """
    parsed = _address(address)
    return parsed is not None and any(
        parsed.version == network.version and parsed in network for network in networks
    )


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Who sent the request first, as far as it can be believed.

    The chain is read from our end, and only as long as each word was added by a proxy of our
    own: what stands further left was written by the sender himself.

    :param peer: address at the other end of the socket
    :param forwarded: the header ``X-Forwarded-For``, each proxy having appended whom it heard
    :param trusted: networks of our own proxies
    """
    chain = [word.strip() for word in forwarded.split(",") if word.strip()]
    here = peer
    while chain and within(here, trusted):
        here = chain.pop()
    return here


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
