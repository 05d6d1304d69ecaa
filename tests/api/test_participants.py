"""/inbox/participants."""

import pytest

from builders import START, a_body, without
from fake import Sandbox

URL = "/inbox/participants"
JAN = {"conversation_id": 11, "member_id": 2, "member_type": "Host"}


def test_the_guest_that_the_channel_added(waiting: Sandbox) -> None:
    answer = waiting.api.get(URL)

    assert answer.record == {
        "links": {"account": 1, "conversation": 11, "member": {"id": 1, "type": "Client"}},
        "id": 1,
        "last_message_sent_at": None,
        "read_at": None,
        "created_at": "2030-06-01T10:10:00Z",
        "updated_at": "2030-06-01T10:10:00Z",
    }


def test_a_host_joins(waiting: Sandbox) -> None:
    made = waiting.api.post(URL, {"participants": [JAN]})

    assert made.status == 201
    assert made.headers["Location"] == f"{waiting.transport.root}/api/v3{URL}/2"
    assert made.record["links"] == {"account": 1, "conversation": 11, "member": {"id": 2, "type": "Host"}}
    assert made.record["read_at"] is None
    assert waiting.api.get("/inbox/conversations/11").record["links"]["participants"] == [1, 2]
    assert waiting.api.get("/hosts/2").record["links"]["participants"] == [2]


def test_the_same_host_may_take_part_twice(waiting: Sandbox) -> None:
    for _ in range(2):
        assert waiting.api.post(URL, {"participants": [JAN]}).status == 201

    assert waiting.api.get("/hosts/2").record["links"]["participants"] == [2, 3]


@pytest.mark.parametrize("attribute", JAN)
def test_nothing_of_it_can_be_left_out(waiting: Sandbox, attribute: str) -> None:
    answer = waiting.api.post(URL, without({"participants": [JAN]}, attribute))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": "can't be blank"}]


def test_a_member_is_a_client_or_a_host(waiting: Sandbox) -> None:
    answer = waiting.api.post(URL, {"participants": [JAN | {"member_type": "User"}]})

    assert answer.errors == [{"code": "validation_failed", "field": "member_type", "title": "is not included in the list"}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"conversation_id": 999}, "conversation"), ({"member_id": 999}, "member"), ({"member_id": 2, "member_type": "Client"}, "member")],
)
def test_what_it_refers_to_must_exist(waiting: Sandbox, changes: dict[str, object], field: str) -> None:
    answer = waiting.api.post(URL, {"participants": [JAN | changes]})

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": field, "title": "can't be blank"}]


@pytest.mark.parametrize("read", [True, "true"])
def test_reading_sets_read_at(inbox: Sandbox, read: object) -> None:
    answer = inbox.api.put(f"{URL}/2", a_body("participants", read=read))

    assert answer.status == 200
    assert answer.record["read_at"] == answer.record["updated_at"] == START
    assert "read" not in answer.record


def test_reading_can_be_taken_back(inbox: Sandbox) -> None:
    inbox.api.put(f"{URL}/2", a_body("participants", read=True))

    assert inbox.api.put(f"{URL}/2", a_body("participants", read=False)).record["read_at"] is None


@pytest.mark.parametrize(("read", "read_at"), [(True, START), (False, None)])
def test_a_participant_may_have_read_on_joining(waiting: Sandbox, read: object, read_at: object) -> None:
    assert waiting.api.post(URL, {"participants": [JAN | {"read": read}]}).record["read_at"] == read_at


def test_nothing_but_read_can_be_changed(inbox: Sandbox) -> None:
    before = inbox.api.get(f"{URL}/2").record

    changed = inbox.api.put(
        f"{URL}/2", a_body("participants", member_id=1, member_type="Client", conversation_id=99, last_message_sent_at=START)
    )

    assert changed.record == before | {"updated_at": START}


def test_read_is_true_or_false(inbox: Sandbox) -> None:
    answer = inbox.api.put(f"{URL}/2", a_body("participants", read="yesterday"))

    assert answer.status == 422
    assert answer.errors[0]["field"] == "read"


@pytest.mark.parametrize("method", ["get", "put"])
def test_a_participant_that_is_not_there_is_not_found(inbox: Sandbox, method: str) -> None:
    answer = inbox.api.get(f"{URL}/99") if method == "get" else inbox.api.put(f"{URL}/99", a_body("participants", read=True))

    assert answer.status == 404


def test_the_member_is_included_as_what_it_is(inbox: Sandbox) -> None:
    guest, host = inbox.api.get(URL, include="member").records

    assert guest["member"]["fullname"] == "Clementina Kling"
    assert host["member"]["firstname"] == "Jan"
    assert host["links"]["member"] == {"id": 2, "type": "Host"}
