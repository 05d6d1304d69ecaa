"""A sandbox as its user holds it from Python: of an application in this process, and of a server."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from api.oauth import an_application
from builders import a_booking, a_scenario
from fake import OverSocket, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.client import AdminClient, AdminError, SandboxClient, SandboxGoneError, ServerUnreachableError, connect
from inbox_mock.domain.access import ALL_SCOPES
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server
from inbox_mock.testing.sandboxes import client_of, create_sandbox
from processes import free_port
from receiver import receiving


@pytest.fixture(params=["in process", "over a socket"])
def client(request: pytest.FixtureRequest) -> AdminClient:
    if request.param == "in process":
        return client_of(request.getfixturevalue("app"))
    return connect(request.getfixturevalue("served"))


@pytest.fixture
def sandbox(client: AdminClient) -> SandboxClient:
    """Airbnb booking 80 with conversation 11, in which jan (host 2) is participant 2."""
    return client.create_sandbox(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))


def test_it_knows_its_address_and_token(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")

    answer = requests.get(f"{sandbox.url}/hosts", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10)

    assert answer.status_code == 200
    assert sandbox.application["token"] == sandbox.token


def test_the_agency_is_what_it_is_made_of_unless_something_else_is_wanted(client: AdminClient) -> None:
    assert client.create_sandbox().made["scenario"] == "agency"


def test_overrides_are_those_of_the_admin_api(client: AdminClient) -> None:
    made = client.create_sandbox("empty", seed=3, strict=True).made

    assert (made["seed"], made["strict"]) == (3, True)


def test_one_that_there_is_already_can_be_held(client: AdminClient, sandbox: SandboxClient) -> None:
    assert client.sandbox(sandbox.id).token == sandbox.token
    assert client.sandbox().url == client.sandbox("default").url


def test_a_guest_books_and_time_passes(sandbox: SandboxClient) -> None:
    booking = sandbox.book("airbnb", conversation_delay="10m")
    assert sandbox.timeline()["pending"][0]["kind"] == "conversation_opened"

    happened = sandbox.clock.advance("10m")

    assert [event["kind"] for event in happened] == ["conversation_opened"]
    assert happened[0]["about"]["booking_id"] == booking["id"]
    assert sandbox.clock.now == "2030-06-01T12:10:00Z"


def test_the_clock_goes_back_to_before_a_request_an_event_or_a_checkpoint_and_to_a_time(sandbox: SandboxClient) -> None:
    sandbox.write(11, "Is there a garage?", writer="staff")
    (relayed,) = sandbox.clock.advance("10m")
    sandbox.book("direct")

    assert sandbox.clock.rewind(event=relayed["id"])["now"] == "2030-06-01T12:00:00Z"
    first, *_, last = sandbox.clock.points()
    assert (first["says"][:5], last["says"]) == ("Write", "Rewind the clock")
    assert sandbox.clock.rewind(point=last["id"])["now"] == "2030-06-01T12:10:00Z"
    assert sandbox.clock.rewind(datetime(2030, 6, 1, 12, 5, tzinfo=UTC))["now"] == "2030-06-01T12:05:00Z"
    assert len(sandbox.thread(11)) == 1
    assert sandbox.fork(point=first["id"]).thread(11) == []


def test_the_clock_goes_to_a_time_until_an_event_and_until_nothing_is_left(sandbox: SandboxClient) -> None:
    sandbox.book("airbnb", conversation_delay="10m")
    sandbox.clock.advance(to="2030-06-01T12:05:00Z")
    sandbox.clock.advance(until="conversation_opened")
    assert sandbox.clock.now == "2030-06-01T12:10:00Z"
    assert sandbox.clock.settle() == []


PARIS = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("wanted", "now"),
    [
        ({"by": "90s"}, "2030-06-01T12:01:30Z"),
        ({"by": timedelta(minutes=10)}, "2030-06-01T12:10:00Z"),
        ({"by": timedelta(days=2, seconds=1)}, "2030-06-03T12:00:01Z"),
        ({"by": timedelta()}, "2030-06-01T12:00:00Z"),
        ({"by": 0}, "2030-06-01T12:00:00Z"),
        ({"by": datetime(2030, 6, 2, tzinfo=UTC)}, "2030-06-02T00:00:00Z"),
        ({"to": datetime(2030, 6, 2, tzinfo=UTC)}, "2030-06-02T00:00:00Z"),
        ({"to": datetime(2030, 6, 2, 16, tzinfo=PARIS)}, "2030-06-02T14:00:00Z"),
    ],
)
def test_the_clock_advances_by_a_timedelta_and_to_an_aware_datetime(sandbox: SandboxClient, wanted: dict[str, Any], now: str) -> None:
    sandbox.clock.advance(*(wanted[name] for name in wanted if name == "by"), to=wanted.get("to"))

    assert sandbox.clock.now == now


@pytest.mark.parametrize("name", ["by", "to"])
def test_a_datetime_without_a_time_zone_is_refused_with_its_value(sandbox: SandboxClient, name: str) -> None:
    naive = datetime(2030, 6, 2, 16)  # noqa: DTZ001 - what is refused

    with pytest.raises(AdminError, match=r"^to: found 2030-06-02 16:00:00, which has no time zone; expected .*tzinfo"):
        sandbox.clock.advance(naive) if name == "by" else sandbox.clock.advance(to=naive)

    assert sandbox.clock.now == "2030-06-01T12:00:00Z"


def test_time_does_not_go_back_by_a_timedelta(sandbox: SandboxClient) -> None:
    with pytest.raises(AdminError, match=r'by: found "-PT1.* expected a duration .* ten years'):
        sandbox.clock.advance(timedelta(seconds=-1))


def test_every_call_takes_timedeltas_and_aware_datetimes(sandbox: SandboxClient) -> None:
    begins = datetime(2030, 8, 1, 16, tzinfo=UTC)

    booking = sandbox.book(conversation_delay=timedelta(), start_at=begins, end_at=begins + timedelta(days=7))
    sandbox.fault("slow", by=timedelta(seconds=5))

    assert len(booking["links"]["conversations"]) == 1
    assert booking["start_at"] == sandbox.book(start_at=begins.isoformat())["start_at"]
    with pytest.raises(AdminError, match="start_at: found 2030-08-01 16:00:00, which has no time zone"):
        sandbox.book(start_at=begins.replace(tzinfo=None))


def test_it_knows_the_addresses_around_the_api(client: AdminClient) -> None:
    sandbox = client.create_sandbox("empty")

    assert sandbox.url == f"{sandbox.root_url}/api/v3"
    assert sandbox.root_url == client.root
    assert sandbox.oauth_url == f"{client.root}/oauth"
    assert sandbox.dashboard_url == f"{client.root}/#/{sandbox.id}/inbox"


def test_the_addresses_lead_to_oauth_and_to_the_dashboard(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")
    credentials = {"grant_type": "client_credentials"} | {name: sandbox.application[name] for name in ("client_id", "client_secret")}

    assert requests.post(f"{sandbox.oauth_url}/token", credentials, timeout=10).status_code == 200
    assert requests.get(sandbox.dashboard_url, headers={"Accept": "text/html"}, timeout=10).headers["Content-Type"].startswith("text/html")


def test_the_clock_runs_and_stands(client: AdminClient, sandbox: SandboxClient) -> None:
    sandbox.clock.run(60)
    assert client.sandbox(sandbox.id).made["clock"]["mode"] == "real"
    sandbox.clock.pause()
    assert client.sandbox(sandbox.id).made["clock"]["mode"] == "manual"


def test_the_channel_opens_a_conversation_or_never_does(sandbox: SandboxClient) -> None:
    one, other = sandbox.book(), sandbox.book()

    assert sandbox.open_conversation(one["id"])["default_channel"] == "airbnb"
    sandbox.never_open_conversation(other["id"])
    sandbox.clock.advance("1d")

    assert [event["about"]["booking_id"] for event in sandbox.timeline()["past"] if event["kind"] == "channel_opens"] == [one["id"]]


def test_guest_staff_and_host_write(sandbox: SandboxClient) -> None:
    sandbox.write(11, "May we bring our dog?")
    sandbox.write(11, "Of course.", writer="host")
    sandbox.write(11, "A dog again!", writer="staff", internal=True)

    assert [(message["from"], message["content"]) for message in sandbox.thread(11)] == [
        ("guest", "May we bring our dog?"),
        ("host", "Of course."),
    ]


def test_staff_change_a_conversation_and_the_channel_adds_a_host(sandbox: SandboxClient) -> None:
    booking = sandbox.book(host_participant=False)
    conversation = sandbox.open_conversation(booking["id"])

    assert sandbox.add_host(conversation["id"], 2)["links"]["member"] == {"id": 2, "type": "Host"}
    assert sandbox.change(conversation["id"], closed=True)["closed_at"] is not None


def test_the_guest_cancels(sandbox: SandboxClient) -> None:
    assert sandbox.cancel(80)["status"] == "Canceled"


def test_a_fault_is_switched_on_and_off(sandbox: SandboxClient) -> None:
    fault = sandbox.fault("status", status=503, times=2)
    assert [found["id"] for found in sandbox.faults()] == [fault["id"]]

    sandbox.remove_fault(fault["id"])

    assert sandbox.faults() == []


def test_webhooks_are_sent_and_sent_again(sandbox: SandboxClient) -> None:
    with receiving() as receiver:
        subscription = sandbox.webhook(receiver.url, "inbox_message_created")
        sandbox.write(11, "May we bring our dog?")
        sandbox.clock.advance("0s")
        (delivery,) = sandbox.deliveries()
        sandbox.redeliver(delivery["id"])
        sandbox.unsubscribe(subscription["id"])
        sandbox.write(11, "And our cat?")
        sandbox.clock.advance("0s")

    assert receiver.events == ["inbox_message_created"] * 2
    assert subscription["secret"] == sandbox.application["client_secret"]


@pytest.mark.parametrize("lifetime", [60, timedelta(minutes=1)])
def test_a_token_expires_after_a_while(served: str, lifetime: int | timedelta) -> None:
    sandbox = connect(served).create_sandbox("empty")
    headers = {"Authorization": f"Bearer {sandbox.issue_token('clients_read', expires_in=lifetime)}"}

    def status() -> int:
        return requests.get(f"{sandbox.url}/clients", headers=headers, timeout=10).status_code

    sandbox.clock.advance("59s")
    assert status() == 200
    sandbox.clock.advance("1s")
    assert status() == 401


def test_tokens_are_issued_and_revoked(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")
    token = sandbox.issue_token("clients_read", expires_in=60)
    headers = {"Authorization": f"Bearer {token}"}

    def status(path: str) -> int:
        return requests.get(f"{sandbox.url}{path}", headers=headers, timeout=10).status_code

    assert (status("/clients"), status("/hosts")) == (200, 403)
    sandbox.revoke_token(token)
    assert status("/clients") == 401


def test_the_refresh_token_belongs_to_the_token(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")
    application = an_application(Sandbox(OverSocket(served), sandbox.made))
    first = sandbox.refresh_token
    assert sandbox.refresh_token == first

    new = application.refresh(first).json

    assert set(new["scope"].split()) == set(ALL_SCOPES)
    assert application.uses(new) == 200
    assert application.uses({"access_token": sandbox.token}) == 401
    assert application.refresh(sandbox.refresh_token).status == 401


@pytest.mark.parametrize(
    ("path", "missing"),
    [("/deliveries/5/redeliver", "delivery 5"), ("/bookings/5/cancel", "booking 5"), ("/snapshots/x/restore", "snapshot x")],
)
def test_what_a_sandbox_does_not_have_is_named(served: str, path: str, missing: str) -> None:
    sandbox = connect(served).create_sandbox("empty")

    with pytest.raises(AdminError, match=rf"^the sandbox '{sandbox.id}' has no {missing}$"):
        sandbox.admin("POST", path)


def test_a_call_that_there_is_not_is_told_where_they_are_listed(served: str) -> None:
    with pytest.raises(AdminError, match=r"^no such address; /__admin/openapi\.json lists the addresses$"):
        connect(served).create_sandbox("empty").admin("POST", "/booking", {})


def test_a_token_of_no_account_has_no_refresh_token(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")
    token = an_application(Sandbox(OverSocket(served), sandbox.made)).token(grant_type="client_credentials").json["access_token"]

    with pytest.raises(AdminError, match="has no token"):
        sandbox.admin("POST", f"/tokens/{token}/refresh_token")


def test_a_server_that_sends_the_same_page_of_the_journal_again_is_told() -> None:
    asked: list[str] = []

    def send(_method: str, path: str, _body: object) -> tuple[int, Any]:
        asked.append(path)
        return 200, {"entries": [{"id": 1}, {"id": 2}], "next": 2}

    sandbox = AdminClient("http://127.0.0.1:9", send).sandbox()
    with pytest.raises(AdminError, match=r"http://127\.0\.0\.1:9 sent entry 1 of the journal; expected entries after 2"):
        sandbox.journal()

    assert len(asked) == 2


def test_sandboxes_are_listed_once_by_a_server_that_has_no_pages() -> None:
    asked: list[str] = []

    def send(_method: str, path: str, _body: object) -> tuple[int, Any]:
        asked.append(path)
        return 200, {"sandboxes": [{"id": "default"}]}

    assert AdminClient("http://127.0.0.1:9", send).sandboxes() == [{"id": "default"}]
    assert len(asked) == 2


def test_the_journal_is_read_to_its_end(served: str) -> None:
    sandbox = connect(served).create_sandbox("empty")
    session = requests.Session()
    for _ in range(120):
        session.get(f"{sandbox.url}/hosts", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10)

    entries = sandbox.journal()

    assert [entry["id"] for entry in entries] == list(range(1, 121))
    assert [entry["id"] for entry in sandbox.journal(after=118)] == [119, 120]


def test_it_goes_back_to_a_snapshot_and_to_the_start(sandbox: SandboxClient) -> None:
    sandbox.write(11, "May we bring our dog?")
    sandbox.snapshot("with-a-question")
    sandbox.write(11, "And our cat?")

    sandbox.restore("with-a-question")
    assert [message["content"] for message in sandbox.thread(11)] == ["May we bring our dog?"]
    sandbox.reset()
    assert sandbox.thread(11) == []


def test_a_fork_goes_its_own_way(sandbox: SandboxClient) -> None:
    sandbox.write(11, "May we bring our dog?")
    fork = sandbox.fork()
    fork.write(11, "And our cat?")

    assert (len(fork.thread(11)), len(sandbox.thread(11))) == (2, 1)
    assert fork.token != sandbox.token


def test_one_that_is_deleted_is_gone(client: AdminClient, sandbox: SandboxClient) -> None:
    sandbox.delete()

    with pytest.raises(SandboxGoneError, match="has no sandbox"):
        _ = client.sandbox(sandbox.id).made


def test_a_no_says_why_and_names_the_field(sandbox: SandboxClient) -> None:
    with pytest.raises(AdminError) as refused:
        sandbox.book("airbnb", rental_id=999)

    assert refused.value.fields == (("rental_id", "the id of a rental of this sandbox"),)
    assert refused.value.found == {"rental_id": "999"}
    assert str(refused.value) == "rental_id: found 999; expected the id of a rental of this sandbox"


def test_an_application_that_is_installed_nowhere_has_no_token(client: AdminClient) -> None:
    sandbox = client.create_sandbox({"applications": [{"id": 17, "name": "Ours", "client": True, "accounts": []}]})

    with pytest.raises(AdminError, match="installed on no account"):
        _ = sandbox.token


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    root = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(ServerUnreachableError, match=f"nothing listens at {root}"):
        connect(root).create_sandbox()


@pytest.mark.parametrize("root", ["127.0.0.1:8089", "http://127.0.0.1:8089/?inbox", "ftp://127.0.0.1"])
def test_what_is_no_servers_root_is_said_in_one_line(root: str) -> None:
    with pytest.raises(AdminError, match=r"expected something like http://127\.0\.0\.1:8089"):
        connect(root).create_sandbox()


def test_another_program_at_the_address_is_said_in_one_line() -> None:
    with receiving() as receiver, pytest.raises(ServerUnreachableError, match="not as the Inbox Mock does"):
        connect(receiver.url.removesuffix("/hook")).create_sandbox()


def test_a_proxy_without_the_fake_behind_it_is_said_in_one_line() -> None:
    with receiving() as proxy:
        proxy.status = 502
        with pytest.raises(ServerUnreachableError, match="a proxy answers 502: the server behind it cannot be reached"):
            connect(proxy.url.removesuffix("/hook")).create_sandbox()


def test_the_base_url_of_the_api_names_the_server_too(served: str) -> None:
    assert connect(f"{served}/api/v3/").create_sandbox("empty").url == f"{served}/api/v3"


def test_an_admin_token_opens_a_guarded_server() -> None:
    with Server(
        Options(scenario=find("empty"), overrides=Overrides(mode="manual"), admin_tokens=(AdminToken("open sesame"),)), port=0
    ) as server:
        client = client_of(server.fake.app, server.url)
        with pytest.raises(AdminError, match="the admin API wants the token"):
            client.create_sandbox("empty")


def test_a_file_is_found_for_an_application_of_this_process(fake: Fake) -> None:
    with pytest.raises(AdminError, match=r"nowhere\.yaml: found a file that cannot be read"):
        create_sandbox(fake.factory, "nowhere.yaml", {})


def test_the_default_sandbox_gives_way_to_another_one() -> None:
    fake = create_app(Options(scenario=find("empty")))

    create_sandbox(fake.factory, "agency", {"seed": 3}, default=True)

    sandbox = client_of(fake.app).sandbox()
    assert (sandbox.token, sandbox.made["seed"], sandbox.made["scenario"]) == ("demo", 3, "agency")
