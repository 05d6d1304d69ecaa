"""How often a sandbox is answered in a second: the limit of a server that many share."""

from threading import Thread

import pytest

from fake import InProcess, Mock
from inbox_mock.api.pipeline import Pace
from inbox_mock.app import Options, create_app
from inbox_mock.domain import limits
from inbox_mock.domain.limits import Room
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find


class Shared(Mock):
    """A fake that answers two requests a second in each sandbox, and the time that it goes by."""

    def __init__(self) -> None:
        self.time = 0.0
        options = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), room=Room(max_sandbox_rate=2))
        self.fake = create_app(options, stopwatch=lambda: self.time)
        super().__init__(InProcess(self.fake.app))


@pytest.fixture
def shared() -> Shared:
    return Shared()


def test_what_is_beyond_so_many_requests_in_a_second_is_refused_in_the_format_of_the_api(shared: Shared) -> None:
    sandbox = shared.sandbox()

    assert [sandbox.api.get("/accounts").status for _ in range(3)] == [200, 200, 503]
    answer = sandbox.api.get("/accounts")
    assert (answer.errors[0]["code"], answer.headers["Retry-After"]) == ("service_unavailable", "1")
    assert answer.headers["Content-Type"].startswith("application/vnd.api+json")
    assert "2 requests a second" in answer.headers["X-Mock-Why"]
    assert "--max-sandbox-rate" in answer.headers["X-Mock-Why"]


def test_it_says_nothing_of_the_hour_of_the_api(shared: Shared) -> None:
    sandbox = shared.sandbox()
    first = sandbox.api.get("/accounts")
    sandbox.api.get("/accounts")
    refused = [sandbox.api.get("/accounts") for _ in range(5)]

    assert all("X-RateLimit-Remaining" not in answer.headers for answer in refused)
    shared.time = 1.0
    left = int(sandbox.api.get("/accounts").headers["X-RateLimit-Remaining"])
    assert left == int(first.headers["X-RateLimit-Remaining"]) - 2


def test_in_the_next_second_it_is_answered_again(shared: Shared) -> None:
    sandbox = shared.sandbox()
    assert [sandbox.api.get("/accounts").status for _ in range(3)] == [200, 200, 503]

    shared.time = 1.0
    assert [sandbox.api.get("/accounts").status for _ in range(3)] == [200, 200, 503]


def test_no_other_sandbox_has_to_do_with_it(shared: Shared) -> None:
    wild, calm = shared.sandbox(), shared.sandbox()

    assert [wild.api.get("/accounts").status for _ in range(3)] == [200, 200, 503]
    assert calm.api.get("/accounts").status == 200


def test_an_address_that_does_not_exist_counts_and_is_refused_too(shared: Shared) -> None:
    sandbox = shared.sandbox()

    assert [sandbox.api.get("/nothing").status for _ in range(3)] == [404, 404, 503]


def test_oauth_refuses_in_its_own_format(shared: Shared) -> None:
    sandbox = shared.sandbox()
    client = {"client_id": sandbox.made["applications"][0]["client_id"], "grant_type": "nothing"}
    oauth = shared.caller(base="/oauth")

    assert [oauth.post("/token", client).status for _ in range(3)] == [401, 401, 503]
    answer = oauth.post("/token", client)
    assert set(answer.json) == {"error", "error_description"}
    assert answer.headers["Retry-After"] == "1"


def test_it_is_refused_without_waiting_for_the_sandbox_and_is_not_in_its_journal(shared: Shared) -> None:
    sandbox = shared.sandbox()
    for _ in range(2):
        sandbox.api.get("/accounts")
    answered: list[int] = []

    with shared.fake.sandboxes.get(sandbox.id).lock:
        caller = Thread(target=lambda: answered.append(sandbox.api.get("/accounts").status), daemon=True)
        caller.start()
        caller.join(timeout=30)
        assert answered == [503]
    assert len(sandbox.admin.get("/journal").json["entries"]) == 2


def test_the_admin_api_goes_on_answering(shared: Shared) -> None:
    sandbox = shared.sandbox()
    assert [sandbox.api.get("/accounts").status for _ in range(3)] == [200, 200, 503]

    assert sandbox.admin.get("/clock").status == 200


def test_by_default_it_is_more_than_one_process_answers() -> None:
    assert Options(scenario=find("empty")).room.max_sandbox_rate == limits.SANDBOX_RATE == 100_000


def test_nothing_is_kept_of_a_second_that_is_over() -> None:
    now = [0.0]
    pace = Pace(1, lambda: now[0])
    for number in range(1000):
        pace.allows(f"{number}")
    now[0] = 1.5
    pace.allows("one")

    assert len(pace._counted) == 1  # noqa: SLF001 - what it holds is what is bounded
