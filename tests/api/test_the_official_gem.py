"""The official Ruby gem's flow and the requests of its own specs, sent and read as the gem does.

The gem is not installable everywhere, so `Gem` repeats what it does with a request and an answer: a body with every GET, one
resource key, templates expanded by name, relations of the header Link, an exception for each status that it does not know.
"""

import re
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from builders import JSON, a_booking, a_scenario
from fake import Answer, Caller, Mock, Sandbox

pytestmark = pytest.mark.both_transports

MEDIA_TYPE = "application/vnd.api+json"
HEADERS = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE, "User-Agent": "BookingSync API gem v0.1.14"}
KNOWN = {200, 201, 204, 401, 403, 404, 422, 429}
WITH_LINKS = [
    *("/bookings", "/clients", "/hosts", "/inbox/attachments", "/inbox/conversations", "/inbox/messages", "/inbox/participants"),
    *("/inquiries", "/rentals", "/sources"),
]
WITHOUT_ENDPOINT_OR_TEMPLATE = {"conversations", "created_by", "user"}


@dataclass
class Gem:
    """What the gem does, around a caller."""

    api: Caller

    def request(self, method: str, path: str, body: JSON | None = None, **query: Any) -> Answer:
        ids = query.pop("ids", None)
        joined = {name: ",".join(map(str, value)) if isinstance(value, list) else value for name, value in query.items()}
        path = path if ids is None else f"{path}/{','.join(map(str, ids if isinstance(ids, list) else [ids]))}"
        answer = self.api.call(method, path, body or {}, headers=HEADERS, **joined)
        assert answer.status in KNOWN, answer.body
        return answer

    def pages(self, path: str, **query: Any) -> Iterator[list[JSON]]:
        answer = self.request("GET", path, **query)
        while True:
            yield self.resources(answer)
            following = self.relations(answer).get("next")
            if following is None:
                return
            answer = self.request("GET", following.removeprefix(f"{self.api.transport.root}/api/v3"))

    def related(self, answer: Answer, record: JSON, name: str, **query: Any) -> list[JSON]:
        (key,) = self.keys(answer)
        linked = record["links"][name]
        if isinstance(linked, dict):
            template, variable, ids = answer.json["links"][f"{key}.{linked['type'].lower()}"], f"{key}.{name}.id", [linked["id"]]
        else:
            template, variable = answer.json["links"][f"{key}.{name}"], f"{key}.{name}"
            ids = linked if isinstance(linked, list) else [linked] if linked is not None else []
        if not ids:
            return []
        url = template.replace(f"{{{variable}}}", ",".join(map(str, ids)))
        assert "{" not in url
        return self.resources(self.request("GET", url.removeprefix(f"{self.api.transport.root}/api/v3"), **query))

    def keys(self, answer: Answer) -> list[str]:
        return [key for key in answer.json if key not in {"links", "linked", "meta"}]

    def resources(self, answer: Answer) -> list[JSON]:
        found: list[JSON] = answer.json[self.keys(answer)[-1]]
        return found

    def relations(self, answer: Answer) -> dict[str, str]:
        parts = answer.headers.get("Link", "").split(", ")
        found = [re.search(r'<(.*?)>; rel="(\w+)"', part) for part in parts if part]
        return {match[2]: match[1] for match in found if match is not None}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    return mock.sandbox(
        a_scenario(
            assume={"visibility_all": True, "sent_at_optional": True},
            clients=[{"id": 37, "fullname": "Ada Bauer"}],
            sources=[{"id": 5, "name": "Website"}],
            inquiries=[
                {"firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com", "rental": 16, "start_at": "+60d", "end_at": "+61d"}
            ],
            attachments=[{"id": 4, "file": "parking.png"}],
            bookings=[a_booking()],
            participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
            messages=[
                {"id": 20 + n, "attachments": [4], "booking": 80, "from": "guest", "content": f"{n}?", "at": f"-{50 - n}m"}
                for n in range(1, 6)
            ],
        )
    )


@pytest.fixture
def gem(sandbox: Sandbox) -> Gem:
    return Gem(sandbox.api)


def test_it_reads_every_page_by_the_relations_of_the_header(gem: Gem) -> None:
    batches = list(gem.pages("/inbox/messages", per_page=2, fields=["content", "sent_at"]))

    assert [[record["id"] for record in batch] for batch in batches] == [[21, 22], [23, 24], [25]]
    assert set(batches[0][0]) == {"links", "id", "content", "sent_at"}


def test_it_reads_several_by_ids_joined_in_the_path(gem: Gem) -> None:
    answer = gem.request("GET", "/inbox/messages", ids=[21, 24])

    assert [record["id"] for record in gem.resources(answer)] == [21, 24]


@pytest.mark.parametrize("path", WITH_LINKS)
def test_every_association_leads_somewhere(gem: Gem, path: str) -> None:
    answer = gem.request("GET", path)

    assert gem.resources(answer)
    for record in gem.resources(answer):
        for name in set(record["links"]) - WITHOUT_ENDPOINT_OR_TEMPLATE:
            linked = record["links"][name]
            related = gem.related(answer, record, name)
            assert len(related) == (len(linked) if isinstance(linked, list) else int(linked is not None)), name


def test_it_follows_a_booking_to_its_guest_and_rental(gem: Gem) -> None:
    answer = gem.request("GET", "/bookings", include=["client", "rental"])
    (booking,) = gem.resources(answer)

    assert booking["client"]["id"] == gem.related(answer, booking, "client")[0]["id"]
    assert booking["rental"]["name"] == gem.related(answer, booking, "rental", fields=["name"])[0]["name"]
    assert all(gem.related(answer, booking, name) == [] for name in ("bookings_fees", "payments", "rentals_tags", "booking_comments"))


def test_it_asks_for_what_changed(gem: Gem) -> None:
    first = gem.request("GET", "/inbox/messages", updated_since="2010-01-01 12:12:12 UTC")
    again = gem.request("GET", "/inbox/messages", updated_since=first.headers["x-updated-since-request-synced-at"])

    assert (first.meta["deleted_ids"], first.meta["X-Total-Count"]) == ([], "5")
    assert (again.status, again.meta["deleted_ids"]) == (200, [])


SPECS: dict[str, tuple[str, str, JSON, JSON]] = {
    "a conversation": (
        "POST",
        "/inbox/conversations",
        {"conversations": [{"subject": "New", "assignee_id": 2, "source_id": 5}]},
        {"subject": "New"},
    ),
    "its edit": ("PUT", "/inbox/conversations/11", {"conversations": [{"closed": True, "assignee_id": 2}]}, {}),
    "a booking connected": ("PUT", "/inbox/conversations/11/connect_booking", {"bookings": [{"id": 80}]}, {}),
    "a booking disconnected": ("PUT", "/inbox/conversations/11/disconnect_booking", {"bookings": [{"id": 80}]}, {}),
    "a message of 2018": (
        "POST",
        "/inbox/messages",
        {"messages": [{"content": "Hi", "origin": "homeaway", "visibility": "all", "conversation_id": 11, "sender_id": 2}]},
        {"content": "Hi", "visibility": "all", "sent_at": None},
    ),
    "an edited message": ("PUT", "/inbox/messages/21", {"messages": [{"content": "Other"}]}, {"content": "Other"}),
    "an attachment of lines": (
        "POST",
        "/inbox/attachments",
        {"attachments": [{"name": "test.txt", "file": encodebytes(b"text " * 40).decode()}]},
        {"name": "test.txt", "file_size": 200},
    ),
    "a remote attachment": (
        "POST",
        "/inbox/attachments",
        {"attachments": [{"remote_file_url": "https://example.com/logo.png", "name": "test.jpg"}]},
        {"name": "test.jpg"},
    ),
    "a participant": (
        "POST",
        "/inbox/participants",
        {"participants": [{"conversation_id": 11, "member_id": 2, "member_type": "Host", "read": False}]},
        {"read_at": None},
    ),
    "a participant who read": ("PUT", "/inbox/participants/2", {"participants": [{"read": True}]}, {}),
    "a host": ("POST", "/hosts", {"hosts": [{"email": "new@example.com", "firstname": "Ada", "lastname": "Bauer"}]}, {"lastname": "Bauer"}),
    "a client": (
        "POST",
        "/clients",
        {"clients": [{"fullname": "Ada Bauer", "emails": [{"label": "default", "email": "ada@example.com"}], "city": "Nevache"}]},
        {"emails": [{"label": "default", "email": "ada@example.com"}]},
    ),
    "a source": ("POST", "/sources", {"sources": [{"name": "New"}]}, {"name": "New"}),
    "an inquiry": (
        "POST",
        "/rentals/16/inquiries",
        {
            "inquiries": [
                {"firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com", "start_at": "2031-01-03", "end_at": "2031-01-05"}
            ]
        },
        {"start_at": "2031-01-03T16:00:00Z"},
    ),
    "a booking by days": (
        "POST",
        "/rentals/16/bookings",
        {"bookings": [{"start_at": "2031-02-03", "end_at": "2031-02-04", "booked": True}]},
        {"start_at": "2031-02-03T00:00:00Z"},
    ),
    "an application": ("PUT", "/applications/17", {"applications": [{"default_price_increase": 1.1}]}, {"default_price_increase": "1.1"}),
    "an edited booking": ("PUT", "/bookings/80", {"bookings": [{"expected_checkin_time": "17:00"}]}, {"expected_checkin_time": "17:00"}),
}


@pytest.mark.parametrize("spec", SPECS)
def test_a_request_of_its_specs_is_answered_as_it_expects(gem: Gem, spec: str) -> None:
    method, path, body, shown = SPECS[spec]

    answer = gem.request(method, path, body)

    assert answer.status == (201 if method == "POST" else 200), answer.body
    (record,) = gem.resources(answer)
    assert {name: record[name] for name in shown} == shown


def test_a_cancellation_answers_nothing_and_takes_a_reason(gem: Gem) -> None:
    answer = gem.request("DELETE", "/bookings/80", {"bookings": [{"cancelation_reason": "payment_failed"}]})

    assert (answer.status, answer.body) == (204, b"")
    assert gem.request("GET", "/bookings/80", include_canceled="true").record["status"] == "Canceled"
    assert 80 in gem.request("GET", "/bookings", updated_since="2010-01-01 12:12:12 UTC").meta["deleted_ids"]


def test_a_booking_of_the_past_is_made_and_its_end_moved_to_a_minute(gem: Gem) -> None:
    made = gem.request("POST", "/rentals/16/bookings", {"bookings": [{"start_at": "2017-01-03", "end_at": "2017-01-04", "booked": True}]})
    moved = gem.request("PUT", f"/bookings/{made.record['id']}", {"bookings": [{"end_at": "2019-03-25 21:45:00 UTC"}]})

    assert (made.record["links"]["account"], made.record["links"]["rental"]) == (1, 16)
    assert moved.record["end_at"] == "2019-03-25T21:45:00Z"


def test_a_conversation_shows_its_bookings_as_they_are_connected_and_disconnected(gem: Gem) -> None:
    made = gem.request("POST", "/inbox/conversations", {"conversations": [{"subject": "New"}]})
    path, body = f"/inbox/conversations/{made.record['id']}", {"bookings": [{"id": 80}]}

    connected = gem.request("PUT", f"{path}/connect_booking", body)
    disconnected = gem.request("PUT", f"{path}/disconnect_booking", body)

    assert [answer.record["links"]["bookings"] for answer in (made, connected, disconnected)] == [[], [80], []]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/inbox/messages/999", None, 404),
        ("POST", "/sources", {"sources": [{"name": ""}]}, 422),
        ("GET", "/nothing", None, 404),
    ],
)
def test_it_knows_how_to_raise_each_refusal(gem: Gem, method: str, path: str, body: JSON | None, status: int) -> None:
    assert gem.request(method, path, body).status == status


def test_strangers_and_narrow_tokens_are_told_apart(sandbox: Sandbox, mock: Mock) -> None:
    assert Gem(mock.caller("nobody")).request("GET", "/bookings").status == 401
    assert Gem(sandbox.api_with("public")).request("GET", "/inbox/messages").status == 403
