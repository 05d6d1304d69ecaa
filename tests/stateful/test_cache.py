"""Whether answers are kept or made anew, nobody can tell: two servers, one of which keeps none, answer the same bytes to the same calls."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.oauth import an_application
from builders import a_body, a_message
from fake import JSON, Answer, InProcess, Mock, Sandbox
from faulty import set_fault
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.client.calls import AdminError
from inbox_mock.domain import limits
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.engine.cache import Cache, CacheRoom
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.store import images
from inbox_mock.store.journal import MOST_BYTES, Ledger
from lowered import lower
from stateful.history import journal
from stateful.steps import STEPS, Step, a_lively_scenario, take
from whole import CONVERSATIONS, MESSAGES

START = 1_900_000_000.0
READS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/bookings", {}),
    ("/bookings", {"from": "2030-01-01", "include": "conversations,client"}),
    ("/bookings/80,81,82", {"include_canceled": "true"}),
    ("/inbox/conversations", {}),
    ("/inbox/conversations", {"updated_since": "2030-06-01T12:10:00Z", "per_page": "1", "page": "2"}),
    ("/inbox/conversations", {"updated_since": "yesterday"}),
    ("/inbox/conversations/11", {"include": "messages,participants", "fields": "subject"}),
    ("/inbox/conversations/99", {}),
    ("/inbox/messages", {}),
    ("/inbox/attachments", {}),
    ("/clients", {"include": "nothing"}),
    ("/me", {}),
    ("/accounts", {}),
)
FAULTS = ("status", "slow", "revoked_token", "expired_token", "rate_limit", "stale_read", "page_shift")


@dataclass
class World:
    """A server of its own with one sandbox, the wall clock that it reads, and the tokens that were issued there."""

    sandbox: Sandbox
    wall: list[float]
    tokens: list[str] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)


class Servers:
    """Two servers that differ in nothing: the same calls get the same ids, and the same answers."""

    def __init__(self) -> None:
        self.walls = [[START], [START]]
        self.mocks = [self._server(wall) for wall in self.walls]

    @staticmethod
    def _server(wall: list[float]) -> Mock:
        fake = create_app(
            Options(scenario=find("empty"), overrides=Overrides(mode="manual"), seed=7),
            wall=lambda: wall[0],
            stopwatch=lambda: 0.0,
            request_id=lambda: "request",
            wait=lambda _seconds: None,
        )
        return Mock(InProcess(fake.app))

    def worlds(self, mode: str, *, strict: bool) -> tuple[World, World]:
        """Return a world in which answers are kept, and one in which they are not."""
        kept, anew = (self._world(number, mode, cached=cached, strict=strict) for number, cached in enumerate((True, False)))
        return kept, anew

    def _world(self, number: int, mode: str, *, cached: bool, strict: bool) -> World:
        self.walls[number][0] = START
        scenario = a_lively_scenario(rate_limit=40)
        made = self.mocks[number].sandbox(scenario, clock={"mode": mode}, strict=strict, cached=cached)
        return World(made, self.walls[number], [made.api.token or ""])


@pytest.fixture(scope="module")
def servers() -> Servers:
    return Servers()


def _read(world: World, number: int) -> Answer:
    path, query = READS[number % len(READS)]
    headers = {"If-None-Match": world.etags[-1]} if world.etags and number % 3 == 0 else {}
    caller = world.sandbox.api
    caller = type(caller)(caller.transport, world.tokens[number % len(world.tokens)])
    answer = caller.get(path, headers=headers, **query)
    if "ETag" in answer.headers:
        world.etags.append(answer.headers["ETag"])
    return answer


def _read_later(world: World, number: int) -> Answer:
    _read(world, number)
    _read(world, number)  # the first one may have opened the database, and is not kept then
    _tick(world, number)
    return _read(world, number)


def _issue(world: World, number: int) -> None:
    scopes = ("inbox_read", "bookings_read", "public")[: number % 3 + 1]
    world.tokens.append(world.sandbox.handle.issue_token(*scopes, **({"expires_in": 600} if number % 2 else {})))


def _revoke(world: World, number: int) -> None:
    world.sandbox.handle.revoke_token(world.tokens[number % len(world.tokens)])


def _tick(world: World, number: int) -> None:
    world.wall[0] += number


def _fault(world: World, number: int) -> None:
    world.sandbox.handle.fault(FAULTS[number % len(FAULTS)], times=number % 3 + 1)


def _end_faults(world: World, _number: int) -> None:
    for fault in world.sandbox.handle.faults():
        world.sandbox.handle.remove_fault(fault["id"])


def _snapshot(world: World, number: int) -> None:
    world.sandbox.handle.snapshot(f"s{number % 2}")


def _restore(world: World, number: int) -> None:
    with suppress(AdminError):  # there is none
        world.sandbox.handle.restore(f"s{number % 2}")


DEEDS: dict[str, Callable[[World, int], Answer | None]] = {
    "a read": _read,
    "another read": _read,
    "the same read": lambda world, _number: _read(world, 0),
    "a read, and later again": _read_later,
    "a step": lambda world, number: take(world.sandbox, Step(sorted(STEPS)[number % len(STEPS)], number)),
    "a token": _issue,
    "a revoked token": _revoke,
    "the wall clock": _tick,
    "a fault": _fault,
    "the end of faults": _end_faults,
    "a snapshot": _snapshot,
    "a snapshot restored": _restore,
    "a reset": lambda world, _number: world.sandbox.handle.reset(),
    "a stopped clock": lambda world, _number: world.sandbox.handle.clock.pause(),
    "a running clock": lambda world, number: world.sandbox.handle.clock.run(number + 1),
    "a look at the journal": lambda world, _number: world.sandbox.admin.get("/journal"),
}
Deed = tuple[str, int]


def answers(world: World, deeds: list[Deed]) -> Iterator[object]:
    for name, number in deeds:
        answer = DEEDS[name](world, number)
        yield name, number, answer and (answer.status, list(answer.headers.items()), answer.body)
    yield journal(world.sandbox)


@settings(max_examples=50, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    deeds=st.lists(st.tuples(st.sampled_from(["a step", *sorted(DEEDS)]), st.integers(0, 40)), min_size=15, max_size=45),
    mode=st.sampled_from(["manual", "real"]),
    strict=st.booleans(),
)
def test_answers_that_are_kept_are_those_that_would_be_made_anew(
    servers: Servers,
    deeds: list[Deed],
    mode: str,
    strict: bool,
) -> None:
    kept, anew = servers.worlds(mode, strict=strict)

    assert list(answers(kept, deeds)) == list(answers(anew, deeds))


def test_an_answer_is_kept_only_until_a_record_changes(inbox: Sandbox) -> None:
    address = f"{CONVERSATIONS}/11"
    before = inbox.api.get(address)
    assert inbox.api.get(address).body == before.body

    assert inbox.api.put(address, a_body("conversations", closed=True)).status == 200
    closed = inbox.api.get(address)
    assert closed.record["closed_at"] == inbox.now()

    inbox.api.post(MESSAGES, a_message())
    assert inbox.api.get(address).record["links"]["messages"] == [1]


def test_what_a_transaction_has_kept_is_forgotten_if_it_fails(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    application = an_application(inbox)
    pair = application.tokens()
    token = application.refresh(pair["refresh_token"]).json["access_token"]

    failures, record = [HomeUnavailable("the disk is full")], UnitOfWork.record

    def record_but_once(work: UnitOfWork, entry: JSON) -> None:
        if failures:
            raise failures.pop()
        record(work, entry)

    monkeypatch.setattr(UnitOfWork, "record", record_but_once)

    def read(token: str) -> int:
        return application.api(token).get("/inbox/conversations").status

    assert (read(token), read(token), read(pair["access_token"])) == (503, 200, 401)


def test_the_journal_holds_no_credential_that_a_kept_answer_repeats(inbox: Sandbox) -> None:
    for _ in range(3):
        inbox.api.get("/inbox/conversations", per_page="1", note=inbox.api.token)

    entries = journal(inbox)
    assert len(entries) == 3
    for entry in entries:
        assert "note=token-1&" in entry["response"]["headers"]["Link"]
        assert str(inbox.api.token) not in str(entry)


def test_the_journal_tells_head_from_get(inbox: Sandbox) -> None:
    methods = ["GET", "GET", "HEAD", "HEAD", "GET"]
    for method in methods:
        inbox.api.call(method, "/inbox/conversations")

    assert [entry["method"] for entry in journal(inbox)] == methods


def test_the_journal_dates_a_kept_answer_by_the_clock(servers: Servers) -> None:
    world, _ = servers.worlds("real", strict=False)
    for _ in range(4):
        _read(world, 2)
        _tick(world, 1)

    assert [entry["at"][-3:] for entry in journal(world.sandbox)] == ["40Z", "41Z", "42Z", "43Z"]


@pytest.mark.parametrize("rule", [operation.rule for operation in OPERATIONS if operation.method == "GET"])
def test_each_operation_that_reads_answers_by_the_time_at_which_it_is_asked(servers: Servers, rule: str) -> None:
    def asked(world: World) -> Iterator[object]:
        for _ in range(4):
            answer = world.sandbox.api.get(rule.replace("<ids>", "1"))
            yield answer.status, list(answer.headers.items()), answer.body
            _tick(world, 1)

    kept, anew = servers.worlds("real", strict=False)

    assert list(asked(kept)) == list(asked(anew))


def test_a_read_is_gathered_beside_the_database_unless_a_fault_stands_that_may_strike_it(inbox: Sandbox, fake: Fake) -> None:
    found = fake.sandboxes.get(inbox.id).storage.reading()
    assert found is not None

    def gathered() -> int:
        inbox.api.get("/me")
        return len(found[1].entries)

    set_fault(inbox, "status", match={"path": "/hosts"}, **{"for": "1m"})
    standing = gathered()
    inbox.advance("2m")

    assert (standing, gathered()) == (0, 1)


def test_what_a_sandbox_keeps_makes_room_for_what_comes_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CACHE", 100)
    cache, db = Cache(CacheRoom()), images.create()

    for key, size in (("first", 40), ("second", 60), ("third", 1), ("too large", 101)):
        cache.get(db, key)
        cache.put(db, key, key, size)

    assert [cache.get(db, key) for key in ("first", "second", "third", "too large")] == [None, None, "third", None]


def test_no_more_is_kept_when_all_sandboxes_have_no_room_left(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "CACHES", 100)
    room, db = CacheRoom(), images.create()
    one, other = Cache(room), Cache(room)

    def kept(cache: Cache, key: str, size: int) -> object:
        cache.get(db, key)
        cache.put(db, key, key, size)
        return cache.get(db, key)

    assert (kept(one, "a", 70), kept(other, "b", 40), kept(other, "c", 30)) == ("a", None, "c")
    one.clear()
    assert kept(other, "b", 40) == "b"


def test_of_what_is_kept_all_that_a_client_wrote_takes_room(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def take(_room: CacheRoom, size: int) -> bool:
        taken.append(size)
        return True

    monkeypatch.setattr(CacheRoom, "take", take)
    for _ in range(2):
        inbox.api.get("/inbox/conversations", headers={"User-Agent": "x" * 50_000})

    assert max(taken) > 50_000


def test_what_is_gathered_is_written_before_all_that_clients_wrote_is_too_much() -> None:
    ledger, db, texts = Ledger(), images.create(), 60_000
    db.limit(limits.SANDBOX)
    while ledger.begin(db):
        read = {"path": "/", "query": "y" * texts, "request": {"headers": {"User-Agent": "x" * texts}}}
        ledger.add({**read, "response": {"headers": {}, "body": ""}}, ())

    assert 0 < len(ledger.entries) <= MOST_BYTES // (2 * texts) + 1
