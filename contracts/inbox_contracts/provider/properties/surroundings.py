"""What is around the API, where a fake's admin API can cause it: tokens, what channels open, webhooks."""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from inbox_contracts.provider.api import JSON, Api, by_id
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.http import ApiResponse
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import documented

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALLBACK = "http://localhost/callback"
SCOPES = "inbox_write bookings_read"
HOURS_2 = 7200
RECEIVER = "127.0.0.1"


@claim("tokens", fidelity=documented("/reference/authorization"), reads=False, fake=True)
def tokens(trial: Trial) -> None:
    """A code is exchanged for a pair of tokens once, and each refresh token for a pair with another one; all else is refused."""
    with trial.workspace("agency") as workspace:
        application = workspace.fake.made["applications"][0]
        client = {name: str(application[name]) for name in ("client_id", "client_secret")}

        def token(**form: str) -> ApiResponse:
            return trial.api.connection.send("POST", "/oauth/token", FORM, urlencode({**client, **form}).encode())

        code = _code(trial, client["client_id"])
        first = token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        _is_a_pair(trial, first)
        again = token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        same(again.status, 401, f"{again.about}: the status of a code that was used")
        refreshed = token(grant_type="refresh_token", refresh_token=str(first.json["refresh_token"]))
        _is_a_pair(trial, refreshed)
        for name in ("access_token", "refresh_token"):
            expect(refreshed.json[name] != first.json[name], f"{refreshed.about}: the {name} is the same as before")
        own = token(grant_type="client_credentials")
        same(own.status, 200, f"{own.about}: the status for client credentials")
        expect("refresh_token" not in own.json, f"{own.about}: a refresh_token with client credentials")
        for what, wrong in {
            "a wrong secret": {"client_secret": "0" * 64},
            "an unknown refresh token": {"refresh_token": "0" * 64},
            "an unknown grant_type": {"grant_type": "magic"},
        }.items():
            form = {"grant_type": "refresh_token", "refresh_token": str(refreshed.json["refresh_token"]), **wrong}
            answer = token(**form)
            expect(answer.status in {400, 401}, f"{answer.about}: the status with {what}, expected a refusal")
            expect(isinstance(answer.json.get("error"), str), f"{answer.about}: no error in the body, with {what}")


def _code(trial: Trial, client_id: str) -> str:
    wish = {"client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": SCOPES, "state": "xyz"}
    agreed = urlencode({**wish, "account_id": "1", "decision": "approve"}).encode()
    answer = trial.api.connection.send("POST", "/oauth/authorize", FORM, agreed)
    told = parse_qs(urlsplit(answer.header("Location") or "").query)
    same(told.get("state"), ["xyz"], f"{answer.about}: state in Location")
    expect(told.get("code"), f"{answer.about}: no code in Location")
    return told["code"][0]


def _is_a_pair(trial: Trial, answer: ApiResponse) -> None:
    same(answer.status, 200, f"{answer.about}: the status of a grant")
    found = answer.json
    same(str(found["token_type"]).lower(), "bearer", f"{answer.about}: token_type")
    same(found["expires_in"], HOURS_2, f"{answer.about}: expires_in")
    same(sorted(str(found["scope"]).split()), sorted(SCOPES.split()), f"{answer.about}: scope")
    expect(type(found["created_at"]) is int, f"{answer.about}: created_at is {found.get('created_at')!r}, expected a Unix time")
    used = Api(trial.api.connection, str(found["access_token"])).call("GET", "/inbox/conversations", per_page=1)
    same(used.status, 200, f"{used.about}: the status with a token that was just granted")


@claim("late-conversation", fidelity=documented("/guides/understanding-inbox-messaging, flow"), reads=False, fake=True)
def late_conversation(trial: Trial) -> None:
    """A channel's conversation comes after its booking: tied at both ends at once, with a Client, and the booking's updated_at moves."""
    with trial.workspace({"rentals": [{"name": "Trial"}]}) as workspace:
        api, fake = workspace.api, workspace.fake
        for channel in ("airbnb", "booking-com"):
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
            expect(after["updated_at"] > before["updated_at"], f"updated_at of booking {booking['id']} is still {after['updated_at']}")
            whole = api.one(f"/inbox/conversations/{number}", include="participants")
            types = [found["links"]["member"]["type"] for found in whole["participants"]]
            expect("Client" in types, f"the participants of conversation {number} are {types}, expected a Client among them")


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
    thread = Thread(target=server.serve_forever, daemon=True)
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


@claim("webhooks", fidelity=documented("/guides/webhook-subscriptions"), reads=False, fake=True)
def webhooks(trial: Trial) -> None:
    """A webhook comes for what happens, signed over its raw body, and tells of the record as the API shows it then."""
    with trial.workspace("agency") as workspace, _receiving() as (url, heard):
        fake = workspace.fake
        secret = str(fake.webhook(url, "booking_created", "inbox_conversation_created", "inbox_message_created")["secret"])
        booking = fake.book("airbnb", conversation_delay="0s")
        workspace.advance("1m")
        (number,) = workspace.api.one(f"/bookings/{booking['id']}")["links"]["conversations"]
        message = fake.write(number, "May we bring our dog? " * 10)
        workspace.advance("1m")
        told = [(headers, body, orjson.loads(body)) for headers, body in heard]
        for headers, body, webhook in told:
            signature = headers.get("x-content-signature")
            same(signature, _signature(secret, body), f"X-Content-Signature of {webhook['event']}")
        for event, singular, path, wanted_id in (
            ("booking_created", "booking", "/bookings", booking["id"]),
            ("inbox_conversation_created", "conversation", "/inbox/conversations", number),
            ("inbox_message_created", "message", "/inbox/messages", message["id"]),
        ):
            records: list[JSON] = [webhook["resource"][singular] for _, _, webhook in told if webhook["event"] == event]
            same([record["id"] for record in records], [wanted_id], f"the ids that webhooks of {event} tell")
            if singular == "message":
                shown = workspace.api.one(f"{path}/{wanted_id}")
                same({name: records[0].get(name) for name in shown}, shown, f"the {singular} {wanted_id} in its webhook, beside the API's")
