"""An application as the tests of OAuth see it: what it asks for, and what the person at the browser does."""

from base64 import b64encode
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from builders import a_scenario
from fake import JSON, Answer, Caller, Sandbox

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALLBACK = "http://localhost:3000/callback"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass
class Application:
    """A registered application. ``None`` as a change leaves a parameter out."""

    sandbox: Sandbox
    name: str = "Your application"

    @property
    def credentials(self) -> JSON:
        found = self.sandbox.application(self.name)
        return {"client_id": found["client_id"], "client_secret": found["client_secret"]}

    @property
    def caller(self) -> Caller:
        return Caller(self.sandbox.transport, base="/oauth")

    def api(self, token: str) -> Caller:
        return Caller(self.sandbox.transport, token)

    def wish(self, **changes: Any) -> JSON:
        wished = {
            "client_id": self.credentials["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "inbox_write bookings_read",
            "state": "xyz",
        }
        return given(wished | changes)

    def ask(self, **changes: Any) -> Answer:
        """The browser opens the page."""
        return self.caller.get("/authorize", **self.wish(**changes))

    def decide(self, decision: str | None = "approve", *, headers: JSON | None = None, **changes: Any) -> Answer:
        """The person presses a button on the page."""
        sent = given({**self.wish(account_id=1), "decision": decision} | changes)
        return self.caller.call("POST", "/authorize", urlencode(sent).encode(), headers=FORM | (headers or {}))

    def code(self, **changes: Any) -> str:
        """A fresh code."""
        return str(told(self.decide(**changes))["code"])

    def token(self, **form: Any) -> Answer:
        return self.caller.call("POST", "/token", urlencode(given(self.credentials | form)).encode(), headers=FORM)

    def exchange(self, code: str, /, **changes: Any) -> Answer:
        return self.token(**{"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changes)

    def refresh(self, refresh_token: str, /, **changes: Any) -> Answer:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": refresh_token} | changes)

    def tokens(self, **changes: Any) -> JSON:
        """A fresh pair of tokens."""
        answer = self.exchange(self.code(**changes))
        assert answer.status == 200, answer.body
        found: JSON = answer.json
        return found

    def uses(self, pair: JSON) -> int:
        """Call the API with the pair's access token; the status of the answer."""
        return self.api(pair["access_token"]).get("/me").status


def challenge(description: str) -> str:
    """The header of a 401 of the API."""
    return f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{description}"'


def an_application(sandbox: Sandbox, name: str = "Your application") -> Application:
    """The sandbox's own application, or another."""
    return Application(sandbox, name)


def two_applications(**changes: Any) -> JSON:
    """A scenario with two accounts, the client's own application with a few scopes, and a rival."""
    return a_scenario(
        accounts=[{"id": 1, "business_name": "Super Awesome Villas"}, {"id": 2, "business_name": "Modest Huts"}],
        applications=[
            {"id": 17, "name": "Your application", "client": True, "scopes": ["inbox_write", "bookings_read"], "accounts": [1]},
            {"id": 18, "name": "Rival", "accounts": [1]},
        ],
        **changes,
    )


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": f"Basic {b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"}


def given(parameters: JSON) -> JSON:
    return {name: value for name, value in parameters.items() if value is not None}


def told(answer: Answer) -> dict[str, str]:
    """What the application learns from a redirect, by query or by fragment."""
    assert answer.status == 302, answer.body
    parts = urlsplit(answer.headers["Location"])
    return dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))


class Form(HTMLParser):
    """The form of a page: hidden fields, and what is chosen among the accounts."""

    def __init__(self, page: Answer) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.accounts: list[str] = []
        self.chosen: str | None = None
        self.feed(page.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        if tag == "input" and found["type"] == "hidden":
            self.fields[found["name"]] = found["value"]
        if tag == "input" and found["type"] == "radio":
            self.accounts.append(found["value"])
            if "checked" in found:
                self.chosen = found["value"]
