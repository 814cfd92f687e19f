"""Whether a message is an error answer, in the forms that most interfaces share.

Asked only where a profile does not know the message or finds nothing in it; carriers also send
such answers with HTTP status 200. Known are problem details (RFC 9457), SOAP faults, an ``error``
or ``errors`` with words or codes, and a status code of 400 or more beside a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from .words import slug

MAX_LEVELS: Final = 8
_LONGEST: Final = 300
# Names as ``slug`` writes them.
_ERRORS: Final = frozenset(
    "error errors fault faults exception system_exception error_response error_message err"
    " error_messages error_details error_detail error_code error_description errordetail"
    " response_errors validation_errors tracking_error status_error faultstring error_id"
    " soap_fault business_error message_errors api_error_response errormessage error_data"
    " errorcode err_msg err_code fault_string warnings rejected code_erreur texte_erreur"
    " error_text".split()
)
_ERROR_CODES: Final = frozenset({"error_code", "errorcode", "err_code"})
_SUCCEEDED: Final = frozenset({"success", "succeeded", "is_success", "successful"})
# In plain words of notes without a code: what is refused, not only not found.
_REFUSED: Final = (
    *("not_have_access", "no_access", "access_denied", "not_authorized", "unauthorized"),
    *("not_permitted", "forbidden", "invalid_credentials", "authentication_failed", "api_key"),
)
_STATUS: Final = frozenset(
    "status status_code http_status http_status_code response_status_code code error_code"
    " response_code http_code".split()
)
# Lists of messages that may say anything; those with a code are taken for complaints.
_NOTES: Final = frozenset("message messages notification notifications condition".split())
_CODES: Final = ("code", "condition_code", "error_code", "number", "type")
_FINE: Final = ("success", "note", "info", "information", "ok")
_WORDS: Final = (
    *("message", "error_message", "error_description", "description", "detail", "details"),
    *("title", "faultstring", "text", "reason", "error", "msg", "response_status_message"),
    *(
        "condition_data",
        "value",
        "texte_erreur",
        "name",
        "short_message",
        "long_message",
        "code",
        "error_code",
        "errormessage",
        "statement",
    ),
)
_NOTHING: Final = ("", "0", "false", "none", "null", "ok", "success", "no_error", "00", "0000")


def error_answer(tree: Any) -> str:
    """What the message complains about, for people; empty if it is no error answer.

    >>> error_answer({"title": "Not found", "status": 404})
    'Not found'
    >>> error_answer({"errors": [{"code": "TV1002", "message": "No such number"}]})
    'No such number (TV1002)'
    >>> error_answer({"error": None, "parcels": []})
    ''
    """
    for level in _levels(tree):
        for node in level:
            succeeded = _succeeded(node)
            for name, value in node.items():
                if succeeded and slug(name) in _ERROR_CODES:
                    continue
                if slug(name) in _ERRORS and _says_something(value):
                    return _words(value) or _words(node) or slug(name)
                if slug(name) in _NOTES and (found := _complaint(value)):
                    return found
            if _is_problem(node):
                return _words(node)
    return ""


def _levels(tree: Any) -> Iterator[list[dict[str, Any]]]:
    """The objects of a message, level by level from the top."""
    level = [tree]
    for _ in range(MAX_LEVELS):
        nodes = [node for node in level if isinstance(node, dict)]
        yield nodes
        inside = [value for node in nodes for value in node.values()]
        level = [
            *(each for value in level if isinstance(value, list) for each in value),
            *(value for value in inside if isinstance(value, dict | list)),
        ]


def _says_something(value: Any) -> bool:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return any(_says_something(each) for each in inside)
    return value is not None and slug(str(value)) not in _NOTHING


def _is_problem(node: dict[str, Any]) -> bool:
    """A status of 400 or more, or a message and nothing else, as proxies answer."""
    names = {slug(name): value for name, value in node.items()}
    for name in _STATUS & set(names):
        number = str(names[name])
        if isinstance(names[name], int | Decimal | str) and number.isascii() and number.isdigit():
            if 400 <= int(number[:9]) <= 599 and _words(node):
                return True
    said = names.get("message")
    return set(names) <= {"message", "code"} and isinstance(said, str) and _says_something(said)


def _succeeded(node: dict[str, Any]) -> bool:
    """Whether it says of itself that all is well; some give even that an error code."""
    return any(slug(name) in _SUCCEEDED and value in (True, "true") for name, value in node.items())


def _complaint(value: Any) -> str:
    """What a list of messages complains about; those that say that all is well are no complaint."""
    notes = [note for note in (value if isinstance(value, list) else [value]) if note]
    found = []
    for note in notes:
        if isinstance(note, str) and any(words in slug(note) for words in _REFUSED):
            found.append(_words(note))
        names = {slug(name): each for name, each in note.items()} if isinstance(note, dict) else {}
        severity = slug(str(names.get("severity") or names.get("type") or ""))
        code = next((names[name] for name in _CODES if names.get(name)), None)
        if severity in _FINE or code is None or not _says_something(code):
            continue
        found.append(_words(note))
    return "; ".join(dict.fromkeys(found))[:_LONGEST]


def _words(value: Any) -> str:
    """The text that says most, with the code behind it."""
    if isinstance(value, list):
        found = [words for each in value[:5] if (words := _words(each))]
        return "; ".join(dict.fromkeys(found))[:_LONGEST]
    if not isinstance(value, dict):
        return "" if value is None else " ".join(str(value).split())[:_LONGEST]
    names = {slug(name).strip("_"): each for name, each in value.items()}
    text = next((words for name in _WORDS if (words := _words(names.get(name)))), "")
    code = names.get("code") or names.get("error_code") or names.get("errorcode")
    if isinstance(code, str | int) and text and str(code) not in text:
        text = f"{text} ({code})"
    return text or next((words for each in value.values() if (words := _words(each))), "")
