import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.outbound import (
    AddressRefused,
    OutboundPolicy,
    host_list,
    hosts_of,
)

ANY = OutboundPolicy()
CARRIER = OutboundPolicy(frozenset({"api.carrier.example", ".cdn.example"}))
LOCAL = OutboundPolicy(private=frozenset({"gateway.local", "127.0.0.1:8071"}))


def refused(policy, url):
    with pytest.raises(AddressRefused):
        policy.judge(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.carrier.example/track",
        "ftp://api.carrier.example/track",
        "file:///etc/passwd",
        "gopher://api.carrier.example",
        "//api.carrier.example/track",
        "api.carrier.example/track",
        "",
        "https://",
        "https:///track",
        "https://user@api.carrier.example/",
        "https://user:pass@api.carrier.example/",
        "https://api.carrier.example\\@evil.example/",
        "https://api.carrier.example /",
        "https://api.carrier.example/\r\nHost: evil.example",
        "https://api.carrier.example\x00.evil.example/",
        "https://api.carrier.example:notaport/",
        "https://api.carrier.example:99999/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://-carrier.example/",
        "https://car_rier..example/",
        "https://api.carrier.example/" + "x" * 5000,
    ],
)
def test_an_address_that_is_not_plainly_one_over_https_is_refused(url):
    refused(ANY, url)


def test_a_host_is_compared_without_case_final_dot_and_alphabet():
    assert CARRIER.judge("https://API.Carrier.Example./x").host == "api.carrier.example"
    assert ANY.judge("https://bücher.example/").host == "xn--bcher-kva.example"
    assert ANY.judge("https://[2001:4860:4860:0:0:0:0:8888]/").host == "2001:4860:4860::8888"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://api.carrier.example.evil.example/",
        "https://evilapi.carrier.example/",
        "https://evil.example/#api.carrier.example",
        "https://evil.example/?https://api.carrier.example",
        "https://cdn.example/",
        "https://evilcdn.example/",
    ],
)
def test_a_host_that_is_not_listed_is_refused(url):
    refused(CARRIER, url)


def test_what_stands_below_a_listed_name_is_listed():
    assert CARRIER.judge("https://eu.cdn.example/x").host == "eu.cdn.example"


def test_without_encryption_only_the_hosts_of_whoever_runs_the_server_are_called():
    assert LOCAL.judge("http://gateway.local:8080/x").private
    assert LOCAL.judge("http://127.0.0.1:8071/x").port == 8071
    refused(LOCAL, "http://127.0.0.1:5432/x")
    refused(LOCAL, "http://gateway.local.evil.example/x")


def test_the_list_of_private_hosts_does_not_widen_the_list_of_hosts():
    policy = OutboundPolicy(frozenset({"api.carrier.example"}), frozenset({"127.0.0.1"}))
    refused(policy, "http://127.0.0.1/")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.127.255.254"),
        *("192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1"),
        *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "2002:7f00:1::"),
        *("2002:a00:1::1", "2001:0:7f00:1::", "2001:db8::1", "100::1"),
        *("localhost", "", "nonsense", "2130706433"),
    ],
)
def test_an_address_inside_is_refused_in_every_clothing(address):
    with pytest.raises(AddressRefused):
        ANY.check_address(ANY.judge("https://api.carrier.example/"), address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_a_public_address_is_called(address):
    ANY.check_address(ANY.judge("https://api.carrier.example/"), address)


def test_a_private_host_may_be_inside_and_no_other():
    LOCAL.check_address(LOCAL.judge("http://gateway.local/"), "10.1.2.3")
    with pytest.raises(AddressRefused):
        LOCAL.check_address(LOCAL.judge("https://api.carrier.example/"), "10.1.2.3")


@given(st.ip_addresses(v=4))
def test_wrapping_an_ipv4_address_into_ipv6_never_makes_it_callable(address):
    target = ANY.judge("https://api.carrier.example/")

    def passes(text):
        try:
            ANY.check_address(target, text)
        except AddressRefused:
            return False
        return True

    plain = passes(str(address))
    assert plain == (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and str(address) != "168.63.129.16"
        and not str(address).startswith("192.0.0.")
    )
    number = int(address)
    for wrapped in (
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(0x0064FF9B << 96 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ):
        assert plain or not passes(str(wrapped))


@given(st.text(max_size=60))
def test_any_text_is_judged_or_refused_and_nothing_else(text):
    for url in (text, "https://" + text):
        try:
            target = ANY.judge(url)
        except AddressRefused:
            continue
        assert target.scheme == "https" and target.host == target.host.lower() and target.port > 0


def test_hosts_are_read_from_what_people_type():
    assert host_list("a.example, B.example.;\n .c.example  ") == {
        "a.example",
        "b.example",
        ".c.example",
    }
    assert hosts_of(["https://a.example/x?{number}", "nonsense", "https://[::1"]) == {"a.example"}
