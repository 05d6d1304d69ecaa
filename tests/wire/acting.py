"""Calls of the admin API that let things happen: actors, the clock, and what it refuses."""

from collections.abc import Iterator

from wire.call import HOST, Box, Call, Step, a_body, a_busy_scenario, a_call, a_message, a_scenario

STAY = {"start_at": "2030-08-01", "end_at": "2030-08-05T11:00:00Z"}
GUEST = {"fullname": "Ada Lindner", "email": "ada@example.com", "phone": "+49 30 901820"}
# What is refused in a sandbox, by address and body.
WRONG: tuple[Step, ...] = (
    ("POST", "S/bookings", {"channel": "pigeon"}),
    ("POST", "S/bookings", {"rental_id": 99}),
    ("POST", "S/bookings", {"start_at": "soon", "end_at": "later"}),
    ("POST", "S/bookings", {"conversation_delay": "later", "client_participants": 0}),
    ("POST", "S/bookings", {"guest": {"surname": "Lindner"}}),
    ("POST", "S/bookings", {"adult": 3}),
    ("POST", "S/bookings", b"{"),
    ("POST", "S/bookings", b"[]"),
    ("POST", "S/bookings/999/cancel"),
    ("POST", "S/bookings/abc/conversation"),
    ("POST", "S/conversations/999/messages", {"content": "x"}),
    ("POST", "S/conversations/11/messages", {"content": ""}),
    ("POST", "S/conversations/11/messages", {"from": "pigeon", "content": "x"}),
    ("POST", "S/conversations/11/messages", {"content": "x", "attachments": [99], "channel": "fax"}),
    ("POST", "S/conversations/11/participants", {"host_id": 99}),
    ("POST", "S/conversations/11/participants", {}),
    ("PATCH", "S/conversations/11", {"closed": "perhaps", "assignee_id": 99}),
    ("GET", "S/conversations/999/thread"),
    ("GET", "S/conversations/11/thread?limit=-1"),
    ("POST", "S/clock/advance", {"by": "soon"}),
    ("POST", "S/clock/advance", {"to": "2029-01-01T00:00:00Z"}),
    ("POST", "S/clock/advance", {"until": "pigeon"}),
    ("POST", "S/clock/advance", {"by": "1m", "to": "2031-01-01T00:00:00Z"}),
    ("POST", "S/clock/advance", {}),
    ("POST", "S/clock/advance", {"by": "4000d"}),
    ("PATCH", "S/clock", {"mode": "sideways", "rate": -1}),
    ("POST", "S/tokens", {"scopes": ["pigeon"], "account_id": 99}),
    ("DELETE", "S/tokens/nobody"),
    ("POST", "S/webhooks", {"url": "http://example.com/hook"}),
    ("POST", "S/webhooks", {"url": "http://127.0.0.1:9/", "events": ["pigeon_landed"], "retries": 99}),
    ("DELETE", "S/webhooks/999"),
    ("POST", "S/deliveries/999/redeliver"),
    ("POST", "S/snapshots", {"name": "a/b"}),
    ("POST", "S/snapshots/nothing/restore"),
    ("POST", "S/fork", {"snapshot": "nothing"}),
    ("GET", "S/report?format=pigeon"),
    ("GET", "S/journal?after=x"),
    ("GET", "S/inbox?show=pigeon"),
    ("GET", "S/messages/999"),
    ("GET", "S/nothing"),
    ("PUT", "S/clock", {}),
)


def actors() -> Iterator[Call]:
    """Guests, channels, staff and hosts act, and the API shows it."""
    box = Box("acting")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("POST", "S/bookings", {}),
        ("POST", "S/bookings", {"channel": "booking-com", "rental_id": 16, "guest": GUEST, **STAY}),
        ("POST", "S/bookings", {"channel": "direct"}),
        ("POST", "S/bookings", {"conversation_delay": "never", "host_participant": False}),
        ("POST", "S/bookings", {"conversation_delay": "0s", "host_participant": True, "client_participants": 2}),
        ("POST", "S/bookings", {"conversation_delay": "10m"}),
        ("GET", "/bookings?fields=status&include=client"),
        ("POST", "S/clock/advance", {"by": "0s"}),
        ("POST", "S/bookings/84/conversation", {}),
        ("POST", "S/bookings/86/conversation", {"never": True}),
        ("POST", "S/bookings/81/cancel"),
        ("POST", "S/bookings/81/cancel"),
        ("POST", "S/conversations/11/messages", {"content": "May we bring our dog?"}),
        ("POST", "S/conversations/11/messages", {"from": "staff", "content": "A note.", "internal": True}),
        ("POST", "S/conversations/11/messages", {"from": "staff", "content": "By mail.", "channel": "email"}),
        ("POST", "S/conversations/11/messages", {"from": "host", "content": "In the app."}),
        ("POST", "S/conversations/12/participants", {"host_id": 2}),
        ("POST", "S/conversations/11/participants", {"host_id": 2}),
        ("PATCH", "S/conversations/11", {"closed": True, "assignee_id": 2}),
        ("PATCH", "S/conversations/11", {"marked_as_spam": True, "relay_fails": True}),
        ("POST", "/inbox/messages", a_message()),
        ("POST", "S/clock/advance", {"until": "idle"}),
        ("PATCH", "S/conversations/11", {"closed": False, "assignee_id": None, "marked_as_spam": False, "relay_fails": False}),
        ("POST", "/inbox/messages", a_message(content="Again.")),
        ("POST", "S/clock/advance", {"by": "1h"}),
        ("GET", "S/conversations/11/thread"),
        ("GET", "S/conversations/11/thread?limit=2&skip=1"),
        ("GET", "S/conversations/12/thread"),
        ("GET", "/inbox/conversations?include=messages,participants"),
        ("GET", "/inbox/participants"),
        ("GET", "/inbox/messages?fields=content,visibility,created_by"),
        ("GET", "/bookings?include_canceled=true"),
    )


def clock() -> Iterator[Call]:
    """Time passes, and the timeline happens."""
    box = Box("timely")
    timeline = [
        {"at": "15m", "guest_writes": {"booking": 80, "content": "May we bring our dog?"}},
        {"at": "20m", "fault": {"kind": "status", "status": 503, "times": 1}},
        {"at": "2h", "guest_cancels": {"booking": 80}},
    ]
    yield box.made(a_busy_scenario(timeline=timeline), seed=12)
    yield from box.steps(
        ("GET", "S/clock"),
        ("GET", "S/timeline"),
        ("GET", "S/timeline?limit=1"),
        ("POST", "S/clock/advance", {"by": "14m59s"}),
        ("POST", "S/clock/advance", {"until": "guest_writes"}),
        ("GET", "/inbox/messages?updated_since=2030-06-01T12:15:00Z"),
        ("POST", "S/clock/advance", {"until": "fault"}),
        ("GET", "/inbox/messages"),
        ("POST", "S/clock/advance", {"to": "2030-06-01T13:00:00Z"}),
        ("POST", "S/clock/advance", {"until": "conversation_opened"}),
        ("POST", "S/bookings", {"conversation_delay": "1h"}),
        ("POST", "S/clock/advance", {"until": "conversation_opened"}),
        ("POST", "S/clock/advance", {"until": "idle"}),
        ("GET", "S/timeline"),
        ("PATCH", "S/clock", {"now": "2030-06-03T00:00:00Z"}),
        ("PATCH", "S/clock", {"mode": "manual"}),
        ("GET", "/bookings/80?include_canceled=true"),
        ("GET", "/inbox/conversations/11"),
        ("POST", "S/reset"),
        ("GET", "S/clock"),
        ("GET", "/inbox/conversations/11"),
    )


def refusals() -> Iterator[Call]:
    """What the admin API refuses, as problems."""
    box = Box("wrong")
    yield box.made(a_busy_scenario())
    yield from box.steps(*WRONG)
    sandboxes = "/__admin/sandboxes"
    for payload in (
        {"scenario": "pigeon"},
        {"seed": -1},
        {"clock": {"mode": "x"}},
        {"pigeon": 1},
        {"scenario": {"rentals": [{"colour": 1}]}},
    ):
        yield a_call("POST", sandboxes, payload)
    yield a_call("POST", sandboxes, {"scenario": a_scenario(messages=[{"booking": 99, "from": "guest", "content": "x", "at": "-1h"}])})
    for method, target in (
        ("GET", f"{sandboxes}/nobody"),
        ("DELETE", f"{sandboxes}/nobody"),
        ("PUT", sandboxes),
        ("GET", "/__admin/nothing"),
    ):
        yield a_call(method, target)
    for headers in (
        {"Host": "fake.test"},
        {"Origin": "https://villain.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": f"http://{HOST}"},
    ):
        yield a_call("GET", f"{sandboxes}/<<wrong.id>>/clock", headers=headers)
    yield box.api("PUT", "/inbox/conversations/11", a_body("conversations", closed=True))
