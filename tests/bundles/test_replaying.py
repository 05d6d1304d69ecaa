"""A bundle says all that has happened: done again, it gives the same answers, byte for byte."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings

from api.oauth import an_application, told
from builders import a_message
from bundles.lives import live, lives
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles.bundle import Bundle, read
from inbox_mock.bundles.saving import save
from inbox_mock.engine.beginnings import reset
from inbox_mock.replaying.replay import replay
from inbox_mock.scenarios.loading import find
from inbox_mock.testing.application import Application
from serving.raw import bytes_of, in_process
from stateful.steps import Step, a_lively_scenario

MANY = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@dataclass
class Wall:
    """A wall clock that goes on by some seconds each time that somebody looks."""

    seconds: float = 1_900_000_000.0
    answered: list[int] = field(default_factory=lambda: [200])

    def __call__(self) -> float:
        self.seconds += 0.7
        return self.seconds


@pytest.fixture(scope="module")
def running() -> Iterator[Fake]:
    """A fake whose receiver calls back, and refuses every other webhook."""
    made = create_app(Options(scenario=find("empty"), seed=0), wall=Wall(), wait=lambda _seconds: None)
    mock = Mock(InProcess(made.app))
    statuses = [200, 500]

    def receive(_url: str, _headers: Mapping[str, str], _body: bytes) -> tuple[int, Mapping[str, str], str]:
        statuses.reverse()
        latest = made.sandboxes.all()[-1]
        token = mock.admin.get(f"/sandboxes/{latest.id}").json["token"]
        mock.caller(token).get("/inbox/messages", per_page=2)
        return statuses[0], {"X-Received": "yes"}, "noted"

    made.sender.local_receivers["receiver.test"] = receive
    yield made
    made.sandboxes.begin_anew()


def bundle_of(fake: Fake, sandbox: Sandbox) -> Bundle:
    return read(save(fake.sandboxes.get(sandbox.id)))


@MANY
@given(life=lives(25))
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_a_life_done_again_gives_the_same_answers(running: Fake, mode: str, life: list[Step]) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario(), clock={"mode": mode})
    live(sandbox, life)

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert found.ended is None


def test_what_a_person_allows_in_the_browser_is_done_again(running: Fake) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario())
    application = an_application(sandbox)
    application.ask()
    application.ask(redirect_uri="http://elsewhere.example/")
    application.decide("deny")
    application.decide(headers={"Origin": "https://elsewhere.example"})
    pair = application.tokens()
    assert application.uses(pair) == 200
    assert application.refresh(pair["refresh_token"]).status == 200
    assert application.refresh("nobody's").status == 401
    application.caller.post("/token", b"no form")
    told(application.decide(response_type="token"))

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert found.done["requests"] == 10


def test_files_that_come_with_a_message_are_attached_again(running: Fake) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario())
    files = [{"name": "a.txt", "file": "SGVsbG8="}]
    assert sandbox.admin.post("/conversations/11/messages", {"content": "Look", "files": files}).status == 201
    assert "a.txt" in sandbox.api.get("/inbox/attachments").body.decode()

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)


def test_what_the_server_could_not_read_is_refused_again(running: Fake) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario())
    application = Application(running.wsgi, "http://localhost")
    head = ("Host: localhost", f"Authorization: Bearer {sandbox.made['token']}")
    for line, *more in (
        ("GET /api/v3/bookings HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
        ("POST /api/v3/inbox/messages HTTP/1.1", "Transfer-Encoding: strange"),
        ("GET /api/v3/bookings HTTP/1.1",),
        ("HEAD /api/v3/bookings HTTP/1.1",),
        ("OPTIONS /api/v3/bookings HTTP/1.1",),
        ("GET /api/v3/gr%C3%BC%C3%9Fe?q=%C3%A9 HTTP/1.1",),
        ("POST /api/v3/inbox/messages HTTP/1.1", "Content-Length: 0"),
    ):
        in_process(application, bytes_of(line, *head, *more))
    assert len(sandbox.handle.journal()) >= 5

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)


def test_what_threads_did_at_once_is_done_again_in_the_order_in_which_it_was_let_in(running: Fake) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario())
    sandbox.admin.post("/webhooks", {"url": "http://receiver.test/", "retries": 2})
    sandbox.admin.post("/faults", {"kind": "status", "match": {"share": 0.3}})

    def busy(number: int) -> None:
        for turn in range(6):
            sandbox.api.post("/inbox/messages", a_message(content=f"{number}/{turn}"))
            sandbox.api.get("/inbox/messages", per_page=number + 1)
            if turn % 4 == number:
                sandbox.admin.post("/clock/advance", {"by": "3m"})  # refused while another one is under way
            sandbox.admin.post("/bookings")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(busy, range(4)))

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert found.done["requests"] > 45


def test_a_history_that_began_anew_with_a_rewind_is_done_again(running: Fake) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario())
    sandbox.admin.post("/webhooks", {"url": "http://receiver.test/", "latency_seconds": 60})
    sandbox.advance("1h")
    for number in range(3):
        sandbox.api.post("/inbox/messages", a_message(content=f"{number}"))
        sandbox.advance("10m")
    assert sandbox.admin.post("/clock/rewind", {"to": "2030-06-01T12:25:00Z"}).status == 200
    sandbox.api.post("/inbox/messages", a_message(content="Otherwise"))
    sandbox.advance("2h")

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert found.done["commands"] > 2


@pytest.mark.parametrize("is_issued", [False, True])
def test_a_history_that_was_reset_again_and_again_is_done_again(running: Fake, *, is_issued: bool) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario(), clock={"mode": "manual"})
    caller = sandbox.api_with("inbox_read") if is_issued else sandbox.api
    for _ in range(3):
        reset(running.sandboxes.get(sandbox.id))
    assert caller.get("/inbox/messages").status == 200

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert (found.ended, found.done["requests"]) == (None, 1)
