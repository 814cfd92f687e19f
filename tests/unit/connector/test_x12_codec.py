from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyx12.x12file import X12Reader

from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.codecs.counts import Budget
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from .builders import interchange, isa

ONE = [["B10*P1*S1*RIVR", "LX*1", "AT7*D1*NS***20250603*1100*UT"]]


def _segments(raw: bytes) -> list:
    tree = decode("x12", raw)
    (group,) = tree["interchanges"][0]["groups"]
    return [each["segments"] for each in group["transactions"]]


def test_the_envelope_says_who_speaks_to_whom():
    (found,) = decode("x12", interchange(ONE, control="000000042"))["interchanges"]
    assert (found["sender_qualifier"], found["sender"]) == ("02", "RIVR")
    assert (found["receiver"], found["control_number"]) == ("SHIPPER", "000000042")
    (group,) = found["groups"]
    assert (group["code"], group["version"], group["date"]) == ("QM", "004010", "20250603")
    assert [each["set"] for each in group["transactions"]] == ["214"]


def test_segments_keep_empty_elements():
    assert _segments(interchange(ONE))[0][2] == [
        "AT7",
        "D1",
        "NS",
        "",
        "",
        "20250603",
        "1100",
        "UT",
    ]


@pytest.mark.parametrize("newline", ["", "\n", "\r\n"])
@pytest.mark.parametrize("terminator", ["~", "'", "|", "\x1c", "…", "\x85"])
def test_any_terminator_with_or_without_line_ends_is_legal(terminator, newline):
    raw = interchange(ONE, terminator=terminator, newline=newline)
    assert [segment[0] for segment in _segments(raw)[0]] == ["B10", "LX", "AT7"]


def test_line_ends_alone_can_terminate_segments():
    assert _segments(interchange(ONE, terminator="\n")) == _segments(interchange(ONE))
    assert _segments(interchange(ONE, terminator="\r", newline="\n")) == _segments(interchange(ONE))


def test_a_terminator_of_one_byte_that_is_not_utf8_is_read():
    raw = interchange(ONE, terminator="\x85").decode().encode("iso-8859-1")
    assert _segments(raw) == _segments(interchange(ONE))


def test_the_element_separator_comes_from_isa():
    segments = [["B10|P1|S1|RIVR", "K1|A*B"]]
    assert _segments(interchange(segments, element="|"))[0][1] == ["K1", "A*B"]


def test_the_u_of_old_releases_separates_no_repeats():
    raw = interchange([["L11*WH/OUT/00042*SI"]], version="00401", repetition="U")
    assert _segments(raw)[0][0][1] == "WH/OUT/00042"


def test_repeats_and_components_are_lists_from_00402_on():
    raw = interchange([["REF*A>B^C*X"]], version="00501", repetition="^")
    assert _segments(raw)[0][0] == ["REF", [["A", "B"], "C"], "X"]
    assert _segments(interchange([["REF*A^B"]], version="00401", repetition="^"))[0][0][1] == "A^B"


def test_a_blank_component_separator_separates_nothing():
    assert _segments(interchange([["K1*TWO WORDS"]], component=" "))[0][0][1] == "TWO WORDS"


def test_several_interchanges_may_differ_in_their_separators():
    raw = interchange(ONE) + b"\r\n" + interchange([["B10|P2"]], element="|", terminator="\n")
    tree = decode("x12", raw)
    assert len(tree["interchanges"]) == 2
    assert tree["interchanges"][1]["groups"][0]["transactions"][0]["segments"] == [["B10", "P2"]]


def test_an_interchange_acknowledgment_stands_before_the_groups():
    raw = interchange(ONE).replace(b">~GS", b">~TA1*000000001*250603*1200*A*000~GS")
    (found,) = decode("x12", raw)["interchanges"]
    assert found["acknowledgments"][0][0] == "TA1"


def test_control_numbers_may_be_padded_on_one_side():
    raw = interchange(ONE).replace(b"GE*1*7", b"GE*000001*0007").replace(b"SE*5", b"SE*0000000005")
    assert len(_segments(raw)) == 1


GOOD = interchange(ONE).decode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("GS*QM~", "must begin with ISA, found 'GS\\*'"),
        ("ISA*00*short~", "needs 106 characters, found 13"),
        (GOOD.replace("RIVR           *ZZ", "RIVR          *ZZ", 1), "ISA07 must begin after"),
        (GOOD[:106], "expected GS or IEA, found the end of the data"),
        (GOOD[: GOOD.index("IEA")], "expected GS or IEA, found the end of the data"),
        (GOOD[: GOOD.index("GE*")], "expected ST or GE, found the end of the data"),
        (GOOD[: GOOD.index("SE*")], "expected SE, found the end of the data"),
        (GOOD[:-1], "found an unterminated segment 'IEA'"),
        (GOOD.replace("SE*5", "SE*6"), "SE01 promises '6' segments, found 5"),
        (GOOD.replace("SE*5", "SE*X"), "SE01 promises 'X' segments, found 5"),
        (GOOD.replace("SE*5*0001", "SE"), "SE01 promises '' segments, found 5"),
        (GOOD.replace("SE*5*0001", "SE*5*0002"), "SE02 must repeat ST02 '0001', found '0002'"),
        (GOOD.replace("GE*1*7", "GE*2*7"), "GE01 promises '2' transaction sets, found 1"),
        (GOOD.replace("GE*1*7", "GE*1*8"), "GE02 must repeat GS06 '7', found '8'"),
        (GOOD.replace("IEA*1", "IEA*3"), "IEA01 promises '3' functional groups, found 1"),
        (GOOD.replace("IEA*1*000000001", "IEA*1*000000002"), "IEA02 must repeat ISA13"),
        (GOOD.replace("GE*1*7~", ""), "expected ST or GE, found IEA"),
        (GOOD.replace("SE*5*0001~", ""), "expected SE, found GE"),
        (GOOD.replace("ST*214", "XX*214"), "expected ST or GE, found XX"),
        (GOOD.replace("GS*QM", "QQ*QM"), "expected GS or IEA, found QQ"),
        (GOOD.replace("LX*1", "l-x*1"), "no valid identifier"),
        (GOOD.replace("LX*1", "LX*\x00"), "NUL"),
        (GOOD + "trailing", "must begin with ISA, found 'tra'"),
        (isa(component="*"), "separators in ISA must differ"),
        (isa(terminator="A"), "neither letter nor digit"),
    ],
    ids=lambda value: value if len(value) < 80 else "",
)
def test_a_broken_envelope_says_what_was_expected_and_what_was_found(raw, reason):
    with pytest.raises(PayloadRejected, match=reason):
        decode("x12", raw.encode())


def test_the_number_of_segments_is_limited(monkeypatch):
    from odoo.addons.logistics_carrier_connector.core.codecs import x12_codec

    monkeypatch.setattr(x12_codec, "Budget", lambda: Budget(segments=6))
    with pytest.raises(PayloadRejected, match="more than 6 segments"):
        decode("x12", interchange(ONE))


def test_all_interchanges_of_a_file_share_the_limit(monkeypatch):
    from odoo.addons.logistics_carrier_connector.core.codecs import x12_codec

    monkeypatch.setattr(x12_codec, "Budget", lambda: Budget(segments=12))
    assert len(decode("x12", interchange(ONE))["interchanges"]) == 1
    with pytest.raises(PayloadRejected, match="more than 12 segments"):
        decode("x12", interchange(ONE) * 2)


@pytest.mark.parametrize("mark", ["*", "^", ">"])
def test_the_number_of_elements_is_limited(monkeypatch, mark):
    from odoo.addons.logistics_carrier_connector.core.codecs import x12_codec

    monkeypatch.setattr(x12_codec, "Budget", lambda: Budget(values=60))
    raw = interchange([["K1*a" + f"{mark}a" * 40]], version="00501", repetition="^")
    with pytest.raises(PayloadRejected, match="more than 60 elements"):
        decode("x12", raw)


def test_a_segment_without_end_is_not_read():
    with pytest.raises(PayloadRejected, match="more than 65536 characters"):
        decode("x12", interchange([["K1*" + "a" * 70_000]]))


# Elements without the separators used below; blanks at the ends are the sender's.
_ELEMENT = st.text(st.characters(codec="utf-8", exclude_characters="*~>\x00\r\n"), max_size=12)
_SEGMENT = st.tuples(
    st.sampled_from(["B10", "L11", "LX", "AT7", "MS1", "K1", "N1", "AT8"]),
    st.lists(_ELEMENT, max_size=6),
)


@given(st.lists(st.lists(_SEGMENT, max_size=6), min_size=1, max_size=4), st.booleans())
def test_what_was_encoded_is_decoded(sets, with_lines):
    texts = [["*".join((name, *elements)) for name, elements in each] for each in sets]
    raw = interchange(texts, newline="\n" if with_lines else "")
    assert _segments(raw) == [[[name, *elements] for name, elements in each] for each in sets]


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_rejected(raw):
    try:
        assert decode("x12", raw)["interchanges"] is not None
    except PayloadRejected as error:
        assert error.public_message


@given(st.data())
def test_a_damaged_interchange_decodes_or_is_rejected(data):
    damaged = bytearray(interchange(ONE))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        decode("x12", bytes(damaged))
    except PayloadRejected as error:
        assert error.public_message


@given(st.lists(st.lists(_SEGMENT, max_size=6), min_size=1, max_size=3))
def test_another_library_reads_the_same_segments(sets):
    texts = [["*".join((name, *elements)) for name, elements in each] for each in sets]
    raw = interchange(texts)
    reader = X12Reader(StringIO(raw.decode()))
    theirs = [segment.get_seg_id() for segment in reader]
    ours = [segment[0] for each in _segments(raw) for segment in each]
    envelope = ("ISA", "GS", "ST", "SE", "GE", "IEA")
    assert [name for name in theirs if name not in envelope] == ours


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_were_broken_at_a_fixed_width_are_joined(end):
    raw = interchange(ONE).decode()
    wrapped = end.join(raw[at : at + 80] for at in range(0, len(raw), 80))
    assert _segments(wrapped.encode()) == _segments(raw.encode())


def test_the_last_line_may_lack_its_line_end():
    raw = interchange(ONE, terminator="\n").rstrip(b"\n")
    assert _segments(raw) == _segments(interchange(ONE))
