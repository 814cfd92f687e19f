"""Raw messages for people's eyes: without the parts that only machines and courts need."""

import re

from ..core.personal_data import MASK

_SECRET = r"(?:pass(?:word|wd)?|secret|token|authorization|api[-_]?key|access[-_]?key|signature)"
_PERSON = (
    r"(?:e?-?mail(?:address)?|phone(?:number)?|mobile|telephone"
    r"|(?:recipient|receiver|consignee|signatory|contact)_?name|signed_?(?:for_?)?by)"
)

_JSON_VALUE = re.compile(
    rf'("[^"\\]{{0,40}}?{_SECRET}"|"[^"\\]{{0,40}}?{_PERSON}")(\s*:\s*)"(?:[^"\\]|\\.)*"', re.I
)
_XML_VALUE = re.compile(
    rf"(<(?:\w+:)?[\w.-]{{0,40}}?(?:{_SECRET}|{_PERSON})(?:\s[^<>]*)?>)[^<]+", re.I
)
_E_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# X12 PER: qualifiers EM, TE, FX, … are followed by the address or number (ASC X12 data element 365)
_X12_CONTACT = re.compile(r"(?<=[*|])(EM|TE|CP|FX|HP|WP)([*|])[^*|~\r\n]+")


def mask(text):
    """The text with passwords, tokens, e-mail addresses and telephone numbers hidden.

    >>> mask('{"email": "a@b.example", "city": "Reno"}')
    '{"email": "●●●", "city": "Reno"}'
    """
    text = _JSON_VALUE.sub(rf'\1\2"{MASK}"', text)
    text = _XML_VALUE.sub(rf"\1{MASK}", text)
    text = _X12_CONTACT.sub(rf"\1\2{MASK}", text)
    return _E_MAIL.sub(MASK, text)
