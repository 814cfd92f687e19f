import pytest

from odoo.addons.logistics_carrier_connector.core.profile_lines import complaint, line_of
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

from .test_code_rows import TEXT

MILESTONES = frozenset(CATALOGUE)


def _line(text):
    return text.count("\n", 0, text.index("▶")) + 1, text.replace("▶", "")


@pytest.mark.parametrize(
    "marked",
    [
        TEXT.replace("milestone: delivered", "milestone: ▶teleported"),
        TEXT.replace(
            "{codes: [D, E], milestone: delivered",
            "{codes: [D, E], milestone: delivered, colour: ▶red",
        ),
        TEXT.replace("    ignore: true", "    ▶milestones: picked"),
        TEXT.replace("codes: [I]", "codes: [▶D]"),
        TEXT.replace("format: json", "format: ▶smoke"),
        TEXT.replace("value: event.number", "value: ▶'event['"),
        TEXT.replace("name: Small", "name: Small\n▶name: Twice"),
        TEXT.replace("each: [{", "each: [▶{{"),
    ],
)
def test_a_mistake_is_told_with_its_line(marked):
    line, text = _line(marked)
    told, reason = complaint(text, MILESTONES)
    assert reason
    # Its line, or that of the row or key in which it stands.
    assert told in (line, line - 1), (told, line, reason)


def test_a_profile_that_can_be_used_has_no_complaint():
    assert complaint(TEXT, MILESTONES) is None


@pytest.mark.parametrize("text", ["", "x", "- a", "[" * 5000, "profile: &a x\nname: *a"])
def test_what_is_no_profile_at_all_is_told_without_a_crash(text):
    line, reason = complaint(text, MILESTONES)
    assert line >= 0
    assert reason


@pytest.mark.parametrize(
    ("path", "line"),
    [("name", 3), ("codes[1].ignore", 12), ("codes[9].milestone", 10), ("nothing", 0)],
)
def test_a_path_leads_to_its_line_or_as_far_as_it_goes(path, line):
    assert line_of(TEXT, path) == line
