"""/__admin/sandboxes/{id}/faults, and the list of what can go wrong."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from declared import row_of_the_reference
from fake import Mock, Sandbox
from faulty import set_fault
from inbox_mock.domain.discovery import DeclarationError, discover
from inbox_mock.faults import kinds as package
from inbox_mock.faults.kinds import kinds

REFERENCE = Path(__file__).parents[2] / "docs/reference.md"


def test_a_fault_is_shown_with_what_it_does_and_did(inbox: Sandbox) -> None:
    made = set_fault(inbox, "status", status=503, match={"method": "GET", "path": "/inbox/messages"}, times=2)

    inbox.api.get("/inbox/messages")

    assert made == {
        "id": 1,
        "kind": "status",
        "status": 503,
        "match": {"method": "GET", "path": "/inbox/messages"},
        "times": 2,
        "set_at": "2030-06-01T12:00:00Z",
        "ends_at": None,
        "seen": 0,
        "struck": 0,
        "left": 2,
    }
    assert inbox.admin.get("/faults").json == {"faults": [made | {"seen": 1, "struck": 1, "left": 1}]}


def test_a_fault_that_is_removed_strikes_no_more(inbox: Sandbox) -> None:
    fault = set_fault(inbox, "status")

    assert inbox.admin.delete(f"/faults/{fault['id']}").status == 204

    assert inbox.api.get("/inbox/messages").status == 200
    assert inbox.admin.delete(f"/faults/{fault['id']}").status == 404
    assert set_fault(inbox, "status")["id"] == 2


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_can_be_set_with_nothing_said(mock: Mock, kind: str) -> None:
    assert set_fault(mock.sandbox("empty"), kind)["kind"] == kind


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "gremlins"}, "kind"),
        ({"kind": 5}, "kind"),
        ({"kind": "status", "status": 200}, "status"),
        ({"kind": "status", "body": 5}, "body"),
        ({"kind": "status", "by": "5s"}, "by"),
        ({"kind": "status", "colour": "red"}, "colour"),
        ({"kind": "slow", "by": "soon"}, "by"),
        ({"kind": "slow", "by": "-5s"}, "by"),
        ({"kind": "slow", "real": "yes"}, "real"),
        ({"kind": "burst", "copies": 1}, "copies"),
        ({"kind": "burst", "copies": 100_000}, "copies"),
        ({"kind": "truncated", "bytes": -1}, "bytes"),
        ({"kind": "status", "times": 0}, "times"),
        ({"kind": "status", "for": "for ever"}, "for"),
        ({"kind": "status", "for": "4000d"}, "for"),
        ({"kind": "status", "match": []}, "match"),
        ({"kind": "status", "match": {"event": "booking_created"}}, "match.event"),
        ({"kind": "lost", "match": {"path": "/bookings"}}, "match.path"),
        ({"kind": "lost", "match": {"event": "booking_eaten"}}, "match.event"),
        ({"kind": "status", "match": {"colour": "red"}}, "match.colour"),
        ({"kind": "status", "match": {"path": "bookings"}}, "match.path"),
        ({"kind": "status", "match": {"method": "BREW"}}, "match.method"),
        ({"kind": "status", "match": {"share": 1.5}}, "match.share"),
        ({"kind": "status", "match": {"nth": 0}}, "match.nth"),
        ({"kind": "status", "match": {"application_id": 999}}, "match.application_id"),
        ({"kind": "status", "match": {"application_id": 2**63}}, "match.application_id"),
    ],
)
def test_a_mistake_is_a_problem_with_the_field_and_what_was_expected(mock: Mock, body: object, field: str) -> None:
    sandbox = mock.sandbox("empty")

    answer = sandbox.admin.post("/faults", body)

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [problem["field"] for problem in answer.json["errors"]] == [field]
    assert answer.json["errors"][0]["expected"]
    assert sandbox.admin.get("/faults").json == {"faults": []}


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_option_has_a_schema_a_default_and_a_description(kind: str) -> None:
    for schema in kinds()[kind].options.values():
        assert "default" in schema
        assert "description" in schema
        assert schema.keys() & {"type", "enum"}


def test_a_file_that_exports_no_fault_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "inbox_mock.faults.kinds.requests", ModuleType("requests"))

    with pytest.raises(DeclarationError, match=r"inbox_mock\.faults\.kinds\.requests must define FAULTS"):
        discover(package.__name__, "FAULTS", tuple)


def test_the_reference_has_every_kind_in_its_words() -> None:
    rows = re.findall(r"^\| `\w+` \| (?:requests|webhooks) \| .* \|$", REFERENCE.read_text(), re.MULTILINE)

    assert rows == [row_of_the_reference(fault) for fault in kinds().values()]
