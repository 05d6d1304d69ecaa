"""What a scenario lets happen after its start: its timeline, and its webhooks."""

from builders import JSON, START, a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.scenarios.loading import schema
from inbox_mock.simulation.actions import actions
from receiver import receiving

MESSAGES, CONVERSATION, PARTICIPANTS = "/inbox/messages", "/inbox/conversations/11", "/inbox/participants"
GUEST_WRITES: JSON = {"booking": 80, "content": "Hello"}


def playing(mock: Mock, *entries: JSON, **changes: object) -> Sandbox:
    """A sandbox with a timeline; its Airbnb booking has its conversation (11), and jan takes part in it as participant 2."""
    seats = [{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]
    return mock.sandbox(a_scenario(**{"bookings": [a_booking()], "participants": seats, "timeline": list(entries)} | changes))


def contents(sandbox: Sandbox) -> list[str]:
    return [message["content"] for message in sandbox.api.get(MESSAGES).records]


def refused(happened: JSON) -> list[str]:
    return [event["about"]["refused"] for event in happened["happened"] if "refused" in event["about"]]


# When


def test_everything_happens_at_its_own_time_in_the_order_of_time(mock: Mock) -> None:
    late, soon = ({"at": at, "guest_writes": {"booking": 80, "content": at}} for at in ("15m", "PT5M"))
    sandbox = playing(mock, late, soon)

    sandbox.advance("1h")

    assert contents(sandbox) == ["PT5M", "15m"]
    assert [message["sent_at"][11:16] for message in sandbox.api.get(MESSAGES).records] == ["12:05", "12:15"]


def test_what_is_to_come_is_on_the_sandboxs_timeline(mock: Mock) -> None:
    sandbox = playing(mock, {"at": "+15m", "guest_writes": GUEST_WRITES})

    (event,) = sandbox.handle.timeline()["pending"]

    assert (event["due_at"], event["kind"]) == ("2030-06-01T12:15:00Z", "guest_writes")
    assert event["about"] == {"booking_id": 80, "content": "Hello"}


def test_a_booking_without_a_delay_has_its_conversation_before_anything_else_happens(mock: Mock) -> None:
    books = a_booking(id=81, conversation=12, conversation_delay=0)
    del books["created_at"]
    sandbox = playing(mock, {"at": 0, "guest_books": books}, {"at": "0s", "guest_writes": GUEST_WRITES})

    happened = sandbox.admin.post("/clock/advance", {"until": "guest_books"}).json["happened"]

    assert [event["kind"] for event in happened] == ["guest_books", "conversation_opened"]
    assert sandbox.api.get("/bookings/81").record["links"]["conversations"] == [12]
    assert contents(sandbox) == []


def test_time_runs_up_to_a_conversation_that_comes_with_its_booking(mock: Mock) -> None:
    books = a_booking(id=81, conversation=12, conversation_delay="0s")
    del books["created_at"]
    sandbox = playing(mock, {"at": "5m", "guest_books": books}, {"at": "10m", "guest_writes": GUEST_WRITES})

    sandbox.admin.post("/clock/advance", {"until": "conversation_opened"})

    assert sandbox.now() == "2030-06-01T12:05:00Z"


def test_a_message_that_takes_no_time_is_relayed_at_once(mock: Mock) -> None:
    sandbox = playing(mock, bookings=[a_booking(relay_delay=0)])

    sandbox.api.post(MESSAGES, a_message())

    assert [message["at"] for message in sandbox.handle.thread(11)] == [START]


def test_a_channel_that_fails_at_once_refuses_no_message(mock: Mock) -> None:
    sandbox = playing(mock, {"at": "0s", "relay_fails": {"booking": 80}}, bookings=[a_booking(relay_delay="0s")])
    sandbox.advance("0s")

    assert sandbox.api.post(MESSAGES, a_message()).status == 201

    assert sandbox.handle.thread(11) == []
    assert refused({"happened": sandbox.handle.timeline()["past"][-1:]}) == ["message_id: airbnb failed to relay it"]


def test_a_reset_lets_everything_happen_again(mock: Mock) -> None:
    sandbox = playing(mock, {"at": "15m", "guest_writes": GUEST_WRITES})

    for _ in range(2):
        sandbox.admin.post("/reset")
        sandbox.advance("15m")

    assert contents(sandbox) == ["Hello"]


def test_time_can_run_up_to_an_action(mock: Mock) -> None:
    sandbox = playing(mock, {"at": "15m", "relay_fails": {"booking": 80}}, {"at": "20m", "guest_writes": GUEST_WRITES})

    sandbox.admin.post("/clock/advance", {"until": "relay_fails"})

    assert (sandbox.now(), contents(sandbox)) == ("2030-06-01T12:15:00Z", [])


def test_what_cannot_happen_any_more_says_why_and_time_goes_on(mock: Mock) -> None:
    cancels = {"guest_cancels": {"booking": 80}}
    sandbox = playing(mock, {"at": "1m", **cancels}, {"at": "2m", **cancels}, {"at": "3m", "guest_writes": GUEST_WRITES})

    happened = sandbox.advance("1h")

    assert len(refused(happened)) == 1
    assert contents(sandbox) == ["Hello"]


# What


def test_a_guest_books(mock: Mock) -> None:
    booking = a_booking(id=81, conversation=12, conversation_delay="10m", host_participant="jan", reference="HMX4")
    del booking["created_at"]
    sandbox = playing(mock, {"at": "1h", "guest_books": booking})

    sandbox.advance("1h")
    made = sandbox.api.get("/bookings/81").record
    sandbox.advance("10m")

    assert (made["created_at"], made["reference"], made["start_at"]) == ("2030-06-01T13:00:00Z", "HMX4", "2030-07-01T16:00:00Z")
    assert (made["created_by_id"], made["links"]["conversations"]) == (65, [])
    assert sandbox.api.get("/bookings/81").record["links"]["conversations"] == [12]
    assert sandbox.api.get("/inbox/conversations/12").record["created_at"] == "2030-06-01T13:10:00Z"


def test_a_booking_that_is_still_to_come_can_be_referred_to(mock: Mock) -> None:
    books = {"as": "later", "channel": "airbnb", "rental": 16, "start_at": "+9d", "end_at": "+10d", "conversation_delay": "1m"}
    writes = {"booking": "later", "content": "I have just booked."}
    sandbox = playing(mock, {"at": "5m", "guest_writes": writes}, {"at": "1m", "guest_books": books})

    sandbox.advance("5m")

    assert contents(sandbox) == ["I have just booked."]
    assert sandbox.api.get("/bookings/81").record["links"]["conversations"] == [12]


def test_a_conversation_that_is_still_to_come_can_be_referred_to(mock: Mock) -> None:
    awaited = a_booking(created_at="-0s")
    sandbox = mock.sandbox(
        a_scenario(bookings=[awaited], timeline=[{"at": "11m", "guest_writes": {"conversation": 11, "content": "Hello"}}])
    )

    sandbox.advance("11m")

    assert sandbox.api.get(MESSAGES).record["links"]["conversation"] == 11


def test_an_id_that_somebody_else_took_meanwhile_is_left_to_him(mock: Mock) -> None:
    books = {"id": 81, "as": "later", "channel": "airbnb", "rental": 16, "start_at": "+9d", "end_at": "+10d"}
    sandbox = playing(mock, {"at": "5m", "guest_books": books}, {"at": "6m", "guest_cancels": {"booking": "later"}})
    stay = {"bookings": [{"start_at": "2031-01-01", "end_at": "2031-01-02", "booked": True}]}

    taken = sandbox.api.post("/rentals/16/bookings", stay).record["id"]
    happened = sandbox.advance("6m")

    assert (taken, refused(happened)) == (81, [])
    assert sandbox.api.get("/bookings/81").status == 200
    assert sandbox.api.get("/bookings", updated_since=START).meta["deleted_ids"] == [82]


def test_one_of_two_guests_writes(mock: Mock) -> None:
    clients = [{"id": 37, "fullname": "Clementina"}, {"id": 38, "as": "bea", "fullname": "Bea"}]
    booking = a_booking(companions=["bea"], client=37)
    del booking["guest"]
    writes = {"booking": 80, "client": "bea", "content": "Hello from Bea"}
    sandbox = mock.sandbox(a_scenario(clients=clients, bookings=[booking], timeline=[{"at": "1m", "guest_writes": writes}]))

    sandbox.advance("1m")

    sender = sandbox.api.get(MESSAGES).record["links"]["sender"]
    assert sandbox.api.get(f"{PARTICIPANTS}/{sender}").record["links"]["member"] == {"id": 38, "type": "Client"}


def test_staff_write_a_note_and_the_host_in_the_channels_app_an_answer(mock: Mock) -> None:
    note = {"booking": 80, "host": "jan", "internal": True, "content": "Who answers?"}
    sandbox = playing(
        mock,
        {"at": "1m", "staff_writes": note},
        {"at": "2m", "host_writes_on_channel": {"conversation": 11, "content": "I do."}},
    )

    sandbox.advance("1h")

    seen = [(message["visibility"], message["origin"]) for message in sandbox.api.get(MESSAGES).records]
    assert seen == [("internal", "bookingsync_inbox"), ("external", "airbnb_message")]
    assert [message["content"] for message in sandbox.handle.thread(11)] == ["I do."]


def test_staff_assign_close_reopen_and_unassign(mock: Mock) -> None:
    sandbox = playing(
        mock,
        {"at": "1m", "staff_changes": {"booking": 80, "assignee": "jan", "closed": True}},
        {"at": "2m", "staff_changes": {"booking": 80, "assignee": None, "closed": False}},
    )

    states = []
    for _ in range(2):
        sandbox.advance("1m")
        conversation = sandbox.api.get(CONVERSATION).record
        states.append((conversation["links"]["assignee"], conversation["closed_at"]))

    assert states == [(2, "2030-06-01T12:01:00Z"), (None, None)]


def test_staff_connect_a_booking_to_a_conversation_and_take_it_out_again(mock: Mock) -> None:
    second = {"id": 81, "rental": 16, "start_at": "+9d", "end_at": "+10d", "created_at": "-1d"}
    sandbox = playing(
        mock,
        {"at": "1m", "staff_connects": {"booking": 80, "connects": 81}},
        {"at": "2m", "staff_disconnects": {"booking": 80, "disconnects": 81}},
        bookings=[a_booking(), second],
    )

    tied = []
    for _ in range(2):
        sandbox.advance("1m")
        tied.append(sandbox.api.get(CONVERSATION).record["links"]["bookings"])

    assert tied == [[80, 81], [80]]


def test_a_guest_writes_into_the_conversation_of_a_direct_booking(mock: Mock) -> None:
    booking = {"id": 80, "rental": 16, "start_at": "+1d", "end_at": "+2d", "created_at": "-1d"}
    sandbox = mock.sandbox(
        a_scenario(
            clients=[{"as": "ada", "fullname": "Ada"}],
            bookings=[booking],
            conversations=[{"id": 11, "booking": 80, "default_channel": "email"}],
            participants=[{"conversation": 11, "client": "ada"}],
            timeline=[{"at": "1m", "guest_writes": GUEST_WRITES}],
        )
    )

    sandbox.advance("1m")

    assert sandbox.api.get(MESSAGES).record["origin"] == "email"


def test_the_channel_opens_sooner_and_keeps_to_what_was_wished(mock: Mock) -> None:
    booking = a_booking(created_at="-0s", host_participant="jan", client_participants=2)
    sandbox = mock.sandbox(a_scenario(bookings=[booking], timeline=[{"at": "1m", "channel_opens": {"booking": 80}}]))

    sandbox.advance("1h")

    assert sandbox.api.get(CONVERSATION).record["created_at"] == "2030-06-01T12:01:00Z"
    assert [record["links"]["member"]["type"] for record in sandbox.api.get(PARTICIPANTS).records] == ["Client", "Client", "Host"]


def test_a_channel_fails_to_relay_and_recovers(mock: Mock) -> None:
    fails, works = {"booking": 80}, {"booking": 80, "fails": False}
    sandbox = playing(mock, {"at": "1m", "relay_fails": fails}, {"at": "10m", "relay_fails": works})

    for _ in range(2):
        sandbox.advance("1m")
        sandbox.api.post(MESSAGES, a_message(content=sandbox.now(), sent_at=sandbox.now()))
        sandbox.advance("10m")

    messages = sandbox.handle.thread(11)
    assert [message["content"] for message in messages] == ["2030-06-01T12:12:00Z"]


def test_what_is_under_way_when_the_channel_begins_to_fail_is_lost_too(mock: Mock) -> None:
    sandbox = playing(mock, {"at": "1m", "relay_fails": {"booking": 80}}, bookings=[a_booking(relay_delay="5m")])

    sandbox.api.post(MESSAGES, a_message())
    happened = sandbox.advance("10m")

    assert refused(happened) == ["message_id: airbnb failed to relay it"]
    assert sandbox.handle.thread(11) == []


def test_every_action_has_its_key() -> None:
    described: JSON = schema()["properties"]["timeline"]["items"]["properties"]

    assert set(actions()) <= set(described)


# Faults


def test_a_fault_begins_at_its_time(mock: Mock) -> None:
    fault = {"kind": "status", "status": 503, "times": 1, "match": {"path": "/inbox/*"}}
    sandbox = playing(mock, {"at": "5m", "fault": fault})

    before = sandbox.api.get(MESSAGES).status
    sandbox.advance("5m")

    assert (before, sandbox.api.get(MESSAGES).status, sandbox.api.get(MESSAGES).status) == (200, 503, 200)


def test_a_fault_may_be_there_from_the_start_and_again_after_a_reset(mock: Mock) -> None:
    sandbox = playing(mock, faults=[{"kind": "status", "status": 503, "times": 1}])

    before = [sandbox.api.get(MESSAGES).status for _ in range(2)]
    sandbox.admin.post("/reset")

    assert (before, sandbox.api.get(MESSAGES).status) == ([503, 200], 503)


# Webhooks


def test_a_webhook_hears_of_what_comes_and_not_of_what_was(mock: Mock) -> None:
    messages = [{"booking": 80, "from": "guest", "at": "-1h", "content": "Before"}]
    writes = {"at": "1m", "guest_writes": GUEST_WRITES}
    with receiving() as receiver:
        webhooks = [{"url": receiver.url, "events": ["inbox_message_created"], "latency": "5m"}]
        sandbox = playing(mock, writes, messages=messages, webhooks=webhooks)
        sandbox.advance("5m")
        told = list(receiver.received)
        sandbox.advance("1m")

    assert told == []
    assert [payload["resource"]["message"]["content"] for payload in receiver.of("inbox_message_created")] == ["Hello"]


def test_a_webhook_belongs_to_the_clients_application_and_hears_of_everything_unless_it_says_otherwise(mock: Mock) -> None:
    plain, airbnbs = {"url": "http://127.0.0.1:9/a"}, {"url": "http://localhost:9/b", "application": 65, "events": ["booking_created"]}
    sandbox = mock.sandbox(a_scenario(webhooks=[plain, airbnbs]))

    first, second = sandbox.admin.get("/webhooks").json["webhooks"]

    assert (first["application_id"], second["application_id"]) == (17, 65)
    assert {"booking_created", "inbox_message_updated"} < set(first["events"])
    assert second["events"] == ["booking_created"]


def test_a_webhook_to_another_machine_is_refused_before_anything_is_made(mock: Mock) -> None:
    webhooks = [{"url": "http://192.0.2.1/hook", "events": ["inbox_message_created"]}]

    answer = mock.admin.post("/sandboxes", {"scenario": a_scenario(webhooks=webhooks)})

    assert answer.status == 422
    assert "http://192.0.2.1/hook" in answer.json["detail"]
    assert "an http address on this machine" in answer.json["detail"]
