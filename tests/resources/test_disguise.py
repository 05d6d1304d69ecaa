"""What is private is replaced by something of its shape, and nothing tells what it was."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.resources import RESOURCES
from inbox_mock.resources.disguise import Disguise
from inbox_mock.resources.privacy import CLOSED, EVERYTHING, NAMES, PRIVATE, PUBLIC, TEXTS

JSON = dict[str, Any]
DISGUISE = Disguise(b"a key")
LONG = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=8, max_size=40)


@pytest.mark.parametrize("plural", RESOURCES)
def test_every_free_text_is_classed_private_or_public(plural: str) -> None:
    texts = {a.name for a in RESOURCES[plural].attributes if a.kind.field not in CLOSED}
    private, public = set(PRIVATE.get(plural, {})), PUBLIC.get(plural, frozenset())
    assert private | public == texts
    assert not private & public


@given(st.text())
def test_a_text_keeps_its_length_blanks_and_lines(text: str) -> None:
    made = DISGUISE.text(text)
    assert len(made) == len(text) or "@" in text or "://" in text
    if "@" not in text and "://" not in text:
        assert [c.isspace() for c in made] == [c.isspace() for c in text]
        assert made.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    ["Grüße aus Zürich — 你好 😀", "Добрый день, 14 мая", "Γειά σου", "مرحبا بك", "こんにちは、田中さん", "안녕하세요 3명"],  # noqa: RUF001 - Greek
)
def test_letters_stay_in_their_script_and_digits_stay_digits(text: str) -> None:
    made = DISGUISE.text(text)
    assert made != text
    assert [(c.isupper(), c.islower(), c.isdigit(), len(c.encode())) for c in made] == [
        (c.isupper(), c.islower(), c.isdigit(), len(c.encode())) for c in text
    ]


def test_addresses_within_a_text_stay_addresses_of_example_hosts() -> None:
    made = DISGUISE.text("See https://booking.example-agency.fr/anna?key=42 or write to anna.nowak@mail.example-agency.fr!")
    assert re.fullmatch(r"\w{3} https://[a-z]+\.example\.com/\w{4}\?\w{3}=\d\d \w\w \w{5} \w\w [\w.]+@example\.(com|org|net)", made)


@given(LONG)
def test_nothing_of_a_long_word_is_left(word: str) -> None:
    for plural, attributes in PRIVATE.items():
        for attribute in attributes:
            assert word not in str(DISGUISE.of(plural, attribute, word))


def test_a_name_is_the_same_alone_within_a_full_name_and_in_capitals() -> None:
    whole = DISGUISE.of("clients", "fullname", "Anna Nowak")
    assert whole.split() == [DISGUISE.of("hosts", "firstname", "Anna"), DISGUISE.of("inquiries", "lastname", "Nowak")]
    assert DISGUISE.of("clients", "fullname", "ANNA").casefold() == whole.split()[0].casefold()


def test_the_same_text_is_the_same_for_one_key_and_another_one_for_another() -> None:
    assert Disguise(b"a key").text("Where are the keys?") == DISGUISE.text("Where are the keys?")
    assert Disguise(b"another key").text("Where are the keys?") != DISGUISE.text("Where are the keys?")


def test_equal_words_of_a_text_do_not_stay_equal() -> None:
    made = DISGUISE.text("lorem " * 20).split()
    assert len(set(made)) > 10


@pytest.mark.parametrize(
    ("plural", "attribute", "value", "shape"),
    [
        ("hosts", "email", "anna.nowak@agency.example", r"[a-z]{13}@example\.(com|org|net)"),
        ("hosts", "email", "a@b.io", r"[a-z]@[a-z]\.test"),
        ("inquiries", "phone", "+33 6 12-34", r"\+\d\d \d \d\d-\d\d"),
        ("bookings", "door_key_code", "A17#b", r"[A-Z]\d\d#[a-z]"),
        ("attachments", "name", "passport of Anna.pdf", r"\w{8} \w\w \w{4}\.pdf"),
        ("attachments", "url", "https://a.example/uploads/7/passport.pdf", r"https://a\.example/uploads/7/[a-z]{8}\.pdf"),
        ("accounts", "website", "https://super-awesome-villas.fr/", r"https://[a-z]+\.example\.com/"),
        ("attachments", "file", "data:image/png;base64,SGVsbG8K", r"data:image/png;base64,[A-Za-z0-9]{8}"),
    ],
)  # fmt: skip
def test_each_kind_keeps_its_shape(plural: str, attribute: str, value: str, shape: str) -> None:
    made = DISGUISE.of(plural, attribute, value)
    assert re.fullmatch(shape, made), made
    assert made != value


def test_a_position_keeps_its_degrees_alone() -> None:
    made = DISGUISE.of("rentals", "lat", 45.0196)
    assert int(made) == 45
    assert made != 45.0196


def test_lists_of_contacts_are_replaced_part_by_part() -> None:
    made = DISGUISE.of("clients", "emails", [{"label": "default", "email": "anna.nowak@agency.example"}])
    assert made[0]["label"] == "default"
    assert made[0]["email"].partition("@")[2].startswith("example.")


def test_public_attributes_stay() -> None:
    assert DISGUISE.of("bookings", "status", "Booked") == "Booked"
    assert DISGUISE.of("applications", "name", "Airbnb") == "Airbnb"


@pytest.mark.parametrize(("kind", "plural", "attribute"), [(NAMES, "clients", "fullname"), (TEXTS, "messages", "content")])
def test_what_is_to_be_kept_stays(kind: str, plural: str, attribute: str) -> None:
    kept = Disguise(b"a key", frozenset({kind}))
    assert kept.of(plural, attribute, "Anna Nowak") == "Anna Nowak"
    assert kept.of("hosts", "email", "anna.nowak@agency.example") != "anna.nowak@agency.example"
    assert Disguise(b"a key", EVERYTHING).of("hosts", "email", "anna.nowak@agency.example") == "anna.nowak@agency.example"


def test_an_answer_is_replaced_with_what_it_embeds_and_its_links_of_pages() -> None:
    answer: JSON = {
        "conversations": [{"id": 7, "links": {"account": 1}, "subject": "Anna Nowak", "messages": [{"id": 9, "content": "Anna Nowak"}]}],
        "meta": {"Link": {"first": "https://a.example/x?conversations%5B%5D%5Bsubject%5D=Anna+Nowak&page=1"}},
    }
    made = DISGUISE.answer(answer)
    assert "Anna" not in str(made)
    assert made["conversations"][0]["id"] == 7
    assert made["meta"]["Link"]["first"].endswith("&page=1")


def test_a_webhook_is_replaced() -> None:
    made = DISGUISE.answer({"event": "client_created", "account_id": 1, "resource": {"links": {}, "client": {"fullname": "Anna Nowak"}}})
    assert "Anna" not in str(made)
    assert made["event"] == "client_created"


def test_attributes_that_no_declaration_has_are_replaced_as_texts() -> None:
    assert DISGUISE.record("clients", {"id": 1, "nickname": "Anna Nowak"})["nickname"] != "Anna Nowak"


@pytest.mark.parametrize(("plural", "attribute"), [("clients", "phones"), ("rentals", "headline"), ("accounts", "preferences")])
def test_keys_that_no_api_would_have_are_replaced_too(plural: str, attribute: str) -> None:
    made = DISGUISE.of(plural, attribute, {"jane.smith@hotel.fr": "x", "+33 6 12 34 56 78": "x", "en": "x", "pt-BR": "x"})

    assert {"en", "pt-BR"} <= made.keys()
    assert not {"jane", "hotel", "12 34"} & set(re.findall("jane|hotel|12 34", repr(made)))


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"id": 1, "content": "x"}], "note": "Anna Nowak", "Anna Nowak": 1},
        {"messages": [{"origin": "Anna Nowak", "sent_at": "Anna Nowak", "conversation_id": "Anna Nowak", "Anna Nowak": 1}]},
        {"messages": "Anna Nowak"},
        {"messages": ["Anna Nowak"]},
        ["Anna Nowak"],
        "Anna Nowak",
    ],
)
def test_what_a_client_writes_where_nothing_belongs_is_replaced(body: Any) -> None:
    assert not re.search("Anna|Nowak", str(DISGUISE.answer(body)))


def test_what_is_of_the_api_stays() -> None:
    record = {
        "id": 1,
        "origin": "email",
        "visibility": "all",
        "sent_at": "2030-06-01T12:00:00Z",
        "links": {"conversation": 7},
        "conversation_id": 7,
    }
    body = {"links": {"a": "b"}, "messages": [record], "meta": {"deleted_ids": [3]}, "errors": [{"code": "not_found"}]}

    assert DISGUISE.answer(body) == body


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        (
            "https://a.example/api/v3/clients?page=2&q=Anna&updated_since=2030-06-01&phone=0612345678",
            r"{}page=2&q=\w+&updated_since=2030-06-01&phone=\d+",
        ),
        ("https://a.example/uploads/0123456789ab/7/anna-nowak.png", r"https://a.example/uploads/0123456789ab/7/\w+-\w+\.png"),
    ],
)
def test_an_address_of_the_api_keeps_what_can_be_nobody_s(url: str, shape: str) -> None:
    made = str(DISGUISE.url_of_page(url))

    assert re.fullmatch(shape.replace("{}", re.escape("https://a.example/api/v3/clients?")), made)
    assert not re.search("(?i)anna|nowak|0612345678", made)
