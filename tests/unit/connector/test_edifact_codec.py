import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segmentcollection import RawSegmentCollection

from odoo.addons.logistics_carrier_connector.core.codecs import decode, edifact_codec
from odoo.addons.logistics_carrier_connector.core.codecs.counts import Budget
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from .edifact import interchange, segment
from .fuzz import answers, damaged

ONE = [["BGM+77+S1+9", "CNI+1+S1", "STS+1+I::87:DELIVERED"]]
GOOD = interchange(ONE).decode()


def _segments(tree):
    return [
        each["segments"]
        for part in tree["interchanges"]
        for group in part["groups"]
        for each in group["messages"]
    ]


def test_a_message_is_its_segments_with_every_element_as_a_list():
    tree = decode("edifact", interchange(ONE))
    assert _segments(tree) == [
        [
            ["BGM", ["77"], ["S1"], ["9"]],
            ["CNI", ["1"], ["S1"]],
            ["STS", ["1"], ["I", "", "87", "DELIVERED"]],
        ]
    ]
    head = tree["interchanges"][0]
    assert (head["sender"], head["receiver"], head["control_number"]) == ("CARRIER", "US", "77")
    message = head["groups"][0]["messages"][0]
    assert (message["type"], message["version"], message["release"]) == ("IFTSTA", "D", "04A")


def test_segments_hang_on_the_loop_that_they_belong_to():
    raw = interchange(
        [["BGM+77", "NAD+CZ+1", "CNI+1+A", "STS+1+I", "RFF+CU:9", "GID+1", "PCI+30+X", "CNI+2+B"]]
    )
    message = decode("edifact", raw)["interchanges"][0]["groups"][0]["messages"][0]
    first, second = message["CNI"]
    assert first["STS"][0]["RFF"] == [{"e01": ["CU", "9"]}]
    assert first["STS"][0]["GID"][0]["PCI"] == [{"e01": ["30"], "e02": ["X"]}]
    assert second == {"e01": ["2"], "e02": ["B"]}


def test_una_declares_other_separators_and_the_release_character_keeps_them():
    raw = (
        b"UNA|^.! ~UNB^UNOC|3^A^B^250603|1200^1~UNH^1^IFTSTA|D|04A|UN~"
        b"FTX^AAA^^^one!~two!^three!!four!|five~UNT^3^1~UNZ^1^1~"
    )
    text = decode("edifact", raw)["interchanges"][0]["groups"][0]["messages"][0]["FTX"][0]
    assert text["e04"] == ["one~two^three!four|five"]


def test_several_interchanges_groups_and_messages():
    grouped = (
        b"UNB+UNOA:2+A+B+250603:1200+5'UNG+IFTSTA+A+B+250603:1200+9+UN+D:04A'"
        b"UNH+1+IFTSTA:D:04A:UN'UNT+2+1'UNH+2+IFTSTA:D:04A:UN'UNT+2+2'UNE+2+9'UNZ+1+5'"
    )
    tree = decode("edifact", interchange(ONE * 3, newline="\r\n") + grouped)
    first, second = tree["interchanges"]
    assert len(first["groups"][0]["messages"]) == 3
    assert (second["grouped"], second["groups"][0]["control_number"]) == (True, "9")
    assert len(second["groups"][0]["messages"]) == 2


def test_lines_without_terminator_are_segments_too():
    raw = GOOD.replace("'", "\n").removeprefix("UNA:+.? \n").encode()
    assert _segments(decode("edifact", raw)) == _segments(decode("edifact", GOOD.encode()))


@pytest.mark.parametrize(
    ("syntax", "charset"),
    [("UNOC", "iso-8859-1"), ("UNOD", "iso-8859-2"), ("UNOE", "iso-8859-5"), ("UNOW", "utf-8")],
)
def test_the_syntax_identifier_names_the_character_set(syntax, charset):
    word = {"iso-8859-5": "Москва", "iso-8859-2": "Łódź"}.get(charset, "Århus")
    raw = GOOD.replace("UNOC", syntax).replace("DELIVERED", word).encode(charset)
    assert _segments(decode("edifact", raw))[0][-1][2][3] == word


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("XXX+1'", "must begin with UNB, found XXX"),
        (GOOD[: GOOD.index("UNZ")], "expected UNH, UNG or UNZ, found the end"),
        (GOOD[:-1], "unterminated segment 'UNZ'"),
        (GOOD.replace("UNT+5+1", "UNT+6+1"), "UNT01 promises '6' segments, found 5"),
        (GOOD.replace("UNT+5+1", "UNT+5+2"), "UNT02 must repeat UNH01 '1', found '2'"),
        (GOOD.replace("UNZ+1", "UNZ+2"), "UNZ01 promises '2' messages, found 1"),
        (GOOD.replace("UNZ+1+77", "UNZ+1+78"), "UNZ02 must repeat UNB05 '77'"),
        (GOOD.replace("UNT+5+1'", ""), "expected UNT, found UNZ"),
        (GOOD.replace("CNI+1", "c+1"), "no valid tag"),
        (GOOD.replace("CNI+1", "CNI+\x00"), "NUL"),
        (GOOD.replace("UNH+1", "QQQ+1"), "expected UNH, UNG or UNZ, found QQQ"),
        (GOOD.replace("UNA:+", "UNA::"), "must differ"),
        ("UNA:+.", "six characters"),
        (GOOD + "rest", "unterminated|begin with UNB"),
    ],
)
def test_a_broken_envelope_says_what_was_expected_and_what_was_found(raw, reason):
    with pytest.raises(PayloadRejected, match=reason):
        decode("edifact", raw.encode())


def test_the_number_of_segments_is_limited(monkeypatch):
    monkeypatch.setattr(edifact_codec, "Budget", lambda: Budget(segments=4))
    with pytest.raises(PayloadRejected, match="more than 4 segments"):
        decode("edifact", interchange(ONE))


@pytest.mark.parametrize("mark", "+:")
def test_the_number_of_elements_is_limited(monkeypatch, mark):
    monkeypatch.setattr(edifact_codec, "Budget", lambda: Budget(values=60))
    with pytest.raises(PayloadRejected, match="more than 60 elements"):
        decode("edifact", interchange([["FTX+a" + f"{mark}a" * 60]]))


def test_a_segment_without_end_is_not_read():
    with pytest.raises(PayloadRejected, match="more than 65536 characters"):
        decode("edifact", interchange([["FTX+" + "?+" * 40_000]]))


_TEXT = st.text(st.characters(codec="iso-8859-1", exclude_characters="\x00\r\n"), max_size=8)
_SEGMENT = st.tuples(
    st.sampled_from(["BGM", "CNI", "STS", "RFF", "DTM", "LOC", "GID", "FTX", "NAD", "LIN"]),
    st.lists(st.lists(_TEXT, min_size=1, max_size=4), max_size=5),
)
_SETS = st.lists(st.lists(_SEGMENT, max_size=6), min_size=1, max_size=3)


def _written(sets):
    return interchange([[segment(tag, elements) for tag, elements in each] for each in sets])


@given(_SETS)
def test_what_was_encoded_is_decoded(sets):
    expected = [[[tag, *elements] for tag, elements in each] for each in sets]
    assert _segments(decode("edifact", _written(sets))) == expected


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::SyntaxWarning")
@given(_SETS)
def test_another_library_reads_the_same_segments(sets):
    raw = _written(sets)
    theirs = RawSegmentCollection.from_str(raw.decode("iso-8859-1")).segments
    ours = [each for part in _segments(decode("edifact", raw)) for each in part]
    inner = [each for each in theirs if each.tag not in ("UNA", "UNB", "UNH", "UNT", "UNZ")]
    assert [each.tag for each in inner] == [each[0] for each in ours]
    for mine, other in zip(ours, inner, strict=True):
        assert [_flat(element) for element in other.elements] == [_flat(e) for e in mine[1:]]


def _flat(element):
    parts = [element] if isinstance(element, str) else list(element)
    return [part for part in parts if part]


@given(damaged(GOOD.encode()))
def test_a_damaged_interchange_is_read_or_refused(raw):
    answers("edifact", raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    answers("edifact", raw)
