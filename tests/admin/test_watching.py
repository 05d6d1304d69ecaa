"""What the dashboard looks at: the inbox as people see it, and whether anything has changed."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest

from builders import START, a_booking, a_message, a_scenario, without
from fake import JSON, Mock, OverSocket, Sandbox
from inbox_mock.channels import policies
from inbox_mock.domain import limits
from inbox_mock.faults.kinds import kinds

PATIENCE_SECONDS = 30
CROWD = 20


def rows(sandbox: Sandbox, **query: Any) -> list[JSON]:
    answer = sandbox.admin.get("/inbox", **query)
    assert answer.status == 200, answer.body
    found: list[JSON] = answer.json["conversations"]
    return found


def messages(sandbox: Sandbox, **query: Any) -> list[JSON]:
    found: list[JSON] = sandbox.admin.get("/inbox/11", **query).json["messages"]
    return found


def version(sandbox: Sandbox) -> int:
    return int(sandbox.admin.get("/changes").json["version"])


# The list.


def test_a_booking_that_waits_says_when_its_channel_opens_the_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    booking = sandbox.admin.post("/bookings", {"conversation_delay": "10m", "guest": {"fullname": "Ada Bauer"}}).json["booking"]

    (row,) = rows(sandbox)

    assert (row["conversation_id"], row["booking_id"], row["guest"], row["rental"]) == (
        None,
        booking["id"],
        "Ada Bauer",
        "Chalet Les Robles",
    )
    assert (row["waiting"], row["opens_at"]) == ("opens", "2030-06-01T12:10:00Z")


@pytest.mark.parametrize(
    ("channel", "arguments", "waiting"),
    [
        ("airbnb", {"conversation_delay": "never"}, "never"),
        ("booking-com", {"conversation_delay": "1h"}, "opens"),
        ("direct", {}, "nobody"),
    ],
)
def test_a_booking_without_a_conversation_says_whom_it_waits_for(mock: Mock, channel: str, arguments: JSON, waiting: str) -> None:
    sandbox = mock.sandbox(a_scenario())
    sandbox.admin.post("/bookings", {"channel": channel, **arguments})

    assert [row["waiting"] for row in rows(sandbox)] == [waiting]


def test_a_booking_still_waits_when_a_client_made_a_conversation_of_its_own_for_it(mock: Mock) -> None:
    sandbox = mock.sandbox("self-made-for-waiting-booking")
    booking = next(row for row in rows(sandbox) if row["conversation_id"] is None)["booking_id"]
    made = sandbox.api.post("/inbox/conversations", {"conversations": [{"subject": "Ours"}]}).record
    sandbox.api.put(f"/inbox/conversations/{made['id']}/connect_booking", {"bookings": [{"id": booking}]})

    assert booking in {row["booking_id"] for row in rows(sandbox) if row["waiting"] == "opens"}


def test_what_moved_last_comes_first_with_its_last_words(inbox: Sandbox) -> None:
    inbox.advance("1m")
    inbox.admin.post("/bookings", {"conversation_delay": "1h"})
    inbox.advance("1m")
    inbox.admin.post("/conversations/11/messages", {"content": "Is there a garage?"})

    first, second = rows(inbox)

    assert (first["conversation_id"], first["said"], first["said_by"], first["guest"]) == (
        11,
        "Is there a garage?",
        "Client",
        "Clementina Kling",
    )
    assert first["deadline_response_at"] == "2030-06-02T12:02:00Z"
    assert second["waiting"] == "opens"


@pytest.mark.parametrize(("show", "ids"), [("all", [11]), ("open", []), ("closed", [11])])
def test_closed_conversations_are_shown_when_they_are_wanted(inbox: Sandbox, show: str, ids: list[int]) -> None:
    inbox.admin.call("PATCH", "/conversations/11", {"closed": True})

    assert [row["conversation_id"] for row in rows(inbox, show=show)] == ids


@pytest.mark.parametrize(("search", "found"), [("clementina", 1), ("ROBLES", 1), ("80", 1), ("8", 0), ("nobody", 0), ("%", 0)])
def test_the_list_is_searched_by_guest_rental_and_booking(inbox: Sandbox, search: str, found: int) -> None:
    assert len(rows(inbox, search=search)) == found


def test_the_list_is_paged(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    everything = rows(sandbox, limit=200)
    pages = [sandbox.admin.get("/inbox", limit=10, skip=skip).json for skip in (0, 10, 20)]

    assert [row for page in pages for row in page["conversations"]] == everything
    assert {page["total"] for page in pages} == {len(everything)}


@pytest.mark.parametrize("query", [{"limit": "x"}, {"limit": 201}, {"skip": -1}, {"show": "some"}, {"booking_id": "²"}])
def test_a_wrong_query_says_what_was_expected(inbox: Sandbox, query: JSON) -> None:
    answer = inbox.admin.get("/inbox", **query)

    assert (answer.status, answer.errors[0]["field"]) == (422, next(iter(query)))


# One conversation.


def test_a_conversation_names_who_takes_part(inbox: Sandbox) -> None:
    found = inbox.admin.get("/inbox/11").json

    assert [(one["member_type"], one["name"]) for one in found["participants"]] == [
        ("Client", "Clementina Kling"),
        ("Host", "Jan Kowalski"),
    ]
    assert (found["conversation"]["channel"], found["conversation"]["created_by"]) == ("airbnb", "Airbnb")
    assert [booking["id"] for booking in found["bookings"]] == [80]


def test_a_guests_message_says_who_was_notified(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"content": "Is there a garage?"})

    (message,) = messages(inbox)

    assert (message["sender"]["name"], message["notified"]) == ("Clementina Kling", [2])
    assert message["relay"] == {"state": "seen", "at": START, "as": None}


def test_a_hosts_message_is_on_its_way_and_then_seen(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message())
    (before,) = messages(inbox)
    inbox.advance("1h")
    (after,) = messages(inbox)

    assert before["relay"]["state"] == "on_its_way"
    assert after["relay"] == {"state": "seen", "at": before["relay"]["due_at"], "as": None}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"channel": None}, "channel is null, and the conversation's default_channel is airbnb"),
        ({"channel": None, "visibility": "internal"}, "the message is internal"),
        ({"sender_id": 1}, "only a Host participant's messages are relayed, and the sender is a Client participant"),
    ],
)
def test_a_message_that_is_kept_says_why(inbox: Sandbox, changes: JSON, why: str) -> None:
    inbox.api.post("/inbox/messages", a_message(**changes))

    assert [message["relay"] for message in messages(inbox)] == [{"state": "kept", "why": why}]


def test_a_message_that_the_channel_loses_says_so(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message())
    inbox.admin.call("PATCH", "/conversations/11", {"relay_fails": True})
    inbox.advance("1h")

    assert [message["relay"] for message in messages(inbox)] == [{"state": "kept", "why": "airbnb failed to relay it"}]


def test_a_message_under_way_says_that_its_channel_fails_until_it_relays_again(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message())
    states = []
    for fails in (True, False):
        inbox.admin.call("PATCH", "/conversations/11", {"relay_fails": fails})
        (event,) = inbox.admin.get("/timeline").json["pending"]
        states.append((messages(inbox)[0]["relay"].get("why"), event["says"]))

    assert states == [
        ("airbnb fails to relay it", "Airbnb fails to relay message 1 to Clementina Kling"),
        (None, "Airbnb relays message 1 to Clementina Kling"),
    ]


def test_a_message_that_an_edit_made_fit_says_that_edits_are_not_relayed(inbox: Sandbox) -> None:
    made = inbox.api.post("/inbox/messages", a_message(channel=None)).record
    edited = without(without(a_message(), "conversation_id"), "sender_id")
    assert inbox.api.put(f"/inbox/messages/{made['id']}", edited).status == 200

    assert "edits are not relayed" in messages(inbox)[0]["relay"]["why"]


def test_messages_are_shown_from_the_end(inbox: Sandbox) -> None:
    made = [inbox.api.post("/inbox/messages", a_message(content=str(number))).record["id"] for number in range(5)]

    assert [message["id"] for message in messages(inbox, limit=2)] == made[3:]
    assert [message["id"] for message in messages(inbox, limit=2, skip=2)] == made[1:3]
    assert {message["relay"]["state"] for message in messages(inbox, limit=2, skip=2)} == {"on_its_way"}


def test_a_long_message_is_cut_and_shown_whole_on_demand(inbox: Sandbox) -> None:
    made = inbox.api.post("/inbox/messages", a_message(content="A" * 100_000)).record

    (message,) = messages(inbox)

    assert (len(message["content"]), message["length"]) == (4_000, 100_000)
    assert len(inbox.admin.get(f"/messages/{made['id']}").json["message"]["content"]) == 100_000


@pytest.mark.parametrize("path", ["/inbox/99", "/inbox/x", "/messages/99"])
def test_what_is_not_there_is_not_found(inbox: Sandbox, path: str) -> None:
    assert inbox.admin.get(path).status == 404


def test_the_guests_thread_is_paged_from_the_end(inbox: Sandbox) -> None:
    for number in range(5):
        inbox.admin.post("/conversations/11/messages", {"content": str(number)})

    page = inbox.admin.get("/conversations/11/thread", limit=2, skip=1).json["messages"]

    assert [message["content"] for message in page] == ["2", "3"]


def test_a_channel_that_fails_to_relay_relays_again(inbox: Sandbox) -> None:
    for fails in (True, False):
        assert inbox.admin.call("PATCH", "/conversations/11", {"relay_fails": fails}).status == 200
    inbox.api.post("/inbox/messages", a_message())
    inbox.advance("1h")

    assert [message["relay"]["state"] for message in messages(inbox)] == ["seen"]


# Deliveries and the timeline, cut to what a screen shows.


def test_the_timeline_shows_so_many_of_the_next_and_of_the_latest(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    whole = sandbox.admin.get("/timeline").json
    cut = sandbox.admin.get("/timeline", limit=3).json

    assert cut == {"pending": whole["pending"][:3], "past": whole["past"][-3:]}


def test_every_event_says_what_it_is_in_words(mock: Mock) -> None:
    sandbox = mock.sandbox("agency")
    sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:1/", "events": ["inbox_message_created"]})
    sandbox.admin.post("/conversations/4/messages", {"from": "staff", "content": "Look"})
    sandbox.admin.post("/bookings/80/cancel")
    found = sandbox.admin.get("/timeline").json

    said = {event["kind"]: event["says"] for event in [*found["past"], *found["pending"]]}

    assert said["message_relayed"] == "Airbnb relays message 64 to Elif Demir"
    assert said["hosts_notified"] == "Notified of message 64: Ravi Mistry"
    assert said["webhook_sent"] == "Webhook 1 is sent: inbox_message_created"
    assert said["conversation_opened"].startswith("Airbnb opens the conversation of booking ")


def test_an_event_that_was_refused_says_why_without_the_names_of_fields(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message())
    inbox.admin.call("PATCH", "/conversations/11", {"relay_fails": True})

    (event,) = inbox.advance("1h")["happened"]

    assert event["about"]["refused"] == "message_id: airbnb failed to relay it"
    assert event["says"] == "Airbnb relays message 1 to Clementina Kling, but could not: airbnb failed to relay it"


def test_bookings_and_messages_are_listed_whoever_made_them(inbox: Sandbox) -> None:
    inbox.api.post("/inbox/messages", a_message(content="By a program."))
    inbox.admin.post("/conversations/11/messages", {"content": "By the guest."})
    inbox.admin.post("/conversations/11/messages", {"from": "staff", "content": "By staff.", "internal": True})

    found = inbox.admin.get("/written", limit=3).json["written"]

    assert [(one["kind"], one["by"], one["conversation_id"], one["says"]) for one in found] == [
        ("booking", "guest", 11, "Clementina Kling books on Airbnb (booking 80)"),
        ("message", "application", 11, "Your application writes in conversation 11: 'By a program.'"),
        ("message", "guest", 11, "Clementina Kling writes in conversation 11: 'By the guest.'"),
        ("message", "host", 11, "Jan Kowalski writes a note in conversation 11: 'By staff.'"),
    ]


# Changes.


@pytest.mark.parametrize(
    "change",
    [
        lambda sandbox: sandbox.api.get("/bookings"),
        lambda sandbox: sandbox.advance("1m"),
        lambda sandbox: sandbox.admin.post("/bookings", {}),
        lambda sandbox: sandbox.admin.call("PATCH", "/clock", {"rate": 60}),
        lambda sandbox: sandbox.admin.post("/faults", {"kind": "lost"}),
        lambda sandbox: sandbox.admin.post("/reset"),
    ],
)
def test_whatever_changes_a_sandbox_makes_another_version_of_it(inbox: Sandbox, change: Any) -> None:
    before = version(inbox)

    change(inbox)

    assert version(inbox) > before


def test_looking_makes_no_other_version(inbox: Sandbox) -> None:
    before = version(inbox)

    for path in (
        "/inbox",
        "/inbox/11",
        "/timeline",
        "/written",
        "/journal",
        "/directory",
        "/webhooks",
        "/deliveries",
        "/faults",
        "/clock",
        "",
    ):
        assert inbox.admin.get(path).status == 200

    assert version(inbox) == before


def test_a_change_that_is_no_entry_of_the_journal_wakes_who_waits(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox("empty")
    known = version(sandbox)
    with ThreadPoolExecutor(1) as one:
        waiting = one.submit(sandbox.admin.get, "/changes", version=known, wait=1)
        sandbox.advance("1d")
        found = waiting.result(PATIENCE_SECONDS).json

    assert (found["version"] > known, found["clock"]["now"]) == (True, "2030-06-02T12:00:00Z")


def test_who_waits_for_a_sandbox_that_is_deleted_is_told(served: str) -> None:
    sandbox = Mock(OverSocket(served)).sandbox("empty")
    known = version(sandbox)
    with ThreadPoolExecutor(1) as one:
        waiting = one.submit(sandbox.admin.get, "/changes", version=known, wait=1)
        Mock(OverSocket(served)).admin.delete(f"/sandboxes/{sandbox.id}")

        assert waiting.result(PATIENCE_SECONDS).status == 404


def test_a_crowd_that_waits_leaves_the_api_free(served: str) -> None:
    """Only a few are held; the others are told at once that they were not, and everybody sees the change."""
    sandbox = Mock(OverSocket(served)).sandbox("empty")
    known = version(sandbox)

    def wait() -> JSON:
        found: JSON = Sandbox(OverSocket(served), sandbox.made).admin.get("/changes", version=known, wait=1).json
        return found

    with ThreadPoolExecutor(CROWD) as crowd:
        waiting = [crowd.submit(wait) for _ in range(CROWD)]
        at_once = list(islice(as_completed(waiting, PATIENCE_SECONDS), CROWD - limits.WAITING))
        assert sandbox.api.get("/bookings").status == 200
        answers = [each.result(PATIENCE_SECONDS) for each in waiting]

    assert {each.result()["waited"] for each in at_once} == {False}
    assert {answer["version"] > known for answer in answers if answer["waited"]} <= {True}


# What there is to choose from.


def test_the_directory_names_rentals_and_hosts(inbox: Sandbox) -> None:
    assert inbox.admin.get("/directory").json == {
        "rentals": [{"id": 16, "account_id": 1, "name": "Chalet Les Robles"}],
        "hosts": [{"id": 2, "account_id": 1, "name": "Jan Kowalski"}],
    }


def test_the_catalogue_knows_every_scenario_channel_fault_and_event(mock: Mock) -> None:
    found = mock.admin.get("/catalogue").json

    assert {"agency", "empty", "large"} <= {scenario["name"] for scenario in found["scenarios"]}
    assert [channel["name"] for channel in found["channels"]] == list(policies())
    assert [fault["kind"] for fault in found["faults"]] == list(kinds())
    assert next(fault for fault in found["faults"] if fault["kind"] == "forged")["strikes"] == "webhooks"
    assert "inbox_message_created" in found["events"]


# Signatures.


def test_an_attempt_says_whether_its_signature_is_right(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]))
    sandbox.admin.post("/webhooks", {"url": "http://127.0.0.1:9/", "events": ["inbox_conversation_created", "booking_updated"]})
    sandbox.admin.post("/faults", {"kind": "forged", "match": {"event": "booking_updated"}})
    sandbox.advance("1h")

    deliveries = sandbox.admin.get("/deliveries").json["deliveries"]

    assert {one["event"]: [attempt["signature"]["valid"] for attempt in one["attempts"]] for one in deliveries} == {
        "inbox_conversation_created": [True],
        "booking_updated": [False],
    }
    assert sandbox.admin.get("/deliveries", limit=1).json["deliveries"] == deliveries[-1:]
