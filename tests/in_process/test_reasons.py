"""Reason phrases reach a client in process as over a socket."""

import requests

from inbox_mock.testing import inbox_mock


def test_requests_shows_the_reason_as_recorded() -> None:
    with inbox_mock("agency") as sandbox:
        answer = requests.get(f"{sandbox.url}/me", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10)

        assert (answer.status_code, answer.reason) == (200, "OK")
        assert requests.get(f"{sandbox.url}/nothing", timeout=10).reason == "Not Found"
