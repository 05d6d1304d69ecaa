"""What is around the API, where a fake's admin API can cause it: tokens, what channels open, applications."""

from base64 import b64encode
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from inbox_contracts.provider.api import Api, by_id, the_record
from inbox_contracts.provider.expectations import expect, same
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
        spent = Api(trial.api.connection, str(first.json["access_token"])).call("GET", "/inbox/conversations")
        same(spent.status, 401, f"{spent.about}: the status with a token that is older than its expires_in")
        again = token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        expect(again.status in {400, 401}, f"{again.about}: the status of a code that was used, expected a refusal")
        refreshed = token(grant_type="refresh_token", refresh_token=str(first.json["refresh_token"]))
        _is_a_pair(trial, refreshed)
        for name in ("access_token", "refresh_token"):
            expect(refreshed.json[name] != first.json[name], f"{refreshed.about}: the {name} is the same as before")
        refreshed = token(grant_type="refresh_token", refresh_token=str(refreshed.json["refresh_token"]))
        _is_a_pair(trial, refreshed)
        renewed = Api(trial.api.connection, str(refreshed.json["access_token"]))
        booking = renewed.get("/bookings").json["bookings"][0]
        expect(
            "final_price" in booking, f"a token that was refreshed shows no final_price of booking {booking['id']}, as bookings_read does"
        )
        renewed.post("/inbox/conversations", "conversations", {"subject": "Trial"})
        grant = {"grant_type": "client_credentials"}
        named = b64encode(":".join(client.values()).encode()).decode()
        own = token(**grant)
        same(own.status, 200, f"{own.about}: the status for client credentials")
        expect("refresh_token" not in own.json, f"{own.about}: a refresh_token with client credentials")
        same(own.json["scope"], "public", f"{own.about}: the scope of client credentials")
        _tells_when(own, times.parse(workspace.fake.clock.now).timestamp())
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
    """What /oauth/token answers is JSON and may not be kept (no-store), and error is the code of RFC 6749 for what is wrong."""
    with trial.workspace("agency") as workspace:
        client = _client(workspace)
        granted = _token(trial, client, grant_type="client_credentials")
        expect("no-store" in (granted.header("Cache-Control") or ""), f"{granted.about}: no Cache-Control: no-store")
        answers = [granted]
        for what, wrong, error in REFUSED:
            answer = _token(trial, client, **{"grant_type": "refresh_token", "refresh_token": "0", **wrong})
            same(answer.json.get("error"), error, f"{answer.about}: error, with {what}")
            answers.append(answer)
        for answer in answers:
            kind = (answer.header("Content-Type") or "").partition(";")[0]
            same(kind, "application/json", f"{answer.about}: Content-Type")
        elsewhere = {"code": _code(trial, client["client_id"]), "redirect_uri": f"{CALLBACK}/elsewhere"}
        answer = _token(trial, client, grant_type="authorization_code", **elsewhere)
        same(answer.json.get("error"), "invalid_grant", f"{answer.about}: error, with another redirect_uri than that of the code")


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
    Api(trial.api.connection, granted["access_token"][0]).get("/inbox/conversations", per_page=1)
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
    same(found["expires_in"], HOURS_2, f"{answer.about}: expires_in")
    same(sorted(str(found["scope"]).split()), sorted(SCOPES.split()), f"{answer.about}: scope")
    used = Api(trial.api.connection, str(found["access_token"])).call("GET", "/inbox/conversations", per_page=1)
    same(used.status, 200, f"{used.about}: the status with a token that was just granted")
    now = times.parse(used.header("x-updated-since-request-synced-at") or "").timestamp()
    _tells_when(answer, now)


def _tells_when(answer: ApiResponse, now: float) -> None:
    same(str(answer.json["token_type"]).lower(), "bearer", f"{answer.about}: token_type")
    created_at = answer.json["created_at"]
    good = type(created_at) is int and abs(created_at - now) < MINUTE
    expect(good, f"{answer.about}: created_at is {created_at!r}, expected a Unix time close to {now:.0f}")


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
            polled = by_id(api.all_of("/bookings", updated_since=after["updated_at"]))
            told = f"booking {booking['id']}, updated_since {after['updated_at']}"
            same(polled.get(booking["id"], {}).get("links", {}).get("conversations"), [number], f"links.conversations of {told}")
            whole = api.one(f"/inbox/conversations/{number}", include="participants")
            types = [found["links"]["member"]["type"] for found in whole["participants"]]
            expect("Client" in types, f"the participants of conversation {number} are {types}, expected a Client among them")
            same(conversation["default_channel"], channel, f"default_channel of conversation {number}, which {channel} has opened")
            guests = [one["id"] for one in whole["participants"] if one["links"]["member"]["type"] == "Client"]
            message = api.one(f"/inbox/messages/{fake.write(number, 'May we bring our dog?')['id']}")
            told = f"links.sender of message {message['id']}, which the guest wrote, is {message['links']['sender']}"
            expect(message["links"]["sender"] in guests, f"{told}, expected one of {guests}")


@claim("stay-times", fidelity=documented("/reference/endpoints/bookings"), reads=False, fake=True)
def stay_times(trial: Trial) -> None:
    """start_at and end_at are the rental's local times with a false Z; start_at_global and end_at_global are the instants."""
    with trial.workspace({"rentals": [{"name": "Trial", "timezone": "Europe/Paris"}]}) as workspace:
        written = {"start_at": "2031-03-29T16:00:00Z", "end_at": "2031-03-31T10:00:00Z"}
        instants = {"start_at_global": "2031-03-29T15:00:00Z", "end_at_global": "2031-03-31T08:00:00Z"}  # summer time begins between
        booking = workspace.new("bookings", **written)
        same({name: booking[name] for name in (*written, *instants)}, {**written, **instants}, "the times of a stay in Paris")


@claim("applications", fidelity=documented("/reference/endpoints/applications; PUT is recorded"), reads=False, fake=True)
def applications(trial: Trial) -> None:
    """default_price_increase of an application is what was written, more than 0 and less than 100."""
    with trial.workspace("agency") as workspace:
        path = f"/applications/{workspace.api.get('/applications').json['applications'][0]['id']}"
        written = {"default_price_increase": "12.5"}
        answered = the_record(workspace.api.put(path, "applications", written))
        for found in (answered, workspace.api.one(path)):
            same({name: found[name] for name in written}, written, f"what {path} shows of what was written")
        for wrong in ("0", "100"):
            answer = workspace.api.call("PUT", path, {"applications": [{"default_price_increase": wrong}]})
            same(answer.status, 422, f"{answer.about}: the status of a default_price_increase of {wrong}")
        same(workspace.api.one(path), answered, f"{path}, after what was refused")
