"""/__admin/sandboxes: making, showing, resetting and deleting sandboxes, and tokens in them."""

import re
from pathlib import Path

import orjson
import pytest

from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.app import Fake


def test_a_sandbox_is_made_of_the_agency_unless_told_otherwise(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes")

    assert answer.status == 201
    assert answer.json["scenario"] == "agency"
    assert answer.json["api_url"] == f"{mock.root}/api/v3"
    assert answer.json["clock"] == {"now": "2030-06-01T12:00:00Z", "mode": "manual", "rate": 1.0}
    assert answer.json["strict"] is False


def test_credentials_are_64_hex_digits_that_begin_with_the_sandbox(mock: Mock) -> None:
    made = mock.sandbox().made

    presented = [made["token"], *(account["token"] for account in made["accounts"])]
    for application in made["applications"]:
        presented += [application["client_id"], application["client_secret"], application["token"]]
    assert all(re.fullmatch(r"[0-9a-f]{64}", credential) for credential in presented)
    assert {credential[:12] for credential in presented} == {made["id"]}


def test_its_token_belongs_to_the_clients_own_application_and_has_every_scope(mock: Mock) -> None:
    sandbox = mock.sandbox()

    auth = sandbox.api.get("/auth").json["auth"]

    assert auth["account_id"] == 1
    assert {"inbox_write", "bookings_read", "clients_read", "applications_read", "inquiries_write"} <= set(auth["scopes"])
    assert sandbox.application("Your application")["token"] == sandbox.made["token"]


def test_a_scenario_can_be_sent_as_an_object(mock: Mock) -> None:
    sandbox = mock.sandbox({"seed": 3, "accounts": [{"id": 5, "business_name": "Chalets"}]}, seed=9, strict=True)

    assert sandbox.made["seed"] == 9
    assert sandbox.made["strict"] is True
    assert sandbox.api.get("/accounts").record["business_name"] == "Chalets"


def test_sandboxes_are_listed_and_shown(mock: Mock) -> None:
    sandbox = mock.sandbox()

    assert sandbox.id in [found["id"] for found in mock.admin.get("/sandboxes").json["sandboxes"]]
    assert sandbox.admin.get("").json.items() >= sandbox.made.items()


@pytest.mark.parametrize("cached", [True, False])
def test_a_sandbox_says_whether_its_answers_are_kept(mock: Mock, *, cached: bool) -> None:
    sandbox = mock.sandbox(cached=cached)

    (listed,) = [found for found in mock.admin.get("/sandboxes").json["sandboxes"] if found["id"] == sandbox.id]
    fork = sandbox.admin.post("/fork", {}).json

    assert [found["cached"] for found in (sandbox.made, sandbox.admin.get("").json, listed, fork)] == [cached] * 4


def test_the_default_sandbox_knows_the_token_demo_and_named_credentials(mock: Mock) -> None:
    found = mock.admin.get("/sandboxes/default").json

    assert found["token"] == "demo"
    own = next(application for application in found["applications"] if application["id"] == 17)
    assert (own["client_id"], own["client_secret"]) == ("democlientid", "democlientsecret")
    assert mock.caller("demo").get("/accounts").status == 200


def test_the_default_sandbox_cannot_be_deleted(mock: Mock) -> None:
    assert mock.admin.delete("/sandboxes/default").status == 422


def test_a_deleted_sandbox_is_gone_and_so_are_its_tokens(mock: Mock) -> None:
    sandbox = mock.sandbox()

    answer = sandbox.admin.delete("")

    assert (answer.status, answer.body) == (204, b"")
    assert sandbox.admin.get("").status == 404
    assert sandbox.api.get("/accounts").status == 401


def test_tokens_of_a_sandbox_that_another_process_has_deleted_are_unknown(mock: Mock, fake: Fake) -> None:
    sandbox = mock.sandbox()
    assert sandbox.api.get("/accounts").status == 200

    fake.sandboxes.home.remove(sandbox.id)

    assert [sandbox.api.get("/accounts").status for _ in range(2)] == [401, 401]
    assert sandbox.admin.get("").status == 404
    assert mock.caller("demo").get("/accounts").status == 200


def test_reset_goes_back_to_the_start(inbox: Sandbox) -> None:
    before = inbox.api.get("/inbox/conversations/11").record
    inbox.advance("1h")
    inbox.api.post("/inbox/messages", a_message())

    answer = inbox.admin.post("/reset")

    assert answer.json == inbox.made
    assert inbox.api.get("/inbox/messages").records == []
    assert inbox.api.get("/inbox/conversations/11").record == before


def test_reset_keeps_tokens_that_were_issued_since(mock: Mock) -> None:
    sandbox = mock.sandbox()
    issued = sandbox.api_with("inbox_read")

    for _ in range(3):
        sandbox.admin.post("/reset")

        assert issued.get("/inbox/conversations").status == 200


def test_reset_brings_a_revoked_token_of_the_scenario_back(mock: Mock) -> None:
    sandbox = mock.sandbox()
    sandbox.admin.delete(f"/tokens/{sandbox.api.token}")

    sandbox.admin.post("/reset")

    assert sandbox.api.get("/accounts").status == 200


def test_a_token_can_have_some_scopes_and_a_life(mock: Mock) -> None:
    sandbox = mock.sandbox()

    answer = sandbox.admin.post("/tokens", {"scopes": ["inbox_read"], "expires_in": 60})

    assert answer.status == 201
    assert answer.json["scopes"] == ["inbox_read"]
    assert answer.json["expires_at"] == "2030-06-01T12:01:00Z"


def test_a_token_without_a_life_never_expires(mock: Mock) -> None:
    sandbox = mock.sandbox()
    issued = sandbox.api_with("inbox_read")

    sandbox.advance("3650d")

    assert issued.get("/inbox/conversations").status == 200


def test_a_revoked_token_is_refused(mock: Mock) -> None:
    sandbox = mock.sandbox()
    issued = sandbox.api_with("inbox_read")

    assert sandbox.admin.delete(f"/tokens/{issued.token}").status == 204

    answer = issued.get("/inbox/conversations")
    assert answer.status == 401
    assert "The access token was revoked" in answer.headers["WWW-Authenticate"]


def test_a_sandbox_of_a_known_scenario_and_seed_starts_as_the_first_one_did(mock: Mock) -> None:
    scenario = a_scenario(bookings=[a_booking()])
    first, second = mock.sandbox(scenario), mock.sandbox(scenario)

    first.api.post("/inbox/conversations", {"conversations": [{"subject": "Mine"}]})

    assert second.api.get("/inbox/conversations").ids == [11]
    assert second.made["token"][12:] == first.made["token"][12:]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scenario": "nowhere"}, "scenario"),
        ({"scenario": "../agency"}, "scenario"),
        ({"scenario": "/etc/passwd"}, "scenario"),
        ({"scenario": 5}, "scenario"),
        ({"scenario": {"bookings": [{"rental": 1, "start_at": "+1d"}]}}, "scenario"),
        ({"seed": -1}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"clock": {"mode": "backwards"}}, "clock.mode"),
        ({"clock": {"rate": 0}}, "clock.rate"),
        ({"strict": "perhaps"}, "strict"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_wish_is_a_problem_that_names_the_field(mock: Mock, body: object, field: str) -> None:
    before = mock.admin.get("/sandboxes").json["count"]

    answer = mock.admin.post("/sandboxes", body)

    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [problem["field"] for problem in answer.json["errors"]] == [field]
    assert answer.json["errors"][0]["expected"]
    assert mock.admin.get("/sandboxes").json["count"] == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"application_id": 999}, "application_id"),
        ({"account_id": 999}, "account_id"),
        ({"scopes": ["inbox_rite"]}, "scopes.0"),
        ({"expires_in": 0}, "expires_in"),
    ],
)
def test_a_token_for_nobody_is_a_problem(mock: Mock, body: object, field: str) -> None:
    answer = mock.sandbox().admin.post("/tokens", body)

    assert answer.status == 422
    assert answer.json["errors"][0]["field"] == field


def test_a_body_that_is_no_json_is_a_problem(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", b"{")

    assert answer.status == 400
    assert answer.json["title"] == "Bad Request"


def test_an_unknown_sandbox_and_an_unknown_address_are_problems(mock: Mock) -> None:
    for path in ("/sandboxes/0123456789ab", "/nothing/here"):
        answer = mock.admin.get(path)
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_method_that_is_not_allowed_says_which_are(mock: Mock) -> None:
    answer = mock.admin.put("/sandboxes")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_a_whole_number_may_be_written_with_a_fraction(mock: Mock) -> None:
    answer = mock.admin.post("/sandboxes", {"scenario": "empty", "seed": 7.0})

    assert (answer.status, answer.json["seed"]) == (201, 7)


@pytest.mark.parametrize("number", [2**63, 2**64, 1e300, 0, -1])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tokens", "application_id"),
        ("/tokens", "account_id"),
        ("/bookings", "rental_id"),
        ("/conversations/11/messages", "host_id"),
        ("/conversations/11/messages", "attachments"),
        ("/conversations/11/participants", "host_id"),
        ("/webhooks", "application_id"),
    ],
)
def test_an_id_beyond_measure_is_refused(waiting: Sandbox, path: str, name: str, number: float) -> None:
    body = (
        orjson.dumps({name: [number] if name == "attachments" else number}) if number != 2**64 else b'{"%s": %d}' % (name.encode(), number)
    )

    answer = waiting.admin.call("POST", path, body)

    assert answer.status == 422
    assert name in {problem["field"].partition(".")[0] for problem in answer.json["errors"]}


@pytest.mark.parametrize("levels", [300, 900, 5000])
def test_what_is_nested_too_deeply_is_refused(mock: Mock, levels: int) -> None:
    for body in (b"[" * levels + b"]" * levels, b'{"scenario":' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"):
        assert mock.admin.call("POST", "/sandboxes", body).status == 400


def test_a_program_that_names_a_scenario_reads_no_file(mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secretfile").write_text("a: [sesame")
    (tmp_path / "empty").write_text("a: [sesame")
    monkeypatch.chdir(tmp_path)

    answer = mock.admin.post("/sandboxes", {"scenario": "secretfile"})

    assert answer.status == 422
    assert "sesame" not in answer.body.decode()
    assert mock.admin.post("/sandboxes", {"scenario": "empty"}).status == 201
