"""The address with which answers begin: that of the request, a public URL, or what trusted proxies tell."""

from collections.abc import Mapping
from functools import cache

import pytest

from api.oauth import Application
from builders import a_scenario
from fake import InProcess, Mock
from inbox_mock.api.addressing import OWN, public_root
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

URL = "https://mock.example/inbox"
TOLD = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "mock.example"}
NO_PORTS = ("0", "00000", "65536", "99999", "many", "-1", "")


@cache
def a_fake(public_url: str | None = None, proxies: int = 0) -> Fake:
    """A fake with these options, one for all tests."""
    options = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), public_url=public_url, trusted_proxies=proxies)
    return create_app(options)


def root_at(fake: Fake, headers: Mapping[str, str] | None = None, below: str = "") -> str:
    """The root with which the links of an answer begin, if the API is asked below a path with some headers."""
    answer = Mock(InProcess(fake.app)).caller("demo", base=f"{below}/api/v3").get("/accounts", headers=headers)
    assert answer.status == 200, answer.body
    first: str = answer.meta["Link"]["first"]
    return first.partition("/api/v3/accounts?")[0]


@pytest.mark.parametrize("headers", [{}, {"Host": "10.0.0.7:8089"}, TOLD, {"Forwarded": "host=other.example"}])
def test_every_address_begins_with_the_public_url_whoever_asks(headers: dict[str, str]) -> None:
    assert root_at(a_fake(URL), headers) == URL


@pytest.mark.parametrize("below", ["", "/inbox"])
def test_the_proxy_may_strip_the_prefix_or_not(below: str) -> None:
    assert root_at(a_fake(URL), below=below) == URL
    assert root_at(a_fake(proxies=1), {**TOLD, "X-Forwarded-Prefix": "/inbox"}, below) == URL


def test_a_path_that_only_begins_like_the_prefix_is_another_one() -> None:
    app = a_fake(URL).app.test_client()

    assert {app.get(path, headers={"Accept": "text/plain"}).status_code for path in ("/inbox", "/inbox/", "/inbox/readyz")} == {200}
    assert app.get("/inboxes/readyz").status_code == 404


def test_unless_it_is_told_so_it_believes_no_proxy() -> None:
    headers = {**TOLD, "X-Forwarded-Prefix": "/inbox", "X-Forwarded-Port": "81", "Forwarded": "proto=https;host=mock.example"}

    assert root_at(a_fake(), headers) == "http://localhost"


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({}, "http://localhost"),
        (TOLD, "https://mock.example"),
        ({"X-Forwarded-Proto": "https"}, "https://localhost"),
        ({"X-Forwarded-Host": "mock.example:8443"}, "http://mock.example:8443"),
        ({**TOLD, "X-Forwarded-Port": "8443"}, "https://mock.example:8443"),
        ({**TOLD, "X-Forwarded-Port": "443"}, "https://mock.example"),
        *(({**TOLD, "X-Forwarded-Port": port}, "https://mock.example") for port in NO_PORTS),
        ({**TOLD, "X-Forwarded-Port": "many, 8443"}, "https://mock.example:8443"),
        ({**TOLD, "X-Forwarded-Prefix": "/a/b/"}, "https://mock.example/a/b"),
        ({"X-Forwarded-Host": "forged.example, mock.example"}, "http://mock.example"),
        ({"Forwarded": 'for=192.0.2.7;proto=HTTPS;host="mock.example:8443"'}, "https://mock.example:8443"),
        ({"Forwarded": 'host="[2001:db8::1]";proto=https'}, "https://[2001:db8::1]"),
        ({"Forwarded": "host=forged.example, host=mock.example"}, "http://mock.example"),
        ({"Forwarded": "host=mock.example;proto=https", "X-Forwarded-Prefix": "/inbox"}, URL),
        ({"Forwarded": "host=forged.example;proto=http", **TOLD}, "https://mock.example"),
        ({"Forwarded": "host=mock.example;"}, "http://mock.example"),
    ],
)
def test_what_one_trusted_proxy_tells_counts(headers: dict[str, str], root: str) -> None:
    assert root_at(a_fake(proxies=1), headers) == root


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({"X-Forwarded-Host": "forged.example, mock.example, inner.example", "X-Forwarded-Proto": "https, http"}, "https://mock.example"),
        ({"X-Forwarded-Host": "inner.example"}, "http://localhost"),
        ({"Forwarded": "host=forged.example, host=mock.example;proto=https, host=inner.example"}, "https://mock.example"),
        ({"Forwarded": "host=inner.example"}, "http://localhost"),
    ],
)
def test_of_two_trusted_proxies_the_first_one_counts(headers: dict[str, str], root: str) -> None:
    assert root_at(a_fake(proxies=2), headers) == root


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Host": 'x"><script>'},
        {"X-Forwarded-Host": "mock.example/path"},
        *({"X-Forwarded-Port": port} for port in NO_PORTS),
        *({"X-Forwarded-Host": f"mock.example:{port}"} for port in NO_PORTS),
        *({"Forwarded": f'host="mock.example:{port}"'} for port in NO_PORTS),
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-Prefix": "inbox"},
        {"X-Forwarded-Prefix": "/../inbox"},
        {"X-Forwarded-Prefix": '/"onload='},
        {"X-Forwarded-Prefix": "/api"},
        {"Forwarded": "proto=ftp;host=a@b"},
        {"Forwarded": "proto=https;host=mock.example;proto=https"},
        {"Forwarded": "proto=https, host = mock.example"},
    ],
)
def test_what_a_trusted_proxy_cannot_mean_changes_nothing(headers: dict[str, str]) -> None:
    assert root_at(a_fake(proxies=1), headers) == "http://localhost"


def test_a_public_url_counts_for_more_than_what_proxies_tell() -> None:
    assert root_at(a_fake(URL, 1), {**TOLD, "X-Forwarded-Host": "other.example", "X-Forwarded-Prefix": "/other"}) == URL


@pytest.mark.parametrize(("origin", "status"), [("https://mock.example", 302), ("http://localhost", 302), ("https://evil.example", 403)])
def test_consent_is_given_on_the_page_at_either_address(origin: str, status: int) -> None:
    sandbox = Mock(InProcess(a_fake(URL, 1).app)).sandbox(a_scenario())

    answer = Application(sandbox).decide(headers={"Origin": origin})

    assert answer.status == status


@pytest.mark.parametrize(
    ("given", "root"),
    [
        (URL, URL),
        (f"{URL}/", URL),
        ("HTTPS://Mock.Example:443/Inbox", "https://mock.example/Inbox"),
        ("http://mock.example:80", "http://mock.example"),
        ("https://mock.example:8443/a/b-c", "https://mock.example:8443/a/b-c"),
        ("http://[2001:db8::1]:8089/", "http://[2001:db8::1]:8089"),
        ("http://inbox_mock:8089", "http://inbox_mock:8089"),
    ],
)
def test_a_public_url_is_an_origin_and_perhaps_a_path(given: str, root: str) -> None:
    assert public_root(given) == root


@pytest.mark.parametrize(
    "given",
    [
        "mock.example",
        "/inbox",
        "ftp://mock.example",
        "https://",
        "https:///inbox",
        "https://mock.example:0",
        "https://mock.example:65536",
        "https://mock.example:port",
        "https://[::1",
        "https://user:secret@mock.example",
        "https://mock.example/inbox?x=1",
        "https://mock.example/?",
        "https://mock.example/#x",
        "https://mock.example/a b",
        "https://mock.example/a%20b",
        "https://mock.example/a//b",
        "https://mock.example/a/../b",
        "https://mock.example/ä",
        "https://mock.example/\n",
        "https://mock.example/api/v3",
        "https://mock.example/inbox/api/v3",
        "https://mock.example/docs",
    ],
)
def test_what_is_no_public_url_is_refused_with_what_is_expected(given: str) -> None:
    with pytest.raises(ValueError, match=r"an http or https URL such as https://mock\.example\.com/inbox"):
        public_root(given)


def test_no_prefix_begins_like_a_path_of_its_own() -> None:
    rules = {rule.rule.split("/")[1] for rule in a_fake().app.url_map.iter_rules()}

    assert rules - {""} == OWN
