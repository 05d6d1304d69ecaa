"""What is around the API, where a fake's admin API can cause it: tokens, what channels open, webhooks."""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import orjson

from inbox_contracts.provider.api import JSON, Api, by_id, wanted
from inbox_contracts.provider.expectations import PropertyViolation, expect, same
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import Workspace
from inbox_mock.domain import times
from inbox_mock.domain.fidelity import assumed, documented

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALLBACK = "http://localhost/callback"
SCOPES = "inbox_write bookings_read"
HOURS_2 = 7200
MINUTE = 60
NAMES = {"airbnb": "Airbnb", "booking-com": "Booking.com"}
RECEIVER = "127.0.0.1"


@claim("tokens", fidelity=documented("/reference/authorization"), reads=False, fake=True)
def tokens(trial: Trial) -> None:
    """A code is exchanged for a pair of tokens once, and each refresh token for a pair with another one; all else is refused."""
    with trial.workspace("agency") as workspace:
        client = _client(workspace)

        def token(**form: str) -> ApiResponse:
            return _token(trial, client, **form)

        code = _code(trial, client["client_id"])
        first = token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        _is_a_pair(trial, first)
        workspace.advance("3h")
        again = token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        expect(again.status in {400, 401}, f"{again.about}: the status of a code that was used, expected a refusal")
        refreshed = token(grant_type="refresh_token", refresh_token=str(first.json["refresh_token"]))
        _is_a_pair(trial, refreshed)
        for name in ("access_token", "refresh_token"):
            expect(refreshed.json[name] != first.json[name], f"{refreshed.about}: the {name} is the same as before")
        grant = {"grant_type": "client_credentials"}
        named = b64encode(":".join(client.values()).encode()).decode()
        own = token(**grant)
        same(own.status, 200, f"{own.about}: the status for client credentials")
        expect("refresh_token" not in own.json, f"{own.about}: a refresh_token with client credentials")
        same(own.json["scope"], "public", f"{own.about}: the scope of client credentials")
        for path, status in (("/accounts", 200), ("/inbox/conversations", 403), ("/applications", 403)):
            used = Api(trial.api.connection, str(own.json["access_token"])).call("GET", path)
            same(used.status, status, f"{used.about}: the status with a token for client credentials")
        for query, headers, form in (("", {"Authorization": f"Basic {named}"}, grant), (f"?{urlencode({**client, **grant})}", {}, {})):
            answer = trial.api.connection.send("POST", f"/oauth/token{query}", {**FORM, **headers}, urlencode(form).encode())
            same(
                answer.status, 200, f"{answer.about}: the status for a client that names itself in {'the query' if query else 'HTTP Basic'}"
            )
        for what, wrong, _ in REFUSED:
            form = {"grant_type": "refresh_token", "refresh_token": str(refreshed.json["refresh_token"]), **wrong}
            answer = token(**form)
            expect(answer.status in {400, 401}, f"{answer.about}: the status with {what}, expected a refusal")
            expect(isinstance(answer.json.get("error"), str), f"{answer.about}: no error in the body, with {what}")


@claim("token-answers", fidelity=assumed("RFC 6749, 5.1 and 5.2, as Doorkeeper keeps it; never recorded"), reads=False, fake=True)
def token_answers(trial: Trial) -> None:
    """What /oauth/token answers may not be kept (no-store), and error is the code of RFC 6749 for what is wrong."""
    with trial.workspace("agency") as workspace:
        client = _client(workspace)
        granted = _token(trial, client, grant_type="client_credentials")
        expect("no-store" in (granted.header("Cache-Control") or ""), f"{granted.about}: no Cache-Control: no-store")
        for what, wrong, error in REFUSED:
            answer = _token(trial, client, **{"grant_type": "refresh_token", "refresh_token": "0", **wrong})
            same(answer.json.get("error"), error, f"{answer.about}: error, with {what}")


REFUSED = (
    ("a wrong secret", {"client_secret": "0" * 64}, "invalid_client"),
    ("an unknown refresh token", {"refresh_token": "0" * 64}, "invalid_grant"),
    ("an unknown grant_type", {"grant_type": "magic"}, "unsupported_grant_type"),
)
"""What is wrong with a request for a token, and the error."""


def _client(workspace: Workspace) -> dict[str, str]:
    application = workspace.fake.made["applications"][0]
    return {name: str(application[name]) for name in ("client_id", "client_secret")}


def _token(trial: Trial, client: dict[str, str], **form: str) -> ApiResponse:
    return trial.api.connection.send("POST", "/oauth/token", FORM, urlencode({**client, **form}).encode())


def _code(trial: Trial, client_id: str) -> str:
    """Return a code, after a look at the implicit flow, and at a redirect_uri that is not registered."""
    told = parse_qs(_approved(trial, client_id, "code").query)
    same(told.get("state"), ["xyz"], "state in the address to which a code is sent")
    expect(told.get("code"), "no code in the address to which it is sent")
    granted = parse_qs(_approved(trial, client_id, "token").fragment)
    expect(granted.get("access_token"), "no access_token in the fragment of the address to which the implicit flow leads")
    elsewhere = _approved(trial, client_id, "code", "https://elsewhere.example.com/callback").hostname
    expect(elsewhere != "elsewhere.example.com", "a code is sent to a redirect_uri that is not registered")
    return told["code"][0]


def _approved(trial: Trial, client_id: str, kind: str, redirect_uri: str = CALLBACK) -> SplitResult:
    """Approve an application's request for access, and return the address to which that leads."""
    wish = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": kind, "scope": SCOPES, "state": "xyz"}
    agreed = urlencode({**wish, "account_id": "1", "decision": "approve"}).encode()
    return urlsplit(trial.api.connection.send("POST", "/oauth/authorize", FORM, agreed).header("Location") or "")


def _is_a_pair(trial: Trial, answer: ApiResponse) -> None:
    same(answer.status, 200, f"{answer.about}: the status of a grant")
    found = answer.json
    same(str(found["token_type"]).lower(), "bearer", f"{answer.about}: token_type")
    same(found["expires_in"], HOURS_2, f"{answer.about}: expires_in")
    same(sorted(str(found["scope"]).split()), sorted(SCOPES.split()), f"{answer.about}: scope")
    used = Api(trial.api.connection, str(found["access_token"])).call("GET", "/inbox/conversations", per_page=1)
    same(used.status, 200, f"{used.about}: the status with a token that was just granted")
    now = times.parse(used.header("x-updated-since-request-synced-at") or "").timestamp()
    good = type(found["created_at"]) is int and abs(found["created_at"] - now) < MINUTE
    expect(good, f"{answer.about}: created_at is {found['created_at']!r}, expected a Unix time close to {now:.0f}")


@claim("late-conversation", fidelity=documented("/guides/understanding-inbox-messaging, flow"), reads=False, fake=True)
def late_conversation(trial: Trial) -> None:
    """A channel's conversation comes after its booking: tied at both ends at once, with a Client, and the booking's updated_at moves."""
    with trial.workspace({"rentals": [{"name": "Trial"}]}) as workspace:
        api, fake = workspace.api, workspace.fake
        for channel, name in NAMES.items():
            known = by_id(api.all_of("/inbox/conversations"))
            booking = fake.book(channel, conversation_delay="10m")
            before = api.one(f"/bookings/{booking['id']}")
            same(before["links"]["conversations"], [], f"links.conversations of booking {booking['id']}, before the channel has opened any")
            workspace.advance("9m")
            early = by_id(api.all_of("/inbox/conversations"))
            same(early.keys() - known.keys(), set(), f"the ids of new conversations a minute before {channel} opens one")
            workspace.advance("1m")
            after = api.one(f"/bookings/{booking['id']}")
            opened = {number: found for number, found in by_id(api.all_of("/inbox/conversations")).items() if number not in known}
            same(len(opened), 1, f"the number of conversations that {channel} has opened")
            ((number, conversation),) = opened.items()
            same(after["links"]["conversations"], [number], f"links.conversations of booking {booking['id']}")
            same(conversation["links"]["bookings"], [booking["id"]], f"links.bookings of conversation {number}")
            made = conversation["links"].get("created_by") or {part: conversation.get(f"created_by_{part}") for part in ("id", "type")}
            same(made["type"], "Doorkeeper::Application", f"the type of who has created conversation {number}")
            found = api.one(f"/applications/{made['id']}")
            same(found["name"], name, f"the name of application {made['id']}, which has created conversation {number}")
            expect(after["updated_at"] > before["updated_at"], f"updated_at of booking {booking['id']} is still {after['updated_at']}")
            whole = api.one(f"/inbox/conversations/{number}", include="participants")
            types = [found["links"]["member"]["type"] for found in whole["participants"]]
            expect("Client" in types, f"the participants of conversation {number} are {types}, expected a Client among them")


@claim("stay-times", fidelity=documented("/reference/endpoints/bookings"), reads=False, fake=True)
def stay_times(trial: Trial) -> None:
    """start_at and end_at are the rental's local times with a false Z; start_at_global and end_at_global are the instants."""
    with trial.workspace({"rentals": [{"name": "Trial", "timezone": "Europe/Paris"}]}) as workspace:
        written = {"start_at": "2031-03-29T16:00:00Z", "end_at": "2031-03-31T10:00:00Z"}
        instants = {"start_at_global": "2031-03-29T15:00:00Z", "end_at_global": "2031-03-31T08:00:00Z"}  # summer time begins between
        booking = workspace.new("bookings", **written)
        same({name: booking[name] for name in (*written, *instants)}, {**written, **instants}, "the times of a stay in Paris")


class _Receiver(BaseHTTPRequestHandler):
    """Keeps what comes, and answers 204."""

    heard: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _receiving() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    heard: list[tuple[dict[str, str], bytes]] = []
    server = ThreadingHTTPServer((RECEIVER, 0), type("Receiver", (_Receiver,), {"heard": heard}))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{RECEIVER}:{server.server_address[1]}/webhooks", heard
    finally:
        server.shutdown()
        server.server_close()


def _signature(secret: str, body: bytes) -> str:
    """Return the right signature, independently of the fake's own code: HMAC-SHA1 of the Base64, a newline after each 60 characters."""
    text = b64encode(body).decode()
    lines = "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
    return hmac.new(secret.encode(), lines.encode(), "sha1").hexdigest()


CREATED = ("booking_created", "inbox_conversation_created", "inbox_message_created")
CHANGED = ("inbox_conversation_updated", "inbox_message_updated", "booking_destroyed")
HEADERS = {"content-type": "application/json", "user-agent": "BookingSync Webhook Delivery"}


@claim("webhooks", fidelity=documented("/guides/webhook-subscriptions"), reads=False, fake=True)
def webhooks(trial: Trial) -> None:
    """A webhook comes for what happens and was subscribed to, signed over its raw body, and tells the record as the API shows it then."""
    with trial.workspace("agency") as workspace, _receiving() as (url, heard):
        api, fake = workspace.api, workspace.fake
        secret = str(fake.webhook(url, *CREATED, *CHANGED)["secret"])

        def told() -> dict[str, JSON]:
            """Return the records of what comes within a minute, the last one by event."""
            heard.clear()
            workspace.advance("1m")
            found = [(headers, body, orjson.loads(body)) for headers, body in heard]
            for headers, body, webhook in found:
                _is_whole(webhook, headers)
                same(headers.get("x-content-signature"), _signature(secret, body), f"X-Content-Signature of {webhook['event']}")
            created = [webhook["event"] for _, _, webhook in found if webhook["event"] in CREATED]
            same(sorted(created), sorted(set(created)), "the events that tell of what was created, each of which happened once")
            return {webhook["event"]: _record(webhook) for _, _, webhook in found}

        def record_of(event: str) -> JSON:
            found = told().get(event)
            if found is None:
                raise PropertyViolation(f"no webhook of {event} within a minute")
            return found

        booking = fake.book("airbnb", conversation_delay="0s")
        records = told()
        (number,) = api.one(f"/bookings/{booking['id']}")["links"]["conversations"]
        found = {event: records.get(event, {}).get("id") for event in CREATED[:2]}
        same(found, dict(zip(CREATED, (booking["id"], number), strict=False)), "the ids that the webhooks of these events tell")
        message = fake.write(number, "May we bring our dog? " * 10)
        _is_shown(api, "messages", message["id"], record_of("inbox_message_created"))
        workspace.change("messages", message["id"], {"content": "May we bring two dogs?"})
        _is_shown(api, "messages", message["id"], record_of("inbox_message_updated"))
        workspace.change("conversations", number, {"closed": True})
        _is_shown(api, "conversations", number, record_of("inbox_conversation_updated"))
        wanted(api.call("DELETE", f"/bookings/{booking['id']}"), 204)
        same(record_of("booking_destroyed")["id"], booking["id"], "the id that the webhook of booking_destroyed tells")
        workspace.new("clients")
        api.get("/inbox/conversations")
        same(told(), {}, "webhooks of a new client, to which nobody subscribed, and of a list that was read")


def _is_whole(webhook: JSON, headers: dict[str, str]) -> None:
    event = webhook["event"]
    expect(event in {*CREATED, *CHANGED}, f"a webhook of {event}, to which nobody subscribed")
    same(sorted(webhook), ["account_id", "event", "resource"], f"the keys of the webhook of {event}")
    same(webhook["account_id"], _record(webhook)["links"]["account"], f"account_id of the webhook of {event}")
    expect(webhook["resource"].get("links"), f"no templates in the webhook of {event}")
    same({name: headers.get(name) for name in HEADERS}, HEADERS, f"the headers of the webhook of {event}")


def _record(webhook: JSON) -> JSON:
    """Return the record of a webhook, under its singular."""
    (singular,) = webhook["resource"].keys() - {"links"}
    found: JSON = webhook["resource"][singular]
    return found


def _is_shown(api: Api, plural: str, record_id: int, told: JSON) -> None:
    shown = api.one(f"/inbox/{plural}/{record_id}")
    same({name: told.get(name) for name in shown}, shown, f"one of the {plural}, {record_id}, in its webhook, beside the API's")
