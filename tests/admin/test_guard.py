"""Who may use the admin API."""

import pytest
from flask import Flask

from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

pytestmark = pytest.mark.both_transports


def a_fake(admin_token: str | None = None, allowed_hosts: frozenset[str] = frozenset()) -> Mock:
    options = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), admin_token=admin_token, allowed_hosts=allowed_hosts)
    return Mock(InProcess(create_app(options).app))


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


def status_for(app: Flask, address: str, path: str) -> int:
    """What a client from this address is answered that claims to address this machine."""
    headers = {"Host": "localhost", "Accept": "text/html"}
    return app.test_client().get(path, headers=headers, environ_overrides={"REMOTE_ADDR": address}, buffered=True).status_code


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
