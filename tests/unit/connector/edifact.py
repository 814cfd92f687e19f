"""What the tests write in EDIFACT."""

from __future__ import annotations

from collections.abc import Sequence


def segment(tag: str, elements: Sequence[Sequence[str]]) -> str:
    """A segment without its terminator, special characters released."""
    return "+".join([tag, *(":".join(map(_released, parts)) for parts in elements)])


def _released(text: str) -> str:
    return "".join(f"?{char}" if char in "?:+'" else char for char in text)


def interchange(
    messages: Sequence[Sequence[str]],
    kind: str = "IFTSTA:D:04A:UN",
    newline: str = "",
    control: str = "77",
) -> bytes:
    """One interchange; each message is its segments between UNH and UNT."""
    end = "'" + newline
    body = "UNA:+.? " + end + "UNB+UNOC:3+CARRIER:ZZ+US:ZZ+250603:1200+" + control + end
    for number, segments in enumerate(messages, start=1):
        body += f"UNH+{number}+{kind}{end}"
        body += "".join(each + end for each in segments)
        body += f"UNT+{len(segments) + 2}+{number}{end}"
    return (body + f"UNZ+{len(messages)}+{control}{end}").encode("iso-8859-1")
