"""/clients."""

import pytest

from builders import START, a_body, a_scenario
from fake import Mock, Sandbox

URL = "/clients"
HALLDOR = {"fullname": "Halldor Helgason", "emails": [{"label": "default", "email": "halldor@example.com"}]}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """A client (37) with an e-mail address and a telephone; the account speaks English and French."""
    ada = {"id": 37, "fullname": "Ada Bauer", "email": "ada@example.com", "phone": "+39 06"}
    return mock.sandbox(a_scenario(accounts=[{"id": 1, "selected_locales": ["en", "fr"]}], clients=[ada]))


def test_a_new_client(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, {"clients": [HALLDOR]})

    assert made.status == 201
    assert made.headers["Location"] == f"{sandbox.transport.root}/api/v3{URL}/38"
    assert made.json["links"] == {"clients.account": f"{sandbox.transport.root}/api/v3/accounts/{{clients.account}}"}
    assert made.record.pop("firstname", None) is None
    assert (
        made.record
        | {
            "links": {"account": 1},
            "id": 38,
            "fullname": "Halldor Helgason",
            "addresses": [],
            "emails": [{"label": "default", "email": "halldor@example.com"}],
            "phones": [],
            "created_at": START,
            "updated_at": START,
            "notes": None,
            "preferred_locale": None,
            "passport": None,
            "company": "",
            "vat_number": "",
            "forget_me_at": None,
            "processing_restricted_at": None,
        }
        == made.record
    )


def test_unknown_attributes_are_ignored(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, {"clients": [HALLDOR | {"city": "Reykjavik", "country_code": "IS"}]})

    assert made.status == 201
    assert "city" not in made.record


def test_a_client_is_named_by_two_parts_too(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, a_body("clients", firstname="Halldor", lastname="Helgason")).record

    assert (made["fullname"], made["firstname"], made["lastname"]) == ("Halldor Helgason", "Halldor", "Helgason")


@pytest.mark.parametrize("name", [{}, {"fullname": ""}, {"fullname": None}, {"firstname": "Halldor"}, {"fullname": "  "}])
def test_a_client_needs_a_name(sandbox: Sandbox, name: dict[str, object]) -> None:
    answer = sandbox.api.post(URL, a_body("clients", **name))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "fullname", "title": "can't be blank"}]


def test_a_part_of_the_name_changes_with_the_other_part_kept(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, a_body("clients", firstname="Halldor", lastname="Helgason")).record

    assert sandbox.api.put(f"{URL}/{made['id']}", a_body("clients", firstname="Hans")).record["fullname"] == "Hans Helgason"
    assert sandbox.api.put(f"{URL}/37", a_body("clients", firstname="Ada")).record["fullname"] == "Ada Bauer"


@pytest.mark.parametrize(("attribute", "longest"), [("fullname", 150), ("notes", 5000), ("passport", 50)])
def test_texts_have_a_limit(sandbox: Sandbox, attribute: str, longest: int) -> None:
    fits = sandbox.api.post(URL, {"clients": [HALLDOR | {attribute: "x" * longest}]})
    does_not = sandbox.api.post(URL, {"clients": [HALLDOR | {attribute: "x" * (longest + 1)}]})

    assert fits.status == 201
    assert does_not.errors == [{"code": "validation_failed", "field": attribute, "title": f"is too long (maximum is {longest} characters)"}]


def test_the_locale_is_one_of_the_accounts(sandbox: Sandbox) -> None:
    spoken = sandbox.api.put(f"{URL}/37", a_body("clients", preferred_locale="fr"))
    unspoken = sandbox.api.put(f"{URL}/37", a_body("clients", preferred_locale="is"))

    assert spoken.record["preferred_locale"] == "fr"
    assert unspoken.errors == [{"code": "validation_failed", "field": "preferred_locale", "title": "is not included in the list"}]


@pytest.mark.parametrize(
    ("group", "item", "missing"),
    [
        ("emails", {"label": "home", "email": "a@example.com"}, "email"),
        ("emails", {"label": "home", "email": "a@example.com"}, "label"),
        ("phones", {"label": "home", "number": "1"}, "number"),
        ("phones", {"label": "home", "number": "1"}, "label"),
        ("addresses", {"label": "home", "address1": "1, High Street", "city": "York", "zip": "YO1", "country_code": "GB"}, "label"),
    ],
)
def test_an_item_of_a_group_needs_what_names_it(sandbox: Sandbox, group: str, item: dict[str, str], missing: str) -> None:
    whole = sandbox.api.put(f"{URL}/37", a_body("clients", **{group: [item]}))
    part = sandbox.api.put(f"{URL}/37", a_body("clients", **{group: [{k: v for k, v in item.items() if k != missing}]}))

    assert whole.record[group] == [item]
    assert (part.status, part.errors[0]["field"]) == (422, group)


@pytest.mark.parametrize(("key", "longest"), [("state", 100), ("zip", 15)])
def test_an_address_has_limits(sandbox: Sandbox, key: str, longest: int) -> None:
    statuses = [
        sandbox.api.put(f"{URL}/37", a_body("clients", addresses=[{"label": "home", key: "x" * length}])).status
        for length in (longest, longest + 1)
    ]

    assert statuses == [200, 422]


@pytest.mark.parametrize("emails", ["ada@example.com", {"email": "ada@example.com"}, [None], [["a"]], None])
def test_a_group_is_a_list_of_objects(sandbox: Sandbox, emails: object) -> None:
    assert sandbox.api.put(f"{URL}/37", a_body("clients", emails=emails)).status == 422


def test_writing_a_group_replaces_it_and_leaves_the_others(sandbox: Sandbox) -> None:
    changed = sandbox.api.put(f"{URL}/37", a_body("clients", emails=[])).record

    assert changed["emails"] == []
    assert [phone["number"] for phone in changed["phones"]] == ["+39 06"]
    assert (changed["fullname"], changed["updated_at"]) == ("Ada Bauer", START)


def test_clients_take_a_scope_of_their_own(sandbox: Sandbox) -> None:
    assert sandbox.api_with("inbox_write", "bookings_write").get(URL).status == 403
    assert sandbox.api_with("clients_read").get(URL).ids == [37]
    assert sandbox.api_with("clients_read").post(URL, {"clients": [HALLDOR]}).status == 403
    assert sandbox.api_with("clients_write").get(f"{URL}/37").status == 200


def test_clients_are_never_deleted_and_strangers_not_found(sandbox: Sandbox) -> None:
    assert sandbox.api.delete(f"{URL}/37").status == 405
    assert sandbox.api.get(f"{URL}/99").status == 404
    assert sandbox.api.put(f"{URL}/99", {"clients": [HALLDOR]}).status == 404
