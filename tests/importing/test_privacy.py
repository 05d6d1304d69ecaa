"""Nothing private, and no secret, of a recording is in anything that an import writes."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importing.recorded import an_exchange
from inbox_mock.importing import Imported, import_exchanges, report
from inbox_mock.recordings import Exchange
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.privacy import ADDRESSES, EMAILS, NAMES, PHONES, PRIVATE, TEXTS
from inbox_mock.scenarios.loading import from_object
from inbox_mock.scenarios.yaml12 import write

WORDS = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo", "Nd")), min_size=8, max_size=20).map("Xq{}".format)
"""Words that nothing else holds."""
SECRETS = ("bearer-secret-1", "session-secret-2", "client-secret-3", "access-secret-4", "refresh-secret-5", "code-secret-6")
SHAPES = {EMAILS: "{}@{}.fr", ADDRESSES: "https://{}.fr/{}", PHONES: "+{}"}


def value_of(plural: str, attribute: str, words: list[str]) -> Any:
    """A value of a private attribute, of its type, that holds a word."""
    kind = next(a.kind for a in RESOURCES[plural].attributes if a.name == attribute)
    shaped = SHAPES.get(PRIVATE[plural][attribute], "{} {}").format(*words)
    match kind.schema.get("type"):
        case "number":
            return 45.123456
        case "array":
            return [{"label": words[0], "email": shaped, "number": shaped, "address1": shaped, "city": words[1]}]
        case "object":
            return {"en": shaped}
    return shaped


def everything(words: list[str]) -> list[Exchange]:
    """A recording that shows every private attribute of every resource, and every secret."""
    found = [
        an_exchange(
            f"/api/v3/{RESOURCES[plural].path}",
            {plural: [{"id": 7, "links": {"rental": 1, "member": None}} | {name: value_of(plural, name, words) for name in attributes}]},
            request_headers={"Authorization": f"Bearer {SECRETS[0]}", "Cookie": f"session={SECRETS[1]}"},
            headers={"Set-Cookie": f"session={SECRETS[1]}"},
        )
        for plural, attributes in PRIVATE.items()
    ]
    granted = {"access_token": SECRETS[3], "refresh_token": SECRETS[4], "scope": "public inbox_write", "token_type": "bearer"}
    asked = f"/oauth/token?client_id=the-client&client_secret={SECRETS[2]}&code={SECRETS[5]}&refresh_token={SECRETS[4]}"
    written = {"messages": [{"content": words[0], "conversation_id": 7, "sender_id": 7}]}
    found.append(an_exchange(asked, granted, method="POST"))
    found.append(an_exchange("/api/v3/inbox/messages", {"messages": [{"id": 9, "content": words[1]}]}, method="POST", sent=written))
    found.append(an_exchange("/api/v3/inbox/messages/7", {"messages": [{"id": 7, "content": words[0]}]}, method="PUT", sent=written))
    return found


def outputs(found: Imported) -> str:
    """All that is written of an import."""
    return "\n".join(
        [write(found.scenario), *report.lines(found), json.dumps(report.as_json(found), ensure_ascii=False), repr(found.made_up)]
    )


@settings(max_examples=30)
@given(st.lists(WORDS, min_size=2, max_size=2, unique=True))
def test_no_private_value_is_in_any_output(words: list[str]) -> None:
    found = import_exchanges(everything(words))
    told = outputs(found)

    for word in words:
        assert word not in told
        assert word.casefold() not in told.casefold()
    assert "45.123456" not in told
    from_object(found.scenario)


@pytest.mark.parametrize("keep", [frozenset[str](), frozenset({NAMES, TEXTS})])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_in_any_output(secret: str, keep: frozenset[str]) -> None:
    assert secret not in outputs(import_exchanges(everything(["Clementina", "Kowalska"]), keep=keep))


def test_a_name_and_a_password_in_an_address_are_in_no_output() -> None:
    found = import_exchanges([an_exchange("/api/v3/accounts", {"accounts": [{"id": 1}]}, root="https://Clementina:Kowalska@a.b:8443")])

    assert found.bases == ("https://a.b:8443",)
    assert [host.name for host in found.hosts] == ["a.b:8443"]


def test_what_is_kept_stays_and_the_rest_does_not() -> None:
    told = outputs(import_exchanges(everything(["Clementina", "Kowalska"]), keep=frozenset({NAMES})))

    assert "fullname: Clementina Kowalska" in told
    assert "Clementina@Kowalska.fr" not in told


def test_the_client_id_is_taken_over() -> None:
    applications = import_exchanges(everything(["Clementina", "Kowalska"])).scenario["records"]["applications"]

    assert [one["client_id"] for one in applications if one.get("client")] == ["the-client"]


def test_the_same_seed_gives_the_same_and_without_one_each_run_another() -> None:
    exchanges = everything(["Clementina", "Kowalska"])

    assert import_exchanges(exchanges, seed="s").scenario == import_exchanges(exchanges, seed="s").scenario
    assert import_exchanges(exchanges).scenario != import_exchanges(exchanges).scenario


def test_the_same_name_is_the_same_throughout_a_file() -> None:
    found = import_exchanges(everything(["Clementina", "Kowalska"])).scenario["records"]
    name = found["clients"][0]["firstname"]

    assert found["hosts"][0]["firstname"] == name
    assert re.fullmatch(r"[A-Z][a-z]{9} [A-Z][a-z]{7}", name)


def test_places_are_replaced_whatever_is_kept() -> None:
    rentals = import_exchanges(everything(["Clementina", "Kowalska"]), keep=frozenset({NAMES, TEXTS})).scenario["records"]["rentals"]

    assert "Clementina" not in next(one["city"] for one in rentals if one["id"] == 7)
