"""Bytes that are no UTF-8, where a text is expected: they are a wrong value, and no bug."""

import pytest
from flask import Flask

FORM = "application/x-www-form-urlencoded"
PLACES = {
    "/api/v3/rentals": "GET",
    "/oauth/authorize": "GET",
    "/oauth/token": "POST",
    "/__admin/sandboxes/default/inbox": "GET",
    "/openapi.json": "GET",
    "/docs": "GET",
    "/": "GET",
}
ANYWHERE = pytest.mark.parametrize(("path", "method"), PLACES.items())


@ANYWHERE
@pytest.mark.parametrize("query", ["client_id=\xed&search=\xed", "\xff", "search=a\x80", "search=\u00d0\u00b6"])
def test_in_a_query(app: Flask, path: str, method: str, query: str) -> None:
    answer = app.test_client().open("/", method=method, environ_overrides={"PATH_INFO": path, "QUERY_STRING": query}, buffered=True)

    assert answer.status_code < 500


@ANYWHERE
@pytest.mark.parametrize("name", ["AUTHORIZATION", "IF_NONE_MATCH", "COOKIE"])
@pytest.mark.parametrize("value", ["\xed", "Basic \xed", "Basic !", "Bearer \xff", "Basic 7Q=="])
def test_in_a_header(app: Flask, path: str, method: str, name: str, value: str) -> None:
    answer = app.test_client().open("/", method=method, environ_overrides={"PATH_INFO": path, f"HTTP_{name}": value}, buffered=True)

    assert answer.status_code < 500


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/authorize"])
@pytest.mark.parametrize("body", [b"grant_type=\xed", b"\xff", b"client_id=%ed&decision=\x80"])
def test_in_a_form(app: Flask, path: str, body: bytes) -> None:
    answer = app.test_client().post(path, data=body, content_type=FORM)

    assert 400 <= answer.status_code < 500


def test_credentials_that_cannot_be_read_are_none(app: Flask) -> None:
    refused = [
        app.test_client().post("/oauth/token", data={"grant_type": "client_credentials"}, environ_overrides={"HTTP_AUTHORIZATION": value})
        for value in ("Basic \xed", "Basic !")
    ]

    assert [answer.status_code for answer in refused] == [401, 401]
    assert refused[0].data == refused[1].data
