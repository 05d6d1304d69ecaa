"""Pages of other sites call the API only where their origin is allowed, and the admin API never."""

from functools import cache

import pytest

from fake import Answer, InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from processes import run

PAGE = "http://localhost:3000"
ASKED = {"Origin": PAGE, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type"}
OPEN = ["/api/v3/inbox/messages", "/api/v3/nothing", "/oauth/token", "/uploads/000000000000/1/a.png"]


@cache
def a_fake(*origins: str) -> Mock:
    """A fake that pages of these origins may call, one for all tests."""
    options = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), allowed_origins=frozenset(origins))
    return Mock(InProcess(create_app(options).app))


def cors(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


@pytest.mark.parametrize("path", OPEN)
def test_a_preflight_is_answered_and_allows_nothing_by_default(path: str) -> None:
    answer = a_fake().transport.send("OPTIONS", path, ASKED, None)

    assert (answer.status, answer.body) == (200, b"")
    assert not cors(answer)
    assert f"--allow-origin {PAGE}" in answer.headers["X-Mock-Why"]


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("allowed", [PAGE, "*"])
def test_a_preflight_of_an_allowed_origin_allows_what_it_asks_for(path: str, allowed: str) -> None:
    answer = a_fake(allowed).transport.send("OPTIONS", path, ASKED, None)

    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == allowed
    assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/api/v3/inbox/messages", 401), ("/api/v3/nothing", 404), ("/uploads/x/1/a.png", 404)])
def test_every_answer_can_be_read_by_an_allowed_page_with_all_its_headers(path: str, status: int) -> None:
    answer = a_fake(PAGE).transport.send("GET", path, {"Origin": PAGE}, None)

    assert answer.status == status
    assert cors(answer) == {"Access-Control-Allow-Origin": PAGE, "Access-Control-Expose-Headers": "*"}
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", ["http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil.example", "null"])
def test_another_origin_is_not_let_in(origin: str) -> None:
    assert not cors(a_fake(PAGE).transport.send("GET", "/api/v3/me", {"Origin": origin}, None))
    assert not cors(a_fake(PAGE).transport.send("OPTIONS", "/api/v3/me", ASKED | {"Origin": origin}, None))


@pytest.mark.parametrize(
    "path",
    ["/__admin/sandboxes", "//__admin/sandboxes", "/", "/oauth/authorize", "/dashboard/index.html", "/api/v3/../../__admin/sandboxes"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_page_of_another_site_reads_the_admin_api(path: str, method: str) -> None:
    answer = a_fake("*").transport.send(method, f"http://localhost{path}", ASKED, None)

    assert not cors(answer) or "/api/v3/" in path
    assert answer.status != 200 or "sandboxes" not in answer.body.decode()


def test_without_an_origin_options_is_refused_as_before() -> None:
    answer = a_fake("*").transport.send("OPTIONS", "/api/v3/me", {}, None)

    assert answer.status == 405
    assert not cors(answer)


@pytest.mark.parametrize("origin", ["null", "capacitor://localhost", "chrome-extension://abcdef"])
def test_an_origin_that_cannot_be_allowed_by_itself_is_told_what_lets_it_in(origin: str) -> None:
    answer = a_fake(PAGE).transport.send("OPTIONS", "/api/v3/me", ASKED | {"Origin": origin}, None)

    assert answer.headers["X-Mock-Why"] == f"the origin {origin} is not allowed: start with --allow-origin *"
    assert cors(a_fake("*").transport.send("OPTIONS", "/api/v3/me", ASKED | {"Origin": origin}, None))


@pytest.mark.parametrize("origin", ["localhost:3000", "http://localhost:3000/path", "http://", "ftp://localhost", "null"])
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    result = run("serve", "--allow-origin", origin)

    assert result.returncode == 2
    assert "such as http://localhost:3000" in result.stderr
