"""/hosts."""

import pytest

from builders import START, a_body, without
from fake import Sandbox

URL = "/hosts"
ADA = {"firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com", "user_id": 2, "source_id": 1}


def test_a_host(waiting: Sandbox) -> None:
    founded = "2029-06-01T12:00:00Z"

    assert waiting.api.get(URL).record == {
        "links": {"account": 1, "participants": [], "source": None, "user": 2},
        "id": 2,
        "firstname": "Jan",
        "lastname": "Kowalski",
        "email": None,
        "created_at": founded,
        "updated_at": founded,
        "forget_me_at": None,
        "processing_restricted_at": None,
    }


def test_a_new_host(waiting: Sandbox) -> None:
    made = waiting.api.post(URL, {"hosts": [ADA]})

    assert made.status == 201
    assert made.headers["Location"] == f"{waiting.transport.root}/api/v3/hosts/3"
    assert made.record["links"] == {"account": 1, "participants": [], "source": 1, "user": 2}
    assert made.record["email"] == "ada@example.com"
    assert made.record.keys() & {"user_id", "source_id"} == set()


def test_a_host_need_not_stand_for_a_user(waiting: Sandbox) -> None:
    made = waiting.api.post(URL, a_body("hosts", firstname="Ada", lastname="Bauer"))

    assert made.status == 201
    assert (made.record["links"]["user"], made.record["email"]) == (None, None)


@pytest.mark.parametrize("attribute", ["firstname", "lastname"])
@pytest.mark.parametrize("value", ["", "  ", None])
def test_both_names_are_needed(waiting: Sandbox, attribute: str, value: object) -> None:
    blank = [{"code": "validation_failed", "field": attribute, "title": "can't be blank"}]

    assert waiting.api.post(URL, without({"hosts": [ADA]}, attribute)).errors == blank
    assert waiting.api.post(URL, {"hosts": [ADA | {attribute: value}]}).errors == blank
    assert waiting.api.put(f"{URL}/2", a_body("hosts", **{attribute: value})).errors == blank


@pytest.mark.parametrize("email", ["ada", "ada@", "@example.com", "a b@example.com", "a@b@c", 7])
def test_an_email_address_looks_like_one(waiting: Sandbox, email: object) -> None:
    answer = waiting.api.post(URL, {"hosts": [ADA | {"email": email}]})

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "email", "title": "is invalid"}]


@pytest.mark.parametrize(("attribute", "field"), [("user_id", "user"), ("source_id", "source")])
def test_a_reference_to_nobody_is_blank(waiting: Sandbox, attribute: str, field: str) -> None:
    answer = waiting.api.put(f"{URL}/2", a_body("hosts", **{attribute: 999}))

    assert answer.errors == [{"code": "validation_failed", "field": field, "title": "can't be blank"}]


def test_a_host_changes(waiting: Sandbox) -> None:
    before = waiting.api.get(f"{URL}/2").record

    changed = waiting.api.put(f"{URL}/2", a_body("hosts", firstname="Janek", email="jan@example.com", user_id=None))

    assert changed.status == 200
    links = before["links"] | {"user": None}
    assert changed.record == before | {"firstname": "Janek", "email": "jan@example.com", "links": links, "updated_at": START}


def test_hosts_are_never_deleted_and_strangers_not_found(waiting: Sandbox) -> None:
    assert waiting.api.delete(f"{URL}/2").status == 405
    assert waiting.api.get(f"{URL}/9").status == 404
    assert waiting.api.put(f"{URL}/9", a_body("hosts", firstname="X")).status == 404


def test_users_have_no_address(waiting: Sandbox) -> None:
    assert waiting.api.get("/users/2").status == 404
