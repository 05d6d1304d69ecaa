"""Calls that concern whole sandboxes: making, listing, keeping, forking, deleting; and the documents and the health of the server."""

from collections.abc import Iterator

from wire.call import Box, Call, a_body, a_busy_scenario, a_call


def sandboxes() -> Iterator[Call]:
    """Sandboxes of several sorts, snapshots and forks."""
    box, fork, second = Box("kept"), Box("fork"), Box("second")
    yield box.made(a_busy_scenario(), seed=5)
    yield from box.steps(
        ("GET", "S"),
        ("POST", "S/snapshots", {"name": "before"}),
        ("POST", "S/snapshots", {}),
        ("PUT", "/inbox/conversations/11", a_body("conversations", closed=True)),
        ("GET", "S/snapshots"),
    )
    keep = {"fork.id": r'"id":"(\w+)"', "fork.token": r'"token":"(\w+)"'}
    yield box.admin("POST", "/fork", {}, keep=keep)
    yield from fork.steps(("GET", "/inbox/conversations/11"), ("POST", "/sources", a_body("sources", name="Fork")), ("GET", "S/journal"))
    yield box.admin("POST", "/fork", {"snapshot": "before"}, keep={"second.id": r'"id":"(\w+)"', "second.token": r'"token":"(\w+)"'})
    yield from second.steps(("GET", "/inbox/conversations/11"), ("GET", "S"))
    yield from box.steps(
        ("POST", "S/snapshots/before/restore"),
        ("GET", "/inbox/conversations/11"),
        ("GET", "/sources"),
        ("DELETE", "S/snapshots/before"),
        ("DELETE", "S/snapshots/before"),
        ("GET", "S/snapshots"),
        ("POST", "S/reset"),
        ("GET", "/inbox/conversations/11"),
    )
    yield from second.steps(("DELETE", "S"), ("GET", "S"), ("GET", "/inbox/conversations/11"))
    for name in ("empty", "three-accounts", "rate-limit-mid-sync", "relay-fails", "inquiry-became-booking", "picture-and-pdf"):
        made = Box(name)
        yield made.made(name)
        yield from made.steps(("GET", "/inbox/conversations?include=messages"), ("GET", "/bookings"), ("GET", "S/timeline"))
    yield a_call("POST", "/__admin/sandboxes", {})
    yield a_call("POST", "/__admin/sandboxes", b"")
    yield a_call("GET", "/__admin/sandboxes")
    yield a_call("GET", "/__admin/sandboxes/default")
    yield a_call("GET", "/api/v3/inbox/conversations?per_page=2", headers={"Authorization": "Bearer demo"})


def documents() -> Iterator[Call]:
    """What the server says of itself."""
    for target in ("/openapi.json", "/__admin/openapi.json", "/__admin/catalogue", "/livez", "/readyz"):
        yield a_call("GET", target)
    yield a_call("HEAD", "/livez")
    yield a_call("POST", "/livez", {})
