"""/readyz says whether the home of sandboxes can serve, within a second; /livez does not ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread, current_thread
from weakref import WeakValueDictionary

import pytest
import requests

from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.domain.access import SECRET_DIGITS, full_credential
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server
from inbox_mock.store.homes.memory import MemoryHome, MemoryStorage
from inbox_mock.telemetry import probes
from inbox_mock.telemetry.probes import Readiness
from processes import run

LONG = 30
TOKEN = AdminToken("secret")
UNKNOWN = "0123456789ab"
FROM_ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
OPTIONS = Options(scenario=find("empty"))


class Troubled(MemoryHome):
    """A home that may be away, or not answer at all; sandboxes to which nobody refers are asked for."""

    can_wait = True

    def __init__(self) -> None:
        super().__init__()
        self.why: str | None = None
        self.answers = Event()
        self.answers.set()
        self._at_hand: WeakValueDictionary[str, MemoryStorage] = WeakValueDictionary()

    def check(self) -> None:
        self.answers.wait(LONG)
        if self.why is not None:
            raise HomeUnavailable(self.why)

    def find(self, sandbox_id: str) -> MemoryStorage | None:
        if sandbox_id not in self._at_hand:
            self.check()
        found = super().find(sandbox_id)
        if found is not None:
            self._at_hand[sandbox_id] = found
        return found


@pytest.fixture
def home() -> Iterator[Troubled]:
    home = Troubled()
    yield home
    home.answers.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PATIENCE_SECONDS", 0.01)


@pytest.fixture
def served(home: Troubled) -> Iterator[str]:
    with serving_from(home) as root:
        yield root


@contextmanager
def serving_from(home: Troubled) -> Iterator[str]:
    server = Server(OPTIONS, port=0, home=home)
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    yield server.url
    home.answers.set()
    server.stop()
    thread.join(LONG)


def test_a_home_that_serves_is_ready(home: Troubled) -> None:
    mock = Mock(InProcess(create_app(OPTIONS, home=home).app))

    for path in ("/readyz", "/livez"):
        answer = mock.caller(base="").get(path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_a_home_that_cannot_serve_is_503_and_says_why_until_it_can(home: Troubled) -> None:
    caller = Mock(InProcess(create_app(OPTIONS, home=home).app)).caller(base="")
    home.why = "/var/lib/inbox-mock: No space left on device"
    ill, alive = caller.get("/readyz"), caller.get("/livez")
    home.why = None

    assert (ill.status, ill.json) == (503, {"status": "unavailable", "why": "/var/lib/inbox-mock: No space left on device"})
    assert alive.status == 200
    assert caller.get("/readyz").status == 200


@pytest.mark.parametrize(
    ("tokens", "headers", "told"),
    [
        ((), {}, True),
        ((), FROM_ELSEWHERE, False),
        ((TOKEN,), {}, True),
        ((TOKEN,), FROM_ELSEWHERE, False),
        ((TOKEN,), FROM_ELSEWHERE | {"Authorization": "Bearer wrong"}, False),
        ((TOKEN,), FROM_ELSEWHERE | {"Authorization": "Bearer secret"}, True),
    ],
)
def test_files_and_addresses_are_told_to_this_machine_and_to_admin_tokens_alone(
    home: Troubled, tokens: tuple[AdminToken, ...], headers: dict[str, str], *, told: bool
) -> None:
    app = create_app(replace(OPTIONS, admin_tokens=tokens), home=home).app.test_client()
    home.why = "/var/lib/inbox-mock: connection to 10.0.0.7 refused"
    answers = [app.get(path, headers=headers) for path in ("/readyz", f"/uploads/{UNKNOWN}/1/a.png")]
    if "Authorization" not in headers:
        answers.append(
            app.get("/api/v3/me", headers=headers | {"Authorization": f"Bearer {full_credential(UNKNOWN, '0' * SECRET_DIGITS)}"})
        )

    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert [home.why in answer.text for answer in answers] == [told] * len(answers)
    assert ["10.0.0.7" in answer.text or "/var" in answer.text for answer in answers] == [told] * len(answers)


def test_a_server_that_stops_is_503_from_then_on(home: Troubled) -> None:
    fake = create_app(OPTIONS, home=home)
    caller = Mock(InProcess(fake.app)).caller(base="")
    fake.sandboxes.stop_waiting()

    assert (caller.get("/readyz").status, caller.get("/readyz").json["why"]) == (503, "the server is stopping")
    assert caller.get("/livez").status == 200


@pytest.mark.usefixtures("impatient")
def test_a_home_that_does_not_answer_is_not_waited_for(home: Troubled) -> None:
    caller = Mock(InProcess(create_app(OPTIONS, home=home).app)).caller(base="")
    home.answers.clear()

    assert "does not answer" in caller.get("/readyz").json["why"]
    assert caller.get("/livez").status == 200


@pytest.mark.usefixtures("impatient")
def test_while_a_home_is_asked_it_is_not_asked_again(home: Troubled) -> None:
    asked: list[None] = []

    def check() -> None:
        asked.append(None)
        home.check()

    home.answers.clear()
    ready = Readiness(check, Event())
    first, second = ready.why_not(), ready.why_not()

    assert str(first) == str(second)
    assert len(asked) == 1


def test_who_asks_whether_it_is_ready_keeps_nobody_from_hearing_that_it_lives(served: str, home: Troubled) -> None:
    home.answers.clear()
    asking = Thread(target=requests.get, args=[f"{served}/readyz"], kwargs={"timeout": LONG}, daemon=True)
    asking.start()

    assert requests.get(f"{served}/livez", timeout=LONG).json() == {"status": "ok"}
    home.answers.set()
    asking.join(LONG)


@pytest.mark.parametrize(("can_wait", "asking"), [(False, "answers"), (True, "home")])
def test_only_a_home_that_can_wait_is_asked_by_a_thread_of_its_own(
    home: Troubled, monkeypatch: pytest.MonkeyPatch, asking: str, *, can_wait: bool
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(home, "can_wait", can_wait)
    monkeypatch.setattr(home, "check", lambda: asked.append(current_thread().name))

    with serving_from(home) as root:
        asked.clear()
        assert requests.get(f"{root}/readyz", timeout=LONG).status_code == 200
        assert [name.split()[0] for name in asked] == [asking]


def test_health_says_what_is_wrong(served: str, home: Troubled) -> None:
    home.why = "PostgreSQL: connection refused"
    ran = run("health", "--url", served)

    assert (ran.returncode, ran.stderr) == (1, f"inbox-mock: {served} is not ready: PostgreSQL: connection refused\n")
