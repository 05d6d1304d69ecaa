"""Random lives of a sandbox: what a client, a guest, time, faults and whoever tests may do in it."""

from collections.abc import Callable

from hypothesis import strategies as st

from builders import a_message
from fake import Answer, Caller, Sandbox
from stateful.steps import STEPS, Step
from whole import CONVERSATIONS, MESSAGES

Act = Callable[[Sandbox, int], Answer]
FAULTS = (
    {"kind": "status", "status": 503},
    {"kind": "slow", "by": "7s"},
    {"kind": "timeout_after"},
    {"kind": "dropped"},
    {"kind": "truncated"},
    {"kind": "malformed"},
    {"kind": "stale_read"},
    {"kind": "page_shift"},
    {"kind": "expired_token"},
    {"kind": "rate_limit"},
    {"kind": "lost", "match": {"event": "*"}},
    {"kind": "duplicated", "match": {"event": "*"}},
    {"kind": "stale", "match": {"event": "*"}},
)


def _fault(sandbox: Sandbox, number: int) -> Answer:
    return sandbox.admin.post("/faults", {**FAULTS[number % len(FAULTS)], "times": number % 3 + 1})


def _issue(sandbox: Sandbox, number: int) -> Answer:
    """A new token is issued, used, and revoked by an even number."""
    token = sandbox.admin.post("/tokens", {"expires_in": number + 1}).json["token"]
    answer = Caller(sandbox.transport, token).get("/inbox/messages")
    return sandbox.admin.delete(f"/tokens/{token}") if number % 2 == 0 else answer


def _refresh(sandbox: Sandbox, _number: int) -> Answer:
    own = sandbox.application(str(sandbox.made["applications"][0]["name"]))
    refresh = sandbox.admin.post(f"/tokens/{sandbox.made['token']}/refresh_token").json["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": own["client_id"], "client_secret": own["client_secret"]}
    answer = Caller(sandbox.transport, base="").post("/oauth/token", form)
    if answer.status == 200:
        Caller(sandbox.transport, answer.json["access_token"]).get("/me")  # which revokes the earlier pair
        sandbox.made["token"] = answer.json["access_token"]
    return answer


def _long(sandbox: Sandbox, number: int) -> Answer:
    """A body that the journal cuts, and one that is no text."""
    text = "It is a long way. " * (1_000 + number)
    return sandbox.api.post(MESSAGES, a_message(content=text)) if number % 2 else sandbox.api.post(MESSAGES, b'{"messages": "\xff\xfe"}')


ACTS: dict[str, Act] = {
    **STEPS,
    "reading a list": lambda s, n: s.api.get((MESSAGES, CONVERSATIONS, "/bookings")[n % 3], per_page=n % 4 + 1, page=n % 3 + 1),
    "reading anew": lambda s, _: s.api.get(MESSAGES, headers={"If-None-Match": s.api.get(MESSAGES).headers.get("ETag", "*")}),
    "no such address": lambda s, n: s.api.get(f"/nowhere/{n}"),
    "a wrong method": lambda s, _: s.api.delete(MESSAGES),
    "nobody's token": lambda s, n: Caller(s.transport, f"{s.id}{n:052x}").get("/bookings"),
    "a long body": _long,
    "a guest books": lambda s, n: s.admin.post("/bookings", {"channel": ("airbnb", "booking-com")[n % 2]}),
    "a guest writes": lambda s, n: s.admin.post("/conversations/11/messages", {"content": f"Guest {n}"}),
    "staff write": lambda s, n: s.admin.post("/conversations/12/messages", {"from": "staff", "content": f"Staff {n}"}),
    "a guest cancels": lambda s, n: s.admin.post(f"/bookings/{80 + n % 3}/cancel"),
    "a channel opens": lambda s, n: s.admin.post(f"/bookings/{80 + n % 3}/conversation", {"never": n % 5 == 0}),
    "staff change": lambda s, n: s.admin.patch("/conversations/11", {"closed": n % 2 == 0, "relay_fails": n % 3 == 0}),
    "a fault": _fault,
    "no fault": lambda s, n: s.admin.delete(f"/faults/{n % 4 + 1}"),
    "a token": _issue,
    "refreshing": _refresh,
    "until something": lambda s, _: s.admin.post("/clock/advance", {"until": "idle"}),
    "the clock's mode": lambda s, n: s.admin.patch("/clock", {"mode": ("manual", "real")[n % 2], "rate": n % 3 + 1}),
    "a snapshot": lambda s, n: s.admin.post("/snapshots", {"name": f"kept-{n % 2}"}),
    "restoring": lambda s, n: s.admin.post(f"/snapshots/kept-{n % 2}/restore"),
    "a reset": lambda s, n: s.admin.post("/reset") if n % 4 == 0 else s.api.get("/me"),
    "going back": lambda s, n: s.admin.post("/clock/rewind", {"point": n % 24 + 1}),
    "going back to a time": lambda s, n: s.admin.post("/clock/rewind", {"to": f"2030-06-01T12:{n % 60:02}:00Z"}),
    "webhooks": lambda s, n: s.admin.post("/webhooks", {"url": "http://receiver.test/", "retries": n % 3, "latency_seconds": n % 2}),
    "redelivering": lambda s, n: s.admin.post(f"/deliveries/{n % 4 + 1}/redeliver"),
}


def lives(longest: int) -> st.SearchStrategy[list[Step]]:
    """Lists of what happens."""
    return st.lists(st.builds(Step, st.sampled_from(sorted(ACTS)), st.integers(0, 120)), max_size=longest)


def live(sandbox: Sandbox, life: list[Step]) -> None:
    """Let it all happen, whether or not it is refused."""
    for step in life:
        ACTS[step.name](sandbox, step.number)
