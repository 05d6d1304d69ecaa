"""Figures for Prometheus at /metrics, as its own parser reads them."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

import fake
from builders import a_scenario
from fake import Answer, InProcess, Mock, OverSocket
from faulty import set_fault
from inbox_mock import __version__
from inbox_mock.app import Options, create_app
from inbox_mock.domain.admin_tokens import READ, AdminToken, Caller
from inbox_mock.domain.errors import Elsewhere, HomeUnavailable
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving
from inbox_mock.store.homes import Share
from inbox_mock.store.homes.memory import MemoryHome
from receiver import receiving, subscribe

GUIDE = Path(__file__).parents[2] / "docs" / "for-a-team.md"
NAME = re.compile(r"(inbox_mock|process|python)_[a-z_]+")


class Leaving(MemoryHome):
    """A home that can go away."""

    is_away = False

    def check(self) -> None:
        if self.is_away:
            raise HomeUnavailable("the disk is gone")

    def totals(self) -> tuple[int, int, int]:
        self.check()
        return super().totals()


@dataclass
class Watched:
    """A fake of its own, whose wall clock stands where it is put, and what its figures say."""

    wall: list[float] = field(default_factory=lambda: [1_900_000_000.0])
    home: Leaving = field(default_factory=Leaving)
    tokens: tuple[AdminToken, ...] = ()

    def __post_init__(self) -> None:
        options = Options(scenario=find("empty"), admin_tokens=self.tokens)
        self.fake = create_app(options, home=self.home, wall=lambda: self.wall[0])
        self.mock = Mock(InProcess(self.fake.app))

    def scrape(self, token: str | None = None) -> Answer:
        return fake.Caller(self.mock.transport, token, base="").get("/metrics")

    def figure(self, name: str, **labels: str) -> float | None:
        return figure(self.scrape().body.decode(), name, **labels)


def figure(text: str, name: str, **labels: str) -> float | None:
    """The value of one figure, or None."""
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    ]
    assert len(found) < 2
    return found[0] if found else None


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_prometheus_can_read_them_and_every_name_keeps_its_conventions(watched: Watched) -> None:
    answer = watched.scrape()
    families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}

    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert [name for name in families if not NAME.fullmatch(name)] == []
    assert [name for name, family in families.items() if not family.documentation] == []
    counters = [sample.name for family in families.values() if family.type == "counter" for sample in family.samples]
    assert [name for name in counters if not name.endswith("_total")] == []
    assert figure(answer.body.decode(), "inbox_mock_build_info", version=__version__) == 1
    assert "process_resident_memory_bytes" in families


def test_requests_are_counted_by_operation_and_class_of_status(watched: Watched) -> None:
    sandbox = watched.mock.sandbox(a_scenario())
    for path in ("/hosts", "/hosts", "/hosts/2", "/hosts/999"):
        sandbox.api.get(path)
    sandbox.api_with("public").get("/hosts")
    counted = {"part": "api", "operation": "list_hosts"}

    assert watched.figure("inbox_mock_http_requests_total", **counted, status="2xx") == 2
    assert watched.figure("inbox_mock_http_requests_total", **counted, status="4xx") == 1
    assert watched.figure("inbox_mock_http_requests_total", part="api", operation="get_hosts", status="2xx") == 1
    assert watched.figure("inbox_mock_http_requests_total", part="api", operation="get_hosts", status="4xx") == 1
    assert watched.figure("inbox_mock_http_request_duration_seconds_count", **counted) == 3
    assert watched.figure("inbox_mock_http_request_duration_seconds_bucket", **counted, le="+Inf") == 3


def test_no_figure_has_anything_that_a_request_names(watched: Watched) -> None:
    sandbox = watched.mock.sandbox(a_scenario())
    sandbox.api.get("/nothing/secret-in-a-path")
    sandbox.api.get("/hosts", secret="in-a-query")
    watched.mock.transport.send("SECRET", "/api/v3/hosts", {}, None)
    sandbox.admin.post(f"/tokens/{sandbox.api.token}/refresh_token")
    watched.scrape()
    before = watched.scrape().body.decode()
    for number in range(50):
        sandbox.api.get(f"/nothing/{number}")

    assert "secret" not in before.lower()
    assert sandbox.id not in before
    assert len(watched.scrape().body.splitlines()) == len(before.splitlines())
    assert watched.figure("inbox_mock_http_requests_total", part="server", operation="unknown", status="4xx") == 52


def test_what_a_fault_keeps_back_has_no_status_and_the_fault_is_counted() -> None:
    with serving(Options(scenario=find("agency"))) as server:
        mock = Mock(OverSocket(server.url))
        sandbox = mock.sandbox(a_scenario())
        set_fault(sandbox, "timeout_after", times=1)
        with pytest.raises(OSError, match=r"."):
            sandbox.api.get("/hosts")
        text = fake.Caller(mock.transport, base="").get("/metrics").body.decode()

    assert figure(text, "inbox_mock_http_requests_total", part="api", operation="list_hosts", status="none") == 1
    assert figure(text, "inbox_mock_faults_struck_total", kind="timeout_after") == 1


def test_webhooks_and_the_faults_that_strike_them_are_counted(watched: Watched) -> None:
    with receiving() as receiver:
        sandbox = watched.mock.sandbox(a_scenario())
        subscribe(sandbox, receiver.url, "booking_created")
        subscribe(sandbox, "http://127.0.0.1:1/", "booking_created")
        set_fault(sandbox, "duplicated", times=1)
        sandbox.admin.post("/bookings", {"rental_id": 16})
        sandbox.handle.clock.advance("1m")
        receiver.status = 500
        sandbox.admin.post("/bookings", {"rental_id": 16})
        sandbox.handle.clock.advance("1m")

    assert watched.figure("inbox_mock_webhook_deliveries_total", status="2xx") == 2
    assert watched.figure("inbox_mock_webhook_deliveries_total", status="5xx") == 1
    assert watched.figure("inbox_mock_webhook_deliveries_total", status="none") == 2
    assert watched.figure("inbox_mock_faults_struck_total", kind="duplicated") == 1


def test_sandboxes_their_bytes_and_snapshots_are_told(watched: Watched) -> None:
    sandbox = watched.mock.sandbox(a_scenario())
    sandbox.admin.post("/snapshots", {"name": "now"})
    number, size, snapshots = watched.home.totals()

    assert watched.figure("inbox_mock_sandboxes") == number == 2
    assert watched.figure("inbox_mock_sandboxes_bytes") == size > 0
    assert watched.figure("inbox_mock_snapshots_bytes") == snapshots > 0
    assert watched.figure("inbox_mock_sandboxes_awake") == 2


def test_an_event_that_is_late_shows_as_lag(watched: Watched) -> None:
    event = {"at": "+30s", "guest_books": {"rental": 16, "start_at": "+60d", "end_at": "+67d"}}
    watched.mock.sandbox(a_scenario(timeline=[event]), clock={"mode": "real"})
    watched.wall[0] += 29
    assert watched.figure("inbox_mock_timeline_lag_seconds") == 0

    watched.wall[0] += 11
    assert watched.figure("inbox_mock_timeline_lag_seconds") == pytest.approx(10)


def test_a_home_that_is_away_is_told_and_what_it_would_say_left_out(watched: Watched) -> None:
    watched.home.is_away = True
    assert watched.mock.transport.send("POST", "/__admin/sandboxes", {}, b"{}").status == 503

    assert watched.figure("inbox_mock_ready") == 0
    assert watched.figure("inbox_mock_sandboxes") is None
    assert watched.figure("inbox_mock_errors_total", kind="home") == 1


def test_they_are_for_whoever_may_read_the_admin_api() -> None:
    guarded = Watched(tokens=(AdminToken("for-prometheus", Caller(READ, "prometheus")),))

    assert guarded.scrape().status == 401
    assert guarded.scrape("for-prometheus").status == 200
    assert Watched().mock.transport.send("GET", "/metrics", {"Host": "elsewhere.example"}, None).status == 403


def test_those_of_another_worker_are_asked_of_that_worker(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched.home, "share", Share(1, 3))
    monkeypatch.setattr(watched.home, "owns", Share(1, 3).owns)
    caller = watched.mock.caller(base="")

    assert caller.get("/metrics", worker=1).status == 200
    for number in (0, 2):
        with pytest.raises(Elsewhere) as elsewhere:
            caller.get("/metrics", worker=number)
        assert Share(1, 3).owner(elsewhere.value.sandbox_id) == number


@pytest.mark.parametrize("given", ["none", "3", "9999", "-1"])
def test_what_is_no_workers_number_is_refused(watched: Watched, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setattr(watched.home, "share", Share(1, 3))
    refused = watched.mock.caller(base="").get("/metrics", worker=given)

    expected = "the number of a worker, from 0 to 2"
    assert (refused.status, refused.json["errors"]) == (422, [{"field": "worker", "found": f'"{given}"', "expected": expected}])


def test_where_any_process_serves_any_sandbox_none_is_asked_for_by_number(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched.home, "is_shared", True)

    assert watched.mock.caller(base="").get("/metrics", worker=0).status == 422
    assert watched.mock.caller(base="").get("/metrics").status == 200


def test_each_fake_counts_for_itself(watched: Watched) -> None:
    Watched().mock.sandbox(a_scenario())

    assert watched.figure("inbox_mock_sandboxes") == 1


def test_threads_that_are_busy_and_requests_that_wait_are_told() -> None:
    begun, goes_on = Event(), Event()

    def work() -> str:
        begun.set()
        goes_on.wait(30)
        return "done"

    with serving(Options(scenario=find("empty"))) as server:
        server.fake.app.add_url_rule("/work", "work", view_func=work)
        mock = Mock(OverSocket(server.url))
        asking = Thread(target=fake.Caller(OverSocket(server.url), base="").get, args=["/work"], daemon=True)
        asking.start()
        assert begun.wait(30)
        text = fake.Caller(mock.transport, base="").get("/metrics").body.decode()
        goes_on.set()
        asking.join(30)

    assert figure(text, "inbox_mock_threads_busy") == 2  # and this very request
    assert figure(text, "inbox_mock_requests_waiting") == 0


def test_the_guide_has_each_figure(served: str) -> None:
    text = fake.Caller(OverSocket(served), base="").get("/metrics").body.decode()
    written = set(re.findall(r"# TYPE (inbox_mock_\w+)", text))

    assert sorted(written) == sorted(set(re.findall(r"`(inbox_mock_\w+)`", GUIDE.read_text())))


def test_a_start_does_not_import_the_library() -> None:
    code = "import sys, inbox_mock.cli.serve, inbox_mock.serving.connections; sys.exit('prometheus_client' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
