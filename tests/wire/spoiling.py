"""Faults of each kind: those of requests as the client meets them, those of webhooks as the deliveries tell them."""

from collections.abc import Iterator

from wire.call import Box, Call, Step, a_body, a_busy_scenario, a_message
from wire.watching import NOBODY

MESSAGES = "/inbox/messages"
FAULTS = "S/faults"
# Each fault with what is asked while it is set.
STRUCK: tuple[tuple[dict[str, object], tuple[Step, ...]], ...] = (
    ({"kind": "status", "times": 1}, (("POST", MESSAGES, a_message()), ("GET", MESSAGES))),
    ({"kind": "status", "status": 502, "body": {"oops": True}, "match": {"method": "GET"}}, (("GET", "/hosts"), ("HEAD", "/hosts"))),
    ({"kind": "status", "status": 504, "body": "<h1>Gateway Time-out</h1>", "retry_after": 7}, (("GET", MESSAGES),)),
    ({"kind": "malformed"}, (("GET", "/hosts"), ("PUT", "/hosts/2", a_body("hosts", email="jan@example.com")))),
    ({"kind": "slow", "by": "40s", "times": 1}, (("GET", "/hosts"), ("GET", "S/clock"))),
    ({"kind": "slow", "by": "1s", "real": True, "times": 1}, (("GET", "/hosts/2"),)),
    ({"kind": "rate_limit", "times": 1, "match": {"path": MESSAGES}, "retry_after": 60}, (("GET", MESSAGES), ("GET", "/hosts"))),
    ({"kind": "truncated"}, (("GET", "/hosts"),)),
    ({"kind": "truncated", "bytes": 10, "match": {"path": "/inbox/*"}}, (("GET", MESSAGES), ("GET", "/hosts/2"))),
    ({"kind": "timeout_before", "times": 1}, (("POST", "/hosts", a_body("hosts", firstname="A", lastname="B")), ("GET", "/hosts"))),
    ({"kind": "timeout_after", "times": 1}, (("POST", "/hosts", a_body("hosts", firstname="C", lastname="D")), ("GET", "/hosts"))),
    ({"kind": "dropped", "times": 1}, (("POST", "/hosts", a_body("hosts", firstname="E", lastname="F")), ("GET", "/hosts"))),
    (
        {"kind": "dropped", "applied": True, "times": 1},
        (("POST", "/hosts", a_body("hosts", firstname="G", lastname="H")), ("GET", "/hosts")),
    ),
    (
        {"kind": "page_shift", "match": {"path": MESSAGES}},
        (
            ("GET", f"{MESSAGES}?per_page=1&fields=content"),
            ("GET", f"{MESSAGES}?per_page=1&fields=content&page=2"),
            ("GET", f"{MESSAGES}?per_page=1&fields=content&page=3"),
            ("GET", f"{MESSAGES}?per_page=1&fields=content"),
        ),
    ),
    (
        {"kind": "stale_read", "for": "5m"},
        (
            ("POST", "S/clock/advance", {"by": "10s"}),
            ("POST", MESSAGES, a_message()),
            ("GET", f"{MESSAGES}?fields=content"),
            ("POST", "S/clock/advance", {"by": "5m"}),
            ("GET", f"{MESSAGES}?fields=content"),
        ),
    ),
    ({"kind": "stale_read", "honest": False}, (("POST", "S/clock/advance", {"by": "10s"}), ("GET", f"{MESSAGES}?fields=content"))),
    ({"kind": "status", "match": {"nth": 2}}, (("GET", "/hosts/2"), ("GET", "/hosts/2"), ("GET", "/hosts/2"))),
    ({"kind": "status", "match": {"share": 0.5}}, tuple(("GET", "/me") for _ in range(6))),
)
WEBHOOKS: tuple[dict[str, object], ...] = (
    {"kind": "burst", "copies": 3},
    {"kind": "delayed", "by": "5m"},
    {"kind": "duplicated"},
    {"kind": "forged"},
    {"kind": "lost"},
    {"kind": "reordered", "within": "2m"},
    {"kind": "stale"},
)


def requests() -> Iterator[Call]:
    """Each fault in turn: set, met, looked at, taken away."""
    box = Box("spoiling")
    yield box.made(a_busy_scenario())
    for number, (fault, steps) in enumerate(STRUCK, start=1):
        yield box.admin("POST", "/faults", fault)
        yield from box.steps(*steps, ("GET", FAULTS), ("DELETE", f"{FAULTS}/{number}"))
    for kind in ("expired_token", "revoked_token"):
        yield box.token(kind, "inbox_read")
        yield box.admin("POST", "/faults", {"kind": kind, "match": {"path": MESSAGES}, "times": 1})
        yield box.api("GET", MESSAGES, bearer=kind)
        yield box.api("GET", "/hosts", bearer=kind)
    wrong: tuple[dict[str, object], ...] = (
        {},
        {"kind": "pigeon"},
        {"kind": "status", "status": 99},
        {"kind": "slow", "by": "soon"},
        {"kind": "status", "match": {"method": "BREW", "path": "messages"}},
        {"kind": "lost", "match": {"event": "pigeon_landed"}},
        {"kind": "status", "times": 0, "copies": 3},
    )
    yield from box.steps(*(("POST", FAULTS, fault) for fault in wrong), ("DELETE", f"{FAULTS}/999"), ("GET", "S/journal"))


def webhooks() -> Iterator[Call]:
    """Each fault in a sandbox of its own, and what became of two webhooks."""
    for fault in WEBHOOKS:
        box = Box(f"hook {fault['kind']}")
        yield box.made(a_busy_scenario(webhooks=[{"url": NOBODY, "events": ["inbox_conversation_updated"]}]))
        yield from box.steps(
            ("POST", FAULTS, fault | {"times": 1}),
            ("PUT", "/inbox/conversations/11", a_body("conversations", closed=True)),
            ("POST", "S/clock/advance", {"by": "1s"}),
            ("PUT", "/inbox/conversations/11", a_body("conversations", closed=False)),
            ("POST", "S/clock/advance", {"by": "10m"}),
            ("GET", "S/deliveries"),
        )
