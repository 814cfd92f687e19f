"""Check digits of the numbers that carry one: the cheapest proof against a mistyped number.

Only schemes whose rule is public and without exceptions are judged; every other number is *not
applicable*, never wrong. Judge normalised values (``core/reference.py``).

Sources: GS1 General Specifications, section 7.9 (SSCC); ISO 6346 (containers); UPU S10 (postal
items); the modulo 10 rule of UPS' "1Z" numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from stdnum import ean, iso6346

FINE: Final = "fine"
NOT_APPLICABLE: Final = "not_applicable"
WRONG: Final = "wrong"

_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_UPS = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True, slots=True)
class Check:
    """What a check digit says about a number.

    :param verdict: ``FINE``, ``NOT_APPLICABLE`` or ``WRONG``
    :param why: part of an English sentence that says what is wrong; empty otherwise
    """

    verdict: str
    why: str = ""


def check(scheme: str, number: str) -> Check:
    """Judge a normalised number of one scheme.

    >>> check("sscc", "106141411234567897").verdict
    'fine'
    >>> check("container", "CSQU3054384").why
    'its check digit should be 3 and is 4'
    >>> check("pro", "1234567").verdict
    'not_applicable'
    """
    if scheme == "sscc":
        return _check_sscc(number)
    if scheme == "container" and _CONTAINER.fullmatch(number):
        return _compare(iso6346.calc_check_digit(number[:-1]), number[-1])
    if scheme == "tracking" and _UPS.fullmatch(number):
        return _compare(_ups_digit(number[2:-1]), number[-1])
    if scheme == "tracking" and _S10.fullmatch(number):
        return _compare(_s10_digit(number[2:10]), number[10])
    return Check(NOT_APPLICABLE)


def _check_sscc(number: str) -> Check:
    if not (number.isascii() and number.isdigit()):
        return Check(WRONG, "an SSCC has digits only")
    if len(number) != 18:
        return Check(WRONG, f"an SSCC has 18 digits and this has {len(number)}")
    return _compare(ean.calc_check_digit(number[:-1]), number[-1])


def check_gln(number: str) -> Check:
    """Judge a Global Location Number: 13 digits, the last of them GS1's modulo 10.

    >>> check_gln("4012345000009").verdict
    'fine'
    >>> check_gln("401234500000").why
    'a GLN has 13 digits'
    """
    if not (len(number) == 13 and number.isascii() and number.isdigit()):
        return Check(WRONG, "a GLN has 13 digits")
    return _compare(ean.calc_check_digit(number[:-1]), number[-1])


def _compare(expected: str, found: str) -> Check:
    if expected == found:
        return Check(FINE)
    return Check(WRONG, f"its check digit should be {expected} and is {found}")


def _ups_digit(body: str) -> str:
    """Modulo 10 over 15 characters; every second one counts twice, letters as A=2, B=3, … J=1."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    return str(-(sum(values[0::2]) + 2 * sum(values[1::2])) % 10)


def _s10_digit(serial: str) -> str:
    """Modulo 11 over the eight digits of the serial number; 10 is written 0 and 11 is written 5."""
    weighed = sum(w * int(digit) for w, digit in zip(_S10_WEIGHTS, serial, strict=True))
    return {10: "0", 11: "5"}.get(11 - weighed % 11, str(11 - weighed % 11))
