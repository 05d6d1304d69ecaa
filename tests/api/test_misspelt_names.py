"""Names that the API does not know are ignored, as the real service does; X-Mock-Why and the journal say so."""

from typing import Any

import pytest

from builders import a_message
from fake import Sandbox

MESSAGES = "/inbox/messages"


@pytest.mark.parametrize(
    ("path", "query", "why"),
    [
        ("/bookings", {"form": "2000-01-01"}, "form is no parameter here, and is ignored; did you mean from?"),
        (MESSAGES, {"conversation_id": 1}, "conversation_id is no parameter here, and is ignored"),
        (MESSAGES, {"fields": "id,contnt"}, "contnt in fields is unknown, and is ignored; did you mean content?"),
        (MESSAGES, {"include": "sendr"}, "sendr in include is unknown, and is ignored; did you mean sender?"),
    ],
)
def test_what_a_query_names_wrongly_is_told(inbox: Sandbox, path: str, query: dict[str, Any], why: str) -> None:
    told = [inbox.api.get(path, **query).headers["X-Mock-Why"] for _ in range(2)]

    assert told == [why, why]
    assert [entry["why"] for entry in inbox.handle.journal()] == [why, why]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("include=sender&include=conversation", "include came with several values, and the last one counts"),
        ("include[]=sender&include[]=conversation", "include[] is no parameter here, and is ignored; did you mean include?"),
        ("include%5B%5D=sender", "include[] is no parameter here, and is ignored; did you mean include?"),
        ("ids[]=1&ids[]=2", "ids[] is no parameter here, and is ignored; did you mean ids?"),
        ("inclde[]=sender", "inclde is no parameter here, and is ignored; did you mean include?"),
    ],
)
def test_what_a_query_repeats_instead_of_joining_it_by_commas_is_told(inbox: Sandbox, query: str, why: str) -> None:
    """As clients do whose generator passes over `explode: false`."""
    answer = inbox.api.get(f"{MESSAGES}?{query}")

    assert answer.headers["X-Mock-Why"] == why


def test_of_what_comes_twice_with_the_same_value_nothing_is_told(inbox: Sandbox) -> None:
    """As `per_page` does from a client that adds it to the address of the next page."""
    assert "X-Mock-Why" not in inbox.api.get(f"{MESSAGES}?per_page=5&page=2&per_page=5").headers


def test_what_a_body_names_wrongly_is_told(inbox: Sandbox) -> None:
    message = a_message()
    message["messages"][0]["chanel"] = message["messages"][0].pop("channel")

    answer = inbox.api.post(MESSAGES, message)

    assert answer.status == 201
    assert answer.headers["X-Mock-Why"].startswith(
        "chanel is no attribute of messages, and is ignored; did you mean channel?; not relayed: "
    )


def test_of_what_is_required_the_refusal_and_the_misspelling_are_told(inbox: Sandbox) -> None:
    message = a_message()
    message["messages"][0]["conversation"] = message["messages"][0].pop("conversation_id")

    inbox.api.post(MESSAGES, message)

    (entry,) = inbox.handle.journal()
    assert entry["why"] == (
        "conversation is no attribute of messages, and is ignored; did you mean conversation_id?; conversation_id can't be blank"
    )


@pytest.mark.parametrize(
    "query", [{"fields": "id,content", "include": "sender", "page": 1, "per_page": 5, "updated_since": "", "ids": "1"}, {"x1": "9"}]
)
def test_of_what_is_right_and_of_what_resembles_nothing_nothing_is_told(inbox: Sandbox, query: dict[str, Any]) -> None:
    assert "X-Mock-Why" not in inbox.api.get(MESSAGES, **query).headers


def test_what_was_read_can_be_written_back(inbox: Sandbox) -> None:
    record = inbox.api.get("/inbox/conversations/11").record

    assert "X-Mock-Why" not in inbox.api.put("/inbox/conversations/11", {"conversations": [record]}).headers


def test_of_a_private_text_in_the_place_of_a_name_nothing_is_told(inbox: Sandbox) -> None:
    message = a_message()
    message["messages"][0]["Ada Bauer, +49 170 4711"] = 1

    assert "X-Mock-Why" not in inbox.api.post(MESSAGES, message).headers
