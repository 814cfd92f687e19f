import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.network import (
    client_address,
    parse_networks,
    within,
)

PROXIES = parse_networks("10.0.0.0/8 2001:db8:ff::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Nobody in between, or somebody who is no proxy of ours: what he says counts for nothing.
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "192.0.2.1", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("2001:db8:ff::1", "2001:db8:1::1", "2001:db8:1::1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("10.0.0.1", "unknown", "unknown"),
    ],
)
def test_the_sender_is_the_first_one_that_is_no_proxy_of_ours(peer, forwarded, client):
    assert client_address(peer, forwarded, PROXIES) == client


@given(lies=st.text(max_size=50), sender=st.ip_addresses())
def test_whatever_a_sender_writes_before_it_our_proxys_word_counts(lies, sender):
    told = f"{lies},{sender}" if lies else str(sender)
    if not within(str(sender), PROXIES):
        assert client_address("10.0.0.1", told, PROXIES) == str(sender)
        assert client_address(str(sender), lies, PROXIES) == str(sender)


@given(network=st.ip_addresses().map(lambda ip: ipaddress.ip_network(ip)))
def test_an_address_is_a_network_of_one(network):
    [parsed] = parse_networks(str(network.network_address))
    assert parsed == network
    if network.version == 4:
        assert within(f"::ffff:{network.network_address}", [parsed])
