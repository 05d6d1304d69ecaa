"""Who may use the admin API."""

from functools import cache
from ipaddress import ip_network

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from fake import InProcess, Mock
from inbox_mock.api.addressing import OWN_ADDRESS
from inbox_mock.app import Options, create_app
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

pytestmark = pytest.mark.both_transports


@cache
def an_app(admin_token: str | None = None, allowed_hosts: frozenset[str] = frozenset(), *networks: str) -> Flask:
    """A fake with these options, one for all tests: it is asked alone."""
    options = Options(
        scenario=find("empty"),
        overrides=Overrides(mode="manual"),
        admin_tokens=() if admin_token is None else (AdminToken(admin_token),),
        allowed_hosts=allowed_hosts,
        admin_networks=frozenset(map(ip_network, networks)),
    )
    return create_app(options).app


def a_fake(admin_token: str | None = None, allowed_hosts: frozenset[str] = frozenset()) -> Mock:
    return Mock(InProcess(an_app(admin_token, allowed_hosts)))


@pytest.mark.parametrize("host", ["localhost", "localhost:8089", "127.0.0.1:8089", "[::1]:8089", "[::1]", "[::ffff:127.0.0.1]:8089"])
def test_it_answers_under_the_names_of_this_machine(host: str) -> None:
    assert a_fake().admin.get("/sandboxes", headers={"Host": host}).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8089", "localhost.evil.example"])
def test_it_refuses_another_name_that_leads_here(host: str) -> None:
    answer = a_fake().admin.get("/sandboxes", headers={"Host": host})

    assert answer.status == 403
    assert "--allow-host" in answer.json["detail"]


def test_a_further_name_can_be_allowed() -> None:
    fake = a_fake(allowed_hosts=frozenset({"inbox-mock"}))

    assert fake.admin.get("/sandboxes", headers={"Host": "inbox-mock:8089"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:9999"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_it_refuses_pages_of_other_sites(headers: dict[str, str]) -> None:
    assert a_fake().admin.get("/sandboxes", headers=headers).status == 403


def answer_to(app: Flask, address: str, path: str, own: str = "", **headers: str) -> TestResponse:
    """What a client from this address is answered that claims to address this machine; ``own`` is where its request came in."""
    told = {"Host": "localhost", "Accept": "text/html"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return app.test_client().get(path, headers=told, environ_overrides={"REMOTE_ADDR": address, OWN_ADDRESS: own}, buffered=True)


def status_for(app: Flask, address: str, path: str, own: str = "", **headers: str) -> int:
    return answer_to(app, address, path, own, **headers).status_code


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "fe80::1%eth0", ""])
def test_it_refuses_another_machine_that_claims_to_address_this_one(app: Flask, address: str) -> None:
    assert status_for(app, address, "/__admin/sandboxes") == 403
    assert status_for(app, address, "/") == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_this_machine_is_known_by_every_address_that_a_listener_may_see(app: Flask, address: str) -> None:
    assert status_for(app, address, "/__admin/sandboxes") == 200
    assert status_for(app, address, "/") == 200


def test_it_answers_its_own_pages() -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

    assert a_fake().admin.get("/sandboxes", headers=headers).status == 200


def test_with_an_admin_token_it_answers_whoever_presents_it() -> None:
    fake = a_fake(admin_token="open sesame")

    answer = fake.admin.get("/sandboxes", headers={"Host": "inbox.example", "Authorization": "Bearer open sesame"})

    assert answer.status == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer open barley"}, {"Authorization": "Bearer öpen"}])
def test_with_an_admin_token_it_refuses_everybody_else(headers: dict[str, str]) -> None:
    answer = a_fake(admin_token="open sesame").admin.get("/sandboxes", headers=headers)

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_api_itself_is_not_guarded() -> None:
    answer = a_fake(admin_token="open sesame").caller("demo").get("/accounts", headers={"Host": "inbox.example"})

    assert answer.status == 200


def test_a_name_with_an_underscore_can_be_allowed() -> None:
    fake = a_fake(allowed_hosts=frozenset({"inbox_mock"}))

    assert fake.admin.get("/sandboxes", headers={"Host": "inbox_mock:8089"}).status == 200
    assert a_fake().admin.get("/sandboxes", headers={"Host": "inbox_mock:8089"}).status == 403


@pytest.mark.parametrize("host", ["a*b.evil.example", "127.0.0.1:evil", "localhost/x"])
def test_a_name_that_is_none_is_refused(host: str) -> None:
    assert a_fake().admin.get("/sandboxes", headers={"Host": host}).status == 403


GUARDED = ["/__admin/sandboxes", "/__admin/openapi.json", "/", "/dashboard/app.js"]


@pytest.mark.parametrize("path", GUARDED)
def test_an_allowed_name_lets_no_other_machine_in(path: str) -> None:
    app = an_app(None, frozenset({"inbox-mock", "localhost"}))

    answer = answer_to(app, "192.0.2.7", path, "192.0.2.1", Host="inbox-mock")

    assert answer.status_code == 403
    assert "found '192.0.2.7'; start with --admin-token-file, or with --allow-admin-from 192.0.2.7" in answer.text


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize(
    "header", ["X_Forwarded_For", "X_Forwarded_Proto", "X_Forwarded_Anything", "X_Forwarded", "Forwarded", "X_Real_IP", "Via"]
)
def test_without_a_token_nobody_comes_through_a_proxy(path: str, header: str) -> None:
    answer = answer_to(an_app(), "127.0.0.1", path, **{header: "1"})

    assert answer.status_code == 403
    assert f"found the header {header.replace('_', '-').title()}" in answer.text
    assert "--admin-token-file" in answer.text


@pytest.mark.parametrize("path", GUARDED)
def test_without_a_token_nobody_comes_by_the_protocol_of_proxies(path: str) -> None:
    asked = {"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"}

    answer = an_app().test_client().get(path, headers={"Accept": "text/html"}, environ_overrides=asked, buffered=True)

    assert answer.status_code == 403


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded"])
def test_with_a_token_it_answers_through_a_proxy(header: str) -> None:
    told = {header: "for=192.0.2.7", "Authorization": "Bearer open sesame"}

    assert status_for(an_app("open sesame"), "127.0.0.1", "/__admin/sandboxes", **told) == 200
    assert status_for(an_app("open sesame"), "127.0.0.1", "/") == 200


def published(url: str, proxies: int = 0) -> Flask:
    return create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"), public_url=url, trusted_proxies=proxies)).app


@pytest.mark.parametrize("path", GUARDED)
def test_behind_a_proxy_that_may_say_nothing_it_wants_a_token_of_everybody(path: str) -> None:
    answer = answer_to(published("https://mock.example/inbox"), "127.0.0.1", path)

    assert answer.status_code == 403
    assert "--public-url without --trust-proxy" in answer.text


@pytest.mark.parametrize("path", GUARDED)
def test_behind_a_proxy_that_says_so_this_machine_needs_none(path: str) -> None:
    app = published("https://mock.example/inbox", 1)

    assert status_for(app, "127.0.0.1", path) == 200
    assert status_for(app, "127.0.0.1", path, X_Forwarded_For="127.0.0.1", X_Forwarded_Host="localhost") == 403


def test_a_public_url_of_this_machine_is_no_proxy_for_others() -> None:
    assert status_for(published("http://localhost:9000"), "127.0.0.1", "/__admin/sandboxes") == 200


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "X_Client_IP", "True_Client_IP", "Via"])
def test_what_a_header_says_of_the_sender_does_not_count(header: str) -> None:
    value = "for=127.0.0.1" if header == "Forwarded" else "127.0.0.1"

    assert status_for(an_app(), "192.0.2.7", "/__admin/sandboxes", **{header: value}) == 403


@pytest.mark.parametrize(
    ("address", "own"), [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("2001:DB8::1", "2001:db8::1")]
)
def test_this_machine_may_use_any_address_of_its_own(address: str, own: str) -> None:
    host = f"[{own}]:8089" if ":" in own else f"{own}:8089"

    assert status_for(an_app(), address, "/__admin/sandboxes", own, Host=host) == 200
    assert status_for(an_app(), address, "/__admin/sandboxes", own, Host="evil.example") == 403


@pytest.mark.parametrize("address", ["172.17.0.1", "::ffff:172.31.255.255", "fd00::7"])
def test_a_network_can_be_let_in_and_still_addresses_an_allowed_name(address: str) -> None:
    app = an_app(None, frozenset({"inbox-mock"}), "172.16.0.0/12", "fd00::/8")

    assert status_for(app, address, "/__admin/sandboxes", Host="inbox-mock:8089") == 200
    assert status_for(app, address, "/__admin/sandboxes", Host="evil.example") == 403
    assert status_for(app, "192.0.2.7", "/__admin/sandboxes", Host="inbox-mock:8089") == 403


@pytest.mark.parametrize("hosts", [frozenset(), frozenset({"inbox-mock"})])
def test_a_request_that_names_no_host_is_refused(hosts: frozenset[str]) -> None:
    asked = {"PATH_INFO": "/__admin/sandboxes", "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.0"}
    environ = {key: value for key, value in EnvironBuilder(environ_overrides=asked).get_environ().items() if key != "HTTP_HOST"}

    body, status, _headers = run_wsgi_app(an_app(None, hosts), environ)

    assert status.startswith("403")
    assert b"the request names no host" in b"".join(body)


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_token_opens_nothing(blank: str) -> None:
    with pytest.raises(ValueError, match="blank admin token"):
        an_app(blank)
    with pytest.raises(ValueError, match="blank host"):
        an_app(None, frozenset({blank}))


@pytest.mark.parametrize("token", ["clé", "€", " open", "open ", "a\nb", "\x7f"])
def test_a_token_that_no_request_can_present_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="no header can hold"):
        an_app(token)
