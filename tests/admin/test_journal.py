"""/__admin/sandboxes/{id}/journal: what was asked, what was answered, and what that caused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonschema_rs import validator_for

from api.oauth import CALLBACK, an_application, basic
from builders import a_body, a_booking, a_message, a_scenario
from fake import JSON, Mock, OverSocket, Sandbox
from faulty import set_fault
from inbox_mock.app import Fake
from inbox_mock.domain import limits
from inbox_mock.store import journal as store
from receiver import receiving, subscribe
from whole import CONVERSATIONS

KEYS = [
    *("id", "at", "method", "path", "query", "status", "application_id", "request", "response", "delivery_id", "event", "caused", "why"),
    *("fault_id", "reasons"),
]
CAP = int(limits.JOURNALED)
PATIENCE_SECONDS = 30


def entries(sandbox: Sandbox, **query: Any) -> list[JSON]:
    answer = sandbox.admin.get("/journal", **query)
    assert answer.status == 200, answer.body
    found: list[JSON] = answer.json["entries"]
    return found


def secrets_of(sandbox: Sandbox) -> list[str]:
    """Every secret that the sandbox was made with."""
    return [app[name] for app in sandbox.made["applications"] for name in ("client_secret", "token") if app[name]]


def test_a_request_is_an_entry(inbox: Sandbox) -> None:
    inbox.api.get("/inbox/messages", page=1, fields="content")

    (entry,) = entries(inbox)
    assert list(entry) == KEYS
    assert (entry["id"], entry["at"], entry["method"], entry["status"]) == (1, "2030-06-01T12:00:00Z", "GET", 200)
    assert (entry["path"], entry["query"], entry["application_id"]) == ("/api/v3/inbox/messages", "page=1&fields=content", 17)
    assert (entry["caused"], entry["why"]) == ([], None)


def test_request_and_answer_are_kept(inbox: Sandbox) -> None:
    answer = inbox.api.post("/inbox/messages", a_message(content="From four. 🏔️"))

    (entry,) = entries(inbox)
    assert "From four. 🏔️" in entry["request"]["body"]
    assert entry["response"]["body"].encode() == answer.body
    assert entry["response"]["headers"]["Location"] == answer.headers["Location"]


def test_an_answer_names_its_entry(inbox: Sandbox) -> None:
    numbers = [inbox.api.get("/inbox/messages").headers["X-Mock-Request-Id"] for _ in range(3)]

    assert numbers == [str(entry["id"]) for entry in entries(inbox)] == ["1", "2", "3"]


def test_what_a_request_causes_is_named(inbox: Sandbox) -> None:
    message = inbox.api.post("/inbox/messages", a_message()).record

    (entry,) = entries(inbox)
    assert entry["caused"] == [
        {"event": "inbox_message_created", "id": message["id"]},
        {"event": "inbox_conversation_updated", "id": 11},
    ]


def test_an_attempt_to_deliver_names_its_webhook_and_the_event(inbox: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(inbox, receiver.url, "inbox_message_created")
        inbox.api.post("/inbox/messages", a_message())
        inbox.advance("1m")

    request, attempt = entries(inbox)
    assert (request["delivery_id"], request["event"]) == (None, None)
    assert (attempt["delivery_id"], attempt["event"]) == (1, "inbox_message_created")


def test_a_refusal_is_an_entry_that_causes_nothing(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(attachment_ids=[99]))

    (entry,) = entries(inbox)
    assert (entry["status"], entry["caused"]) == (422, [])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/inbox/messages", 405), ("GET", "/inbox/messages/99", 404), ("POST", "/inbox/messages", 400)],
)
def test_every_answer_is_an_entry(inbox: Sandbox, method: str, path: str, status: int) -> None:
    assert inbox.api.call(method, path).status == status

    assert [(entry["method"], entry["path"], entry["status"]) for entry in entries(inbox)] == [(method, f"/api/v3{path}", status)]


def test_calls_of_the_admin_api_are_no_entries(inbox: Sandbox) -> None:
    inbox.admin.get("/clock")
    inbox.advance("1m")

    assert entries(inbox) == []


def test_reasons_are_codes_with_their_data(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(channel="email"))

    (entry,) = entries(inbox)
    reason = {"code": "not_relayed_other_channel", "given": "email", "wanted": "airbnb"}
    assert (entry["fault_id"], entry["reasons"]) == (None, [reason])


def test_an_entry_names_the_fault_that_struck(inbox: Sandbox) -> None:
    fault_id = inbox.admin.post("/faults", {"kind": "status"}).json["id"]

    inbox.api.get("/bookings")

    (entry,) = entries(inbox)
    assert (entry["fault_id"], entry["reasons"]) == (fault_id, [{"code": "fault_struck", "fault_id": fault_id, "kind": "status"}])


def test_what_is_hidden_or_kept_back_says_why(inbox: Sandbox) -> None:
    answer = inbox.api.post("/inbox/messages", a_message(channel=None))

    assert entries(inbox)[0]["why"] == answer.headers["X-Mock-Why"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (a_message(sent_at=None, origin="telex"), "origin is not included in the list; sent_at can't be blank"),
        ({"message": {}}, 'messages is missing: a body looks like {"messages":[{...}]}'),
    ],
)
def test_what_a_refusal_said_is_told_with_its_entry(inbox: Sandbox, body: JSON, why: str) -> None:
    answer = inbox.api.post("/inbox/messages", body)

    assert "X-Mock-Why" not in answer.headers
    assert entries(inbox)[0]["why"] == why


def test_of_an_answer_that_a_fault_replaced_the_fault_alone_is_told(inbox: Sandbox) -> None:
    set_fault(
        inbox, kind="status", status=422, body={"errors": [{"code": "validation_failed", "field": "content", "title": "is too long"}]}
    )

    inbox.api.get("/bookings")

    assert entries(inbox)[0]["why"] == "fault 1 (status) struck"


# Secrets.


def test_tokens_are_told_apart_by_their_labels(inbox: Sandbox) -> None:
    other = inbox.api_with("inbox_read")
    for caller in (inbox.api, other, inbox.api):
        caller.get("/inbox/messages")

    first, second, third = (entry["request"]["token"] for entry in entries(inbox))
    assert first == third != second
    assert first.startswith("token-")
    assert second.startswith("token-")


def test_a_journal_holds_no_secret(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    again = application.refresh(pair["refresh_token"]).json
    code = application.code()
    application.exchange(code, redirect_uri="http://localhost:3000/elsewhere")
    application.caller.call("POST", "/token", b"grant_type=client_credentials", headers=basic(**application.credentials))
    application.api(again["access_token"]).get("/inbox/messages")
    application.ask(response_type="token", account_id=1)
    application.decide(response_type="token")
    application.caller.get("/token", **application.credentials)
    application.caller.get("/nowhere", client_secret=application.credentials["client_secret"], code=code)

    written = inbox.admin.get("/journal").body.decode() + (
        inbox.transport.send("GET", "/__admin/sandboxes/default/journal", {}, None).body.decode()
    )
    for secret in [*secrets_of(inbox), *(found[name] for found in (pair, again) for name in ("access_token", "refresh_token")), code]:
        assert secret not in written


def test_a_secret_in_a_place_where_none_belongs_is_a_label(inbox: Sandbox) -> None:
    token = inbox.made["token"]
    inbox.api.get("/inbox/messages", access_token=token, per_page=1)
    inbox.api.get("/inbox/messages", fields=token)
    inbox.api.get(f"/inbox/messages/{token}")
    inbox.api.call("POST", "/inbox/messages", f'{{"messages":[{{"content":"{token}"}}]}}'.encode(), headers={"User-Agent": f"me {token}"})
    an_application(inbox).ask(state=token, **{token: "1"})

    written = inbox.admin.get("/journal").body.decode()
    assert token not in written
    assert "access_token=token-1&" in entries(inbox)[0]["response"]["headers"]["Link"]
    assert (entries(inbox)[2]["path"], entries(inbox)[3]["request"]["headers"]["User-Agent"]) == (
        "/api/v3/inbox/messages/token-1",
        "me token-1",
    )


@pytest.mark.parametrize("name", ["access_token", "client_secret"])
def test_a_secret_of_another_server_is_not_kept_in_addresses_of_pages_either(inbox: Sandbox, name: str) -> None:
    answer = inbox.api.get(f"/inbox/messages?per_page=1&{name}=of%2Fanother+server")

    assert f"{name}=of%2Fanother+server&" in answer.headers["Link"]
    (entry,) = entries(inbox)
    assert f"{name}=unknown&" in entry["response"]["headers"]["Link"]
    assert "another" not in str(entry)


def test_what_looks_like_a_secret_and_is_none_is_kept(inbox: Sandbox) -> None:
    inbox.api.get("/inbox/messages", fields=inbox.id + "0" * 52)

    (entry,) = entries(inbox)
    assert entry["query"] == f"fields={inbox.id}{'0' * 52}"


def test_labels_follow_a_token_through_its_life(inbox: Sandbox) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    application.api(pair["access_token"]).get("/inbox/messages")
    application.refresh(pair["refresh_token"])

    decided, exchanged, used, refreshed = entries(inbox)
    code = exchanged["request"]["body"]["code"]
    assert code.startswith("code-")
    assert f"code={code}&" in f"{decided['response']['headers']['Location']}&".replace("?", "&").replace("&&", "&")
    assert exchanged["response"]["body"]["access_token"] == used["request"]["token"]
    assert exchanged["response"]["body"]["refresh_token"] == refreshed["request"]["body"]["refresh_token"]
    assert refreshed["response"]["body"]["refresh_token"] != refreshed["request"]["body"]["refresh_token"]
    assert exchanged["request"]["body"]["client_secret"].startswith("secret-")
    assert exchanged["request"]["body"]["redirect_uri"] == CALLBACK


def test_a_secret_that_nobody_knows_is_unknown(inbox: Sandbox) -> None:
    an_application(inbox).refresh("f" * 64)

    (entry,) = entries(inbox)
    assert entry["request"]["body"]["refresh_token"] == "unknown"


def test_an_unknown_token_is_journaled_where_it_leads(mock: Mock, inbox: Sandbox) -> None:
    mock.caller(inbox.id + "0" * 52).get("/inbox/messages")

    (entry,) = entries(inbox)
    assert (entry["status"], entry["application_id"], entry["request"]["token"]) == (401, None, None)


# How much is kept.


def test_long_bodies_are_cut(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(content="é" * 100_000))

    (entry,) = entries(inbox)
    assert CAP - 10 < len(entry["request"]["body"].encode()) <= CAP + 2
    assert CAP - 10 < len(entry["response"]["body"].encode()) <= CAP + 2


def test_what_is_sent_to_oauth_is_cut_too(inbox: Sandbox) -> None:
    an_application(inbox).token(grant_type="x" * 100_000, **{f"junk_{number}": "x" * 1_000 for number in range(100)})

    (entry,) = entries(inbox)
    assert len(str(entry["request"]["body"])) <= CAP + 100


def test_webhooks_are_cut_too(inbox: Sandbox) -> None:
    with receiving() as receiver:
        receiver.body = b"y" * 100_000
        subscribe(inbox, receiver.url, "inbox_message_created")
        inbox.api.post("/inbox/messages", a_message(content="x" * 100_000))
        inbox.advance("0s")

    entry = entries(inbox)[-1]
    assert len(entry["request"]["body"]) <= CAP
    assert len(entry["response"]["body"]) <= CAP


@pytest.mark.parametrize("path", ["/api/v3/me", "/api/v3/nowhere"])
def test_the_query_and_each_header_of_a_request_are_cut(inbox: Sandbox, path: str) -> None:
    long = "x" * 100_000
    asked = f"{path}?page=1&q={long}"
    inbox.transport.send("GET", asked, {"Authorization": f"Bearer {inbox.made['token']}", "User-Agent": long, "Accept": long}, None)

    (entry,) = entries(inbox)
    assert entry["query"] == f"page=1&q={long}"[:CAP]
    assert len("".join(entry["request"]["headers"]) + "".join(entry["request"]["headers"].values())) <= CAP


def test_path_and_method_are_cut(inbox: Sandbox) -> None:
    inbox.transport.send("X" * 100_000, f"/api/v3/{'x' * 100_000}", {"Authorization": f"Bearer {inbox.made['token']}"}, None)

    (entry,) = entries(inbox)
    assert (len(entry["path"]), len(entry["method"])) == (CAP, CAP)


def test_the_longest_link_is_kept_whole(inbox: Sandbox) -> None:
    assert inbox.api.post(CONVERSATIONS, {"conversations": [{}]}).status == 201
    answer = inbox.api.get(f"{CONVERSATIONS}/{','.join(['11', '12', *map(str, range(100_000, 102_000))])}", per_page=1)

    assert len(answer.headers["Link"]) > CAP
    assert entries(inbox)[-1]["response"]["headers"]["Link"] == answer.headers["Link"]


def test_the_headers_of_a_receivers_answer_are_cut(inbox: Sandbox) -> None:
    with receiving() as receiver:
        receiver.headers = {"X-Short": "y", **{f"X-{number}": "y" * 30_000 for number in range(50)}}
        subscribe(inbox, receiver.url, "inbox_message_created")
        inbox.api.post("/inbox/messages", a_message())
        inbox.advance("0s")

    headers = entries(inbox)[-1]["response"]["headers"]
    assert headers["X-Short"] == "y"
    assert len("".join(headers) + "".join(headers.values())) <= CAP


def test_the_redirect_of_a_consent_is_cut(inbox: Sandbox) -> None:
    assert an_application(inbox).decide(state="x" * 100_000).status == 302

    (entry,) = entries(inbox)
    assert len(str(entry["request"]["body"])) <= CAP + 100
    assert len(str(entry["response"]["headers"])) <= CAP + 1000


def test_the_body_of_a_fault_is_not_kept_whole_at_oauth(inbox: Sandbox) -> None:
    set_fault(inbox, "status", body={"error": "x" * 100_000}, match={"path": "/oauth/token"})
    an_application(inbox).token(grant_type="client_credentials")

    (entry,) = entries(inbox)
    assert len(str(entry["response"]["body"])) <= CAP


def test_the_oldest_of_ten_thousand_give_way(mock: Mock, fake: Fake) -> None:
    assert limits.JOURNAL == 10_000
    sandbox = mock.sandbox()
    sandbox.api.get("/me")
    with fake.sandboxes.get(sandbox.id).work() as work:
        (first,) = store.after(work.db, 0, 1)
        for _ in range(9_999):
            store.add(work.db, {name: found for name, found in first.items() if name not in {"id", "why"}}, [])
    assert entries(sandbox)[0]["id"] == 1

    sandbox.api.get("/me")

    assert entries(sandbox)[0]["id"] == 2
    assert [entry["id"] for entry in entries(sandbox, after=10_000)] == [10_001]


# Reading on.


def test_a_page_has_a_hundred_entries(inbox: Sandbox) -> None:
    for _ in range(120):
        inbox.api.get("/me")

    first = inbox.admin.get("/journal").json
    rest = inbox.admin.get("/journal", after=first["next"]).json
    assert [entry["id"] for entry in first["entries"] + rest["entries"]] == list(range(1, 121))
    assert (first["next"], rest["next"]) == (100, 120)


def test_after_the_last_there_is_nothing(inbox: Sandbox) -> None:
    assert inbox.admin.get("/journal", after=0).json == {"entries": [], "next": 0}


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30])
def test_after_is_the_id_of_an_entry(inbox: Sandbox, after: str) -> None:
    answer = inbox.admin.get("/journal", after=after)

    assert answer.status == 422
    assert answer.errors[0]["field"] == "after"


def test_whoever_waits_is_told_of_the_next_entry(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox()
    waiting, acting = Sandbox(OverSocket(served), sandbox.made), Sandbox(OverSocket(served), sandbox.made)

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(entries, waiting, wait=1)
        acting.api.get("/me")

        assert [entry["path"] for entry in told.result(PATIENCE_SECONDS)] == ["/api/v3/me"]


def test_who_does_not_have_to_wait_does_not(inbox: Sandbox) -> None:
    inbox.api.get("/me")

    assert len(entries(inbox, wait=1)) == 1


def test_whoever_waits_is_let_go_when_the_sandbox_is_deleted(served: str) -> None:
    mock = Mock(OverSocket(served))
    sandbox = mock.sandbox()

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(Sandbox(OverSocket(served), sandbox.made).admin.get, "/journal", wait=1)
        assert mock.admin.delete(f"/sandboxes/{sandbox.id}").status == 204

        assert told.result(PATIENCE_SECONDS).status == 404


def test_the_openapi_document_describes_every_key_of_an_entry(mock: Mock, inbox: Sandbox) -> None:
    document = mock.admin.get("/openapi.json").json
    schema = document["components"]["schemas"]["JournalEntry"]
    inbox.admin.post("/faults", {"kind": "status", "status": 503})
    inbox.api.get("/me")

    assert list(schema["properties"]) == KEYS
    (entry,) = entries(inbox)
    assert entry["reasons"]
    validator_for(schema | {"components": document["components"]}).validate(entry)


def test_a_reset_takes_the_journal_along(inbox: Sandbox) -> None:
    inbox.api.get("/me")

    inbox.admin.post("/reset")

    assert entries(inbox) == []
    inbox.api.get("/me")
    assert [entry["id"] for entry in entries(inbox)] == [1]


def test_after_a_reset_there_is_no_news_of_before(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox()
    waiting = Sandbox(OverSocket(served), sandbox.made)
    sandbox.api.get("/me")
    sandbox.admin.post("/reset")

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(entries, waiting, wait=1)
        while not told.done():
            sandbox.api.get("/accounts")

        assert told.result(PATIENCE_SECONDS)[0]["path"] == "/api/v3/accounts"


def test_sandboxes_have_journals_of_their_own(mock: Mock, inbox: Sandbox) -> None:
    other = mock.sandbox(a_scenario(bookings=[a_booking()]))
    other.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    assert entries(inbox) == []
    assert len(entries(other)) == 1
