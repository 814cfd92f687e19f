"""What single codes of carriers mean, after the carriers' own lists.

A second reading of the tables found these read otherwise once; each decides about money or about
who has to do something.
"""

from datetime import UTC, datetime

import pytest

from odoo.addons.logistics_carrier_connector.core import mapping

from .builders import profile

# profile, code, milestone (empty: states none), reason
MEANINGS = """
dhl_unified parcel-nl/COLLECTED_AT_PARCELSHOP delivered -
dhl_unified parcel-nl/DELIVERED_AT_PARCELSTATION available_for_pickup -
dhl_unified parcel-nl/NOTHING_PICKED_UP exception_raised other
dhl_unified parcel-nl/PICKUP_DATA_RECEIVED accepted -
dhl_unified parcel-nl/BACKLOG_PICKUP_CANCELLED exception_raised other
dhl_unified parcel-nl/SAFEPLACE_DELIVERY_FAILED delivery_attempted other
dhl_unified parcel-nl/RETURNED_TO_SHIPPER returned -
dhl_unified parcel-pl/ZWR exception_raised other
dhl_unified parcel-pl/DOR_OWL delivered -
dhl_unified parcel-de/ZF available_for_pickup -
dhl_unified parcel-de/EE arrived_at_hub -
dhl_unified express/AR arrived_at_hub -
dhl_unified express/PD exception_raised missing
dhl_unified ecommerce/506 customs_hold customs
dhl_unified ecommerce/621 delivered -
dhl_unified ecommerce/655 delivered -
dhl_unified ecommerce/804 exception_raised other
dhl_unified ecommerce-europe/45 available_for_pickup -
dhl_unified ecommerce-europe/160 exception_raised other
dhl_unified ecommerce-europe/366 returned -
dhl_unified freight/24-600 delivered -
dhl_unified freight/55-68 exception_raised other
dhl_unified svb/RETURNED_TO_SENDER returned -
dhl_unified svb/DELIVERY_ATTEMPTED delivery_attempted other
dhl_parcel_de ASMVT/NRQRD departed_hub -
dhl_parcel_de DLVRD/CUSTM arrived_at_hub -
dhl_parcel_de DLVRD/HNDTC departed_hub -
dhl_parcel_de DLVRD/ACCDM delivered damaged
dhl_parcel_de NTDEL/PCKST delivery_attempted other
dhl_parcel_de NTPUP/NHOME exception_raised absent
dhl_parcel_de DSPSD/MOVED exception_raised address
dhl_parcel_de RCCLS/LOSTX lost -
dhl_parcel_de EXPHD/LOSTX exception_raised missing
dhl_parcel_de PARCV/NRQRD accepted -
dhl_parcel_de HLDCC/NTCCN exception_raised other
hermes 090003008 delivered -
hermes 050001000 out_for_delivery -
hermes 060007005 exception_raised delayed
hermes 048003000 exception_raised missing
hermes 100003003 exception_raised other
hermes 125001007 returned -
hermes 033051009 customs_hold customs
hermes 3530 delivered -
mydhl CU departed_hub -
mydhl IA - -
mydhl HP exception_raised payment
mydhl RT returned -
mydhl PD exception_raised missing
mydhl DD delivered damaged
usps_xml 41 arrived_at_hub -
usps_xml PC arrived_at_hub -
usps_xml 89 accepted -
usps_xml 51 delivery_attempted absent
usps_xml SF departed_hub -
shiprocket 49 customs_cleared -
shiprocket 75 exception_raised other
shiprocket 23 exception_raised missing
landmark 135 customs_hold customs
landmark 570 returned -
laposte COMCFM accepted -
seko 0.100 accepted -
parcelone DELIVERED_PARCELSHOP available_for_pickup -
track17 40 delivered -
"""


@pytest.mark.parametrize("line", MEANINGS.strip().splitlines())
def test_a_code_means_what_its_carrier_says(line):
    name, code, milestone, reason = line.split()
    row = profile(name).codes[code]
    assert (row.milestone or "-", row.reason or "-") == (milestone, reason)


@pytest.mark.parametrize("name", ["mydhl", "dhl_express_xml", "dhl_unified", "dhl_parcel_de"])
def test_goods_that_arrive_damaged_are_delivered_and_raise_an_exception(name):
    (rule,) = (each for each in profile(name).also if each.milestone == "exception_raised")
    assert rule.after == ("delivered",)
    assert rule.when.holds({"mapped": {"reason": "damaged"}})
    assert not rule.when.holds({"mapped": {"reason": ""}})


def test_a_proof_of_delivery_alone_is_evidence_for_the_number_that_was_asked_for():
    tree = {"documents": [{"typeCode": "POD", "format": "PDF", "content": "JVBERi0xLjQK"}]}
    now = datetime(2025, 6, 30, 12, tzinfo=UTC)
    delivered, proof = mapping.apply(profile("mydhl_pod"), tree, now, {"number": "9356"}).facts
    assert (delivered.milestone, delivered.inferred) == ("delivered", True)
    assert delivered.timezone_assumed
    assert len(proof.evidence.sha256) == 64
    (problem,) = mapping.apply(profile("mydhl_pod"), tree, now).problems
    assert "no reference" in problem.reason
