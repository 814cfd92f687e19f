import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import api_parameters, api_schemas, openapi
from odoo.addons.logistics_carrier_connector.core.api_operations import OPERATIONS
from odoo.addons.logistics_carrier_connector.core.canonical import MAX_EVENTS, read
from odoo.addons.logistics_carrier_connector.core.contract import check, check_schema
from odoo.addons.logistics_carrier_connector.core.errors import ContractViolation
from odoo.addons.logistics_carrier_connector.core.problem_types import (
    DOCS_PATH,
    PROBLEM_SCHEMA,
    PROBLEM_TYPES,
    type_of,
)

MILESTONES = ["delivered", "picked"]
DOCUMENT = openapi.document("https://odoo.example", MILESTONES)
SCHEMAS = DOCUMENT["components"]["schemas"]


def _whole(name):
    """A schema of the document that can be used by itself."""
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}


def _event(**values):
    return {
        "milestone": "picked",
        "occurred_at": "2026-03-02T08:00:00+01:00",
        "references": [{"scheme": "purchase_order", "value": "PO-1"}],
        **values,
    }


# === The document === #


def test_the_document_is_json_and_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in SCHEMAS
    schemes = DOCUMENT["components"]["securitySchemes"]
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            assert {name for needed in operation["security"] for name in needed} <= set(schemes)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_can_be_used(name):
    check_schema(_whole(name))


def test_operations_have_names_of_their_own_and_parameters_for_their_paths():
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for operation in OPERATIONS:
        in_path = {each["name"] for each in operation.parameters if each["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", operation.path)), operation.name


def test_every_problem_of_an_operation_is_a_kind_that_the_page_explains():
    for operation in OPERATIONS:
        assert set(operation.problems) <= set(PROBLEM_TYPES), operation.name
        described = DOCUMENT["paths"][openapi.ROOT + operation.path][operation.method]
        statuses = {str(PROBLEM_TYPES[title].status) for title in operation.problems}
        assert statuses <= set(described["responses"])


def test_an_operation_that_asks_for_a_proof_says_that_it_refuses_who_has_none():
    for operation in OPERATIONS:
        described = DOCUMENT["paths"][openapi.ROOT + operation.path][operation.method]
        assert bool(operation.proof) == ("401" in described["responses"]), operation.name
        assert bool(described["security"]) == bool(operation.proof)


def test_who_has_to_wait_is_told_for_how_long():
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                assert ("Retry-After" in response.get("headers", {})) == (status in ("429", "503"))


def test_only_the_milestones_that_exist_are_offered():
    assert SCHEMAS["Event"]["properties"]["milestone"]["enum"] == sorted(MILESTONES)
    assert not check(_whole("Event"), _event())
    assert check(_whole("Event"), _event(milestone="teleported"))


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        (_event(), True),
        ({"events": [_event()]}, True),
        ({"events": [{"nonsense": 1}, _event()]}, True),
        ({"events": [_event()] * MAX_EVENTS}, True),
        ({"events": [_event()] * (MAX_EVENTS + 1)}, False),
        ({"events": [{"nonsense": 1}]}, False),
        ({"events": []}, False),
        ({"events": [_event()], "more": 1}, False),
        ({}, False),
        ([], False),
    ],
)
def test_the_schema_of_the_body_takes_what_the_reader_takes(body, fits):
    assert (not check(_whole("Events"), body)) == fits
    try:
        readable = any(not result.problem for result in read(body, MILESTONES).items)
    except ContractViolation:
        readable = False
    assert readable == fits


# === Problems === #


def test_the_address_of_a_problem_is_unique_and_made_of_letters():
    addresses = [kind.uri for kind in PROBLEM_TYPES.values()]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert re.fullmatch(re.escape(DOCS_PATH) + r"#[a-z]+(-[a-z]+)*", address)
    assert type_of("Something else") == "about:blank"


def test_every_kind_of_problem_fits_the_schema_of_problems():
    for kind in PROBLEM_TYPES.values():
        problem = {"type": kind.uri, "title": kind.title, "status": kind.status}
        assert not check(PROBLEM_SCHEMA, problem)
        assert kind.remedy.endswith(".")


# === Parameters === #


def _read(*pairs):
    return api_parameters.read(api_schemas.LIST_PARAMETERS, pairs)


def test_parameters_become_values_and_the_rest_has_its_defaults():
    assert _read() == {"limit": 50}
    assert _read(("limit", "7"), ("state", "parked")) == {"limit": 7, "state": "parked"}


@pytest.mark.parametrize(
    ("pairs", "paths"),
    [
        ([("limit", "0")], {"limit"}),
        ([("limit", "-1")], {"limit"}),
        ([("limit", "1.5")], {"limit"}),
        ([("limit", "٣")], {"limit"}),
        ([("limit", "9" * 5000)], {"limit"}),
        ([("limit", "1"), ("limit", "2")], {"limit"}),
        ([("state", "lost"), ("after", "\x00")], {"state", "after"}),
        ([("after", "f" * 33)], {"after"}),
        ([("x" * 500, "")], {"x" * 60}),
    ],
)
def test_everything_that_is_wrong_with_parameters_is_named(pairs, paths):
    with pytest.raises(ContractViolation) as refused:
        _read(*pairs)
    assert {problem.path for problem in refused.value.problems} == paths


@given(st.lists(st.tuples(st.text(), st.text()) | st.tuples(st.just("limit"), st.text())))
def test_any_parameters_are_read_or_refused(pairs):
    try:
        values = _read(*pairs)
    except ContractViolation:
        return
    assert 1 <= values["limit"] <= api_schemas.MOST_LISTED


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("K", True),
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', True),
        ("two words", True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("", False),
        (" K", False),
        ("K ", False),
        ("a\tb", False),
        ("schlüssel", False),
    ],
)
def test_a_key_is_visible_ascii(key, fits):
    assert (not check(api_schemas.HEADER_PARAMETERS["Idempotency-Key"], key)) == fits
