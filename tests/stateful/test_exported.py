"""A sandbox that is exported as a scenario goes on from there as it would have: every read is the same, and so is what happens next."""

import os
from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import urlencode

import orjson
import pytest

from builders import JSON, a_body
from fake import Answer, Mock, Sandbox
from inbox_mock.app import Fake
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings.reading import read_held
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.privacy import EVERYTHING
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.exported import export_scenario
from inbox_mock.scenarios.loading import from_object, from_text, shipped
from inbox_mock.services import oauth
from inbox_mock.store.rows import TokenRow
from stateful.steps import STEPS
from whole import LISTS, link_of

STEPS_TAKEN = int(os.environ.get("INBOX_MOCK_STATEFUL_STEPS", "50"))
LONG = "INBOX_MOCK_STATEFUL_EXAMPLES" in os.environ
LARGE = frozenset({"large", "long-thread"})
NAMES = [scenario.name for scenario in shipped() if LONG or scenario.name not in LARGE]
UNSEEN = frozenset({"application-uninstalled", "rate-limit-mid-sync"})
"""Scenarios with what no walk shows: that a token is good for nothing, and a rate limit that is not reached."""
OF_ANSWERS = frozenset({"X-Request-Id", "X-Mock-Request-Id", "X-Runtime", "ETag"})
"""Headers that tell apart two answers that say the same: the ETag depends on the token's sandbox."""
MORE: dict[str, Callable[[Sandbox, int], Answer]] = {
    "a guest's message": lambda s, n: s.admin.post(f"/conversations/{11 + n % 3}/messages", {"content": f"Question {n} — 你好 😀"}),
    "a guest's booking": lambda s, n: s.admin.post("/bookings", {"channel": ("airbnb", "booking-com", "direct")[n % 3]}),
    "a guest's cancellation": lambda s, n: s.admin.post(f"/bookings/{80 + n % 4}/cancel"),
    "a fault": lambda s, n: s.admin.post(
        "/faults",
        [
            {"kind": "status", "status": 503, "match": {"method": "POST", "share": 0.5}, "times": n % 5 + 1},
            {"kind": "page_shift", "match": {"path": "/inbox/messages"}, "times": 1},
            {"kind": "stale_read", "match": {"path": "/inbox/conversations", "nth": 5}, "for": f"{n % 20 + 1}m"},
        ][n % 3],
    ),
    "a token": lambda s, n: s.admin.post("/tokens", {"scopes": ["public", "inbox_read"], "expires_in": 60 * (n + 1)}),
    "a file on a message": lambda s, n: s.api.put(f"/inbox/messages/{n % 4 + 1}/add_attachment", a_body("attachments", id=n % 2 + 1)),
    "an inquiry": lambda s, n: s.api.post(
        "/rentals/16/inquiries",
        a_body(
            "inquiries",
            firstname="Ada",
            lastname=f"Bauer {n}",
            email="ada@example.com",
            start_at="2031-07-01T16:00:00Z",
            end_at="2031-07-08T10:00:00Z",
            accept_privacy_policy=True,
        ),
    ),
}
ALL = {**STEPS, **MORE}


def live(sandbox: Sandbox, seed: str, number: int = STEPS_TAKEN) -> None:
    """Take random steps."""
    dice = Random(seed)  # noqa: S311 - a life that can be lived again
    for _ in range(number):
        ALL[dice.choice(sorted(ALL))](sandbox, dice.randint(0, 120))


def loaded(fake: Fake, lived: Sandbox) -> Sandbox:
    """A sandbox of the file that another one was exported as, with the token that has taken the place of that one's."""
    exported = export_scenario(fake.sandboxes.get(lived.id))
    scenario = from_object(exported.data) if lived.made["scenario"] == "large" else from_text(exported.text, "exported.yaml")
    again = fake.factory.create(scenario, Overrides())
    with fake.sandboxes.get(lived.id).work() as work:
        token_id = oauth.recognise(work, lived.made["token"])
    with again.work() as work:
        token = oauth.full_token(work, work.db.get(TokenRow, token_id))
    return Sandbox(lived.transport, {"id": again.id, "token": token})


def recorded(mock: Mock, sandbox: Sandbox) -> Sandbox:
    """A sandbox of what a walk through another one has recorded, as HAR."""
    walked = sandbox.admin.get("/export", format="har", of="state").body
    return mock.sandbox(import_exchanges(read_held("walk.har", walked), keep=EVERYTHING).scenario)


def reads(sandbox: Sandbox, *, whole: bool = True) -> Iterator[tuple[str, Answer]]:
    """Every list with what it includes; where all is ``whole``, also parts of each, and its last records."""
    now, api = sandbox.now(), sandbox.api
    everything: JSON = {"from": "2000-01-01", "include_canceled": "true"}
    for path in LISTS:
        plural = path.rpartition("/")[2]
        links = ",".join(link.name for link in RESOURCES[plural].links)
        more = everything if plural == "bookings" else {}
        ids = set[int]()
        following: str | None = f"{path}?{urlencode({'include': links, **more})}"
        while following is not None:
            page = api.get(following)
            yield following, page
            ids |= {record["id"] for record in page.json.get(plural, ())}
            address = link_of(page).get("next") if "Link" in page.headers else None
            following = address and address.removeprefix(f"{api.transport.root}/api/v3")
        for since in ("2000-01-01T00:00:00Z", now, f"{now[:11]}12:05:00Z") if whole else ():
            yield f"{path} since {since}", api.get(path, updated_since=since)
        for record_id in sorted(ids)[-3:] if whole else ():
            yield f"{path}/{record_id}", api.get(f"{path}/{record_id}", include=links)
    yield "/me", api.get("/me")
    yield "files", api.get("/inbox/attachments", per_page=1)


def told(sandbox: Sandbox, *, whole: bool) -> Iterator[tuple[str, int, JSON, bytes]]:
    """What reads answer, less what differs between two sandboxes."""
    for what, answer in reads(sandbox, whole=whole):
        headers = {name: text for name, text in answer.headers.items() if name not in OF_ANSWERS}
        yield what, answer.status, headers, answer.body.replace(sandbox.id.encode(), b"sandbox")


def listed(sandbox: Sandbox) -> list[tuple[str, int, JSON]]:
    """What lists and records answer, less addresses and what no answer tells: what was cancelled when."""
    return [
        (what, answer.status, {key: found for key, found in orjson.loads(body).items() if key not in {"meta", "auth"}})
        for what, answer in reads(sandbox)
        if " since " not in what
        for body in [answer.body.replace(sandbox.id.encode(), b"sandbox")]
    ]


def differences(one: Sandbox, two: Sandbox, *, whole: bool = True) -> list[object]:
    """In what the two differ, of what can be read, and of what is to come."""
    found: list[object] = [pair for pair in zip(told(one, whole=whole), told(two, whole=whole), strict=True) if pair[0] != pair[1]]
    for path in ("/timeline", "/faults", "/webhooks", "/clock"):
        first, second = (sandbox.admin.get(path).body.replace(sandbox.id.encode(), b"sandbox") for sandbox in (one, two))
        found += [(path, first, second)] if first != second else []
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_shipped_scenario_goes_on_from_where_it_was_exported(mock: Mock, fake: Fake, name: str) -> None:
    lived = mock.sandbox(name)
    live(lived, name)

    again = loaded(fake, lived)

    assert differences(lived, again) == []
    for sandbox in (lived, again):
        sandbox.advance("1d")
        live(sandbox, f"{name} later", 10)
    assert differences(lived, again, whole=False) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNSEEN])
def test_each_shipped_scenario_answers_the_same_after_its_walk_was_imported(mock: Mock, name: str) -> None:
    lived = mock.sandbox(name)
    live(lived, name)
    for fault in lived.handle.faults():
        lived.handle.remove_fault(fault["id"])

    again = recorded(mock, lived)

    assert [pair for pair in zip(listed(lived), listed(again), strict=True) if pair[0] != pair[1]] == []
