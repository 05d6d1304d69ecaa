"""Code that calls the real service with ``requests`` is answered in this process."""

import socket
from collections.abc import Callable, Iterable, Iterator

import pytest
import requests
from requests.adapters import HTTPAdapter

from builders import a_booking, a_message, a_scenario
from inbox_mock.testing import SandboxInProcess, inbox_mock
from inbox_mock.testing.application import Application
from inbox_mock.testing.transport import Adapter, Pool
from whole import PICTURE

REAL = "https://www.bookingsync.com"
API = f"{REAL}/api/v3"


@pytest.fixture
def sandbox() -> Iterator[SandboxInProcess]:
    """Airbnb booking 80 with conversation 11, in which jan is participant 2."""
    with inbox_mock(a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])) as found:
        yield found


@pytest.fixture
def client(sandbox: SandboxInProcess) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {sandbox.token}"
    return session


def test_the_real_base_url_answers(sandbox: SandboxInProcess, client: requests.Session) -> None:
    answer = client.get("https://www.bookingsync.com/api/v3/bookings/80")

    assert (answer.status_code, answer.reason) == (200, "OK")
    assert answer.json()["bookings"][0]["id"] == 80
    assert sandbox.url == API


def test_without_arguments_it_is_the_agency_and_knows_demo() -> None:
    with inbox_mock() as sandbox:
        answer = requests.get(f"{API}/me", headers={"Authorization": "Bearer demo"}, timeout=5)

        assert answer.status_code == 200
        assert sandbox.token == "demo"
        assert sandbox.application["client_id"] == "democlientid"


def test_tokens_are_issued_at_the_real_address(sandbox: SandboxInProcess) -> None:
    asked = {name: sandbox.application[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}

    answer = requests.post(f"{REAL}/oauth/token", data=asked, timeout=5)

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 7200


def test_every_address_in_an_answer_is_the_real_one(client: requests.Session) -> None:
    picture = {"attachments": [{"name": "map.png", "file": PICTURE}]}
    made = client.post(f"{API}/inbox/attachments", json=picture)
    listed = client.get(f"{API}/inbox/conversations")

    attachment = made.json()["attachments"][0]
    assert made.headers["Location"] == f"{API}/inbox/attachments/{attachment['id']}"
    assert listed.links["first"]["url"] == f"{API}/inbox/conversations?page=1"
    assert listed.json()["links"]["conversations.account"].startswith(f"{API}/accounts/")
    assert attachment["url"].startswith(f"{REAL}/uploads/")
    assert requests.get(attachment["url"], timeout=5).headers["Content-Type"] == "image/png"


def test_no_socket_is_opened(sandbox: SandboxInProcess, client: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_more: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)

    assert client.post(f"{API}/inbox/messages", json=a_message()).status_code == 201
    assert sandbox.clock.advance("1m")[0]["kind"] == "message_relayed"
    assert [message["from"] for message in sandbox.thread(11)] == ["host"]


def test_names_of_headers_keep_their_case(client: requests.Session) -> None:
    headers = list(client.get(f"{API}/hosts").headers)

    assert {"ETag", "X-RateLimit-Limit", "x-updated-since-request-synced-at", "X-XSS-Protection"} <= set(headers)


def test_a_query_arrives_as_it_was_written(sandbox: SandboxInProcess, client: requests.Session) -> None:
    client.get(f"{API}/bookings?status[]=booked&status[]=unavailable&fields=id%2Cstatus", params={"page": 1})

    assert sandbox.journal()[-1]["query"] == "status%5B%5D=booked&status%5B%5D=unavailable&fields=id%2Cstatus&page=1"


def test_a_body_may_be_sent_in_pieces(client: requests.Session) -> None:
    whole = requests.Request("POST", API, json=a_message()).prepare().body
    assert isinstance(whole, bytes)

    answer = client.post(f"{API}/inbox/messages", data=iter([whole[:20], whole[20:]]))

    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert answer.status_code == 201


def test_an_answer_may_be_read_in_pieces(client: requests.Session) -> None:
    whole = client.get(f"{API}/bookings/80").content

    with client.get(f"{API}/bookings/80", stream=True) as answer:
        pieces = list(answer.iter_content(100))

    assert len(pieces) > 1
    assert b"".join(pieces) == whole


def test_an_answer_without_a_body_has_none(client: requests.Session) -> None:
    tag = client.get(f"{API}/hosts").headers["ETag"]

    answer = client.get(f"{API}/hosts", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.reason, answer.content) == (304, "Not Modified", b"")


def test_a_redirect_is_left_to_the_caller(sandbox: SandboxInProcess) -> None:
    client_id = str(sandbox.application["client_id"])
    asked = {"client_id": client_id, "redirect_uri": "http://localhost/", "response_type": "code", "scope": "nonsense"}

    answer = requests.get(f"{REAL}/oauth/authorize", params=asked, allow_redirects=False, timeout=5)

    assert answer.is_redirect
    assert answer.headers["Location"].startswith("http://localhost/?error=invalid_scope")
    with pytest.raises(requests.ConnectionError, match="localhost"):
        requests.get(f"{REAL}/oauth/authorize", params=asked, timeout=5)


def test_the_clients_own_retries_are_made(sandbox: SandboxInProcess, client: requests.Session) -> None:
    patient = requests.adapters.Retry(total=3, backoff_factor=0, status_forcelist=[503], allowed_methods=None)
    client.mount("https://", requests.adapters.HTTPAdapter(max_retries=patient))
    sandbox.fault("status", status=503, times=1)
    sandbox.fault("timeout_before", times=1)

    assert client.get(f"{API}/hosts").status_code == 200
    assert [entry["status"] for entry in sandbox.journal()] == [503, None, 200]


def test_retries_that_do_not_help_end_as_over_a_socket(sandbox: SandboxInProcess, client: requests.Session) -> None:
    patient = requests.adapters.Retry(total=2, backoff_factor=0, status_forcelist=[503], raise_on_status=False)
    client.mount("https://", requests.adapters.HTTPAdapter(max_retries=patient))
    sandbox.fault("status", status=503)

    assert client.get(f"{API}/hosts").status_code == 503
    assert len(sandbox.journal()) == 3


@pytest.mark.parametrize(
    ("origin", "host"), [("https://www.bookingsync.com", "www.bookingsync.com"), ("http://inbox.example:8080", "inbox.example:8080")]
)
def test_the_application_is_addressed_as_it_would_be_over_a_socket(origin: str, host: str) -> None:
    seen: list[tuple[str, str]] = []

    def app(environ: dict[str, str], start_response: Callable[..., object]) -> Iterable[bytes]:
        seen.append((environ["wsgi.url_scheme"], environ["HTTP_HOST"]))
        start_response("204 No Content", [])
        return []

    asked = requests.Request("GET", f"{origin}/api/v3/me").prepare()
    HTTPAdapter.send(Adapter(Pool(Application(app, origin)), HTTPAdapter()), asked)

    assert seen == [(origin.partition(":")[0], host)]


def test_an_answer_of_unknown_length_comes_in_chunks() -> None:
    def app(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"one, ", b"two"]

    asked = requests.Request("GET", API).prepare()
    answer = HTTPAdapter.send(Adapter(Pool(Application(app, REAL)), HTTPAdapter()), asked)

    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.content == b"one, two"


@pytest.mark.parametrize("base_url", ["http://inbox.example:8080", "http://inbox.example:8080/api/v3/"])
def test_another_address_may_be_answered_instead(base_url: str) -> None:
    with inbox_mock("empty", base_url=base_url) as sandbox:
        answer = requests.get(f"{sandbox.url}/hosts", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=5)

    assert sandbox.url == "http://inbox.example:8080/api/v3"
    assert answer.links["first"]["url"] == "http://inbox.example:8080/api/v3/hosts?page=1"


@pytest.mark.parametrize("base_url", ["www.bookingsync.com", "ftp://www.bookingsync.com", "https://www.bookingsync.com/proxy", "https://"])
def test_a_base_url_that_is_no_servers_root_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="expected something like https://www"):
        inbox_mock(base_url=base_url)
