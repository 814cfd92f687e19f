import pytest

from odoo.addons.logistics_carrier_connector.core.codecs.x12_view import view
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

SEGMENTS = [
    ["B10", "P1", " S1 ", "RIVR"],
    ["L11", "H1", "BM"],
    ["N1", "SH", "MILL"],
    ["N4", "ERIE", "PA"],
    ["L11", "OF-THE-SHIPPER", "CR"],
    ["N1", "CN", "SHOP"],
    ["LX", "1"],
    ["AT7", "X4", "NS", "", "", "20250601", "0900"],
    ["MS1", "ERIE", "PA"],
    ["MS2", "RIVR", "T-7"],
    ["AT7", "P1", "NS"],
    ["L11", "D1", "2I"],
    ["AT8", "G", "L", "100"],
    ["LX", "2"],
    ["AT7", "D1", "NS"],
    ["MS1", "TROY", "NY"],
]


def test_segments_of_a_loop_hang_on_the_segment_that_opens_it():
    found = view("214", SEGMENTS)
    first, second = found["LX"]
    assert [each["e01"] for each in first["AT7"]] == ["X4", "P1"]
    assert first["AT7"][0]["MS1"] == [{"e01": "ERIE", "e02": "PA"}]
    assert first["AT7"][0]["MS2"][0]["e02"] == "T-7"
    assert "MS1" not in first["AT7"][1]
    assert second["AT7"][0]["MS1"][0]["e01"] == "TROY"


def test_what_follows_the_statuses_belongs_to_the_lx_loop():
    first = view("214", SEGMENTS)["LX"][0]
    assert first["L11"] == [{"e01": "D1", "e02": "2I"}]
    assert first["AT8"][0]["e03"] == "100"


def test_a_reference_belongs_to_the_party_before_it():
    found = view("214", SEGMENTS)
    assert found["L11"] == [{"e01": "H1", "e02": "BM"}]
    assert found["N1"][0]["L11"][0]["e01"] == "OF-THE-SHIPPER"
    assert found["N1"][1] == {"e01": "CN", "e02": "SHOP"}


def test_elements_are_trimmed_and_empty_ones_left_out():
    found = view("214", SEGMENTS)
    assert found["B10"] == [{"e01": "P1", "e02": "S1", "e03": "RIVR"}]
    assert "e03" not in found["LX"][0]["AT7"][0]


def test_a_status_without_lx_stands_in_the_shipment():
    found = view("214", [["B10", "P1"], ["AT7", "D1"], ["MS1", "TROY"], ["K1", "SIGNED BY X"]])
    assert found["AT7"] == [{"e01": "D1", "MS1": [{"e01": "TROY"}]}]
    assert found["K1"] == [{"e01": "SIGNED BY X"}]


def test_a_set_without_a_layout_is_flat():
    assert view("997", [["AK1", "QM"], ["LX", "1"], ["AT7", "D1"]]) == {
        "AK1": [{"e01": "QM"}],
        "LX": [{"e01": "1"}],
        "AT7": [{"e01": "D1"}],
    }


def test_components_are_trimmed_too():
    assert view("214", [["K1", [" A ", ["B "]]]]) == {"K1": [{"e01": ["A", ["B"]]}]}


def test_hierarchical_levels_hang_on_their_parents():
    found = view(
        "856",
        [
            ["BSN", "00", "S1"],
            ["HL", "1", "", "S"],
            ["TD5", "", "2", "RIVR"],
            ["HL", "2", "1", "O"],
            ["PRF", "PO1"],
            ["HL", "3", "2", "P"],
            ["MAN", "GM", "00000715670002152360"],
            ["HL", "4", "1", "O"],
        ],
    )
    (shipment,) = found["HL"]
    first, second = shipment["HL"]
    assert shipment["TD5"] == [{"e02": "2", "e03": "RIVR"}]
    assert first["HL"][0]["MAN"][0]["e02"] == "00000715670002152360"
    assert (second["e01"], "HL" in second) == ("4", False)


def test_hierarchical_levels_are_not_nested_without_end():
    levels = [["HL", str(number), str(number - 1), "P"] for number in range(1, 40)]
    with pytest.raises(PayloadRejected, match="deeper than"):
        view("856", levels)


def test_the_charges_of_an_invoice_stand_in_their_line():
    found = view("210", [["B3", "", "I1"], ["LX", "1"], ["L1", "1", "", "", "100"], ["LX", "2"]])
    assert [len(line.get("L1", [])) for line in found["LX"]] == [1, 0]
