"""A whole sandbox: one with something of everything in it, lists page by page, and all that a sandbox holds."""

import re
from collections.abc import Iterator
from typing import Any

from builders import JSON, a_body, a_booking, a_scenario
from fake import Answer, Caller, Mock, Sandbox
from inbox_mock.store.database import Database

CONVERSATIONS = "/inbox/conversations"
PARTICIPANTS = "/inbox/participants"
MESSAGES = "/inbox/messages"
ATTACHMENTS = "/inbox/attachments"
INBOX = (CONVERSATIONS, PARTICIPANTS, MESSAGES, ATTACHMENTS, "/hosts")
LISTS = (*INBOX, "/bookings", "/clients", "/sources", "/inquiries", "/rentals", "/applications", "/accounts")

ALWAYS_EMPTY: dict[str, list[int] | None] = {
    "rental_agreement": None,
    "discount_code_usage": None,
    "bookings_fees": [],
    "bookings_payments": [],
    "bookings_taxes": [],
    "bookings_tags": [],
    "booking_comments": [],
    "payments": [],
    "rentals_tags": [],
}
"""The associations of a booking with what the fake has none of."""
PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
LINK = re.compile(r'<(.*?)>; rel="(\w+)"')


def a_busy_scenario() -> JSON:
    """Two messages in an Airbnb booking's conversation that is assigned to jan, and the inquiry that it came from."""
    return a_scenario(
        sources=[{"id": 5, "as": "website", "name": "Website"}],
        hosts=[{"id": 2, "as": "jan", "firstname": "Jan", "lastname": "Kowalski", "user": 2, "source": "website"}],
        bookings=[a_booking(final_price="2700.0")],
        participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
        messages=[
            {"id": 21, "booking": 80, "from": "guest", "content": "What time can we arrive?", "at": "-50m"},
            {"id": 22, "booking": 80, "from": "jan", "content": "Any time after four.", "at": "-40m"},
        ],
        changes=[{"booking": 80, "assignee": "jan", "at": "-30m"}],
        inquiries=[
            {
                "id": 31,
                "firstname": "Clementina",
                "lastname": "Kling",
                "email": "clementina@example.com",
                "rental": 16,
                "source": "website",
                "booking": 80,
                "start_at": "+30d",
                "end_at": "+37d",
                "created_at": "-20m",
            }
        ],
    )


def a_busy_sandbox(mock: Mock) -> Sandbox:
    """The sandbox of that scenario, with a picture (1) tied to message 22."""
    sandbox = mock.sandbox(a_busy_scenario())
    sandbox.api.post(ATTACHMENTS, a_body("attachments", name="map.png", file=PICTURE))
    sandbox.api.put(f"{MESSAGES}/22/add_attachment", a_body("attachments", id=1))
    return sandbox


def link_of(answer: Answer) -> dict[str, str]:
    """The Link header as the Ruby gem reads it: relation to address."""
    found = [LINK.fullmatch(part) for part in answer.headers["Link"].split(", ")]
    return {match[2]: match[1] for match in found if match is not None}


def pages(api: Caller, path: str, **query: Any) -> Iterator[Answer]:
    """Every page of a list, by following ``next``."""
    answer = api.get(path, **query)
    while True:
        assert answer.status == 200, answer.body
        yield answer
        following = link_of(answer).get("next")
        if following is None:
            return
        answer = api.get(following.removeprefix(f"{api.transport.root}/api/v3"))


def all_of(api: Caller, path: str, **query: Any) -> list[JSON]:
    """The records of every page of a list."""
    return [record for page in pages(api, path, **query) for record in page.records]


def everything(api: Caller) -> dict[str, Any]:
    """All records of a sandbox, by list; past and cancelled bookings too."""
    more: dict[str, JSON] = {"/bookings": {"from": "2000-01-01", "include_canceled": "true"}}
    return {path: all_of(api, path, **more.get(path, {})) for path in LISTS}


def rows(db: Database) -> dict[str, list[JSON]]:
    """All rows of a sandbox's database, by table."""
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {name: db.every(f"SELECT * FROM {name} ORDER BY 1") for name in names}
