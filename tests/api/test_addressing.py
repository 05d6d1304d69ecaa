"""Under which host the API says that it is."""

import pytest

from fake import Sandbox

pytestmark = pytest.mark.both_transports


@pytest.mark.parametrize("host", ["inbox_mock", "inbox_mock:8089", "inbox-mock.example", "[::1]:8089", "127.0.0.1:8089"])
def test_it_is_the_one_that_the_client_addressed(waiting: Sandbox, host: str) -> None:
    answer = waiting.api.get("/bookings/80", headers={"Host": host})

    assert answer.json["links"]["bookings.rental"].startswith(f"http://{host}/api/v3/")
    assert waiting.admin.get("", headers={"Host": "localhost"}).status == 200


def test_it_is_the_servers_own_where_the_client_addressed_none(waiting: Sandbox) -> None:
    links = waiting.api.get("/bookings/80", headers={"Host": ""}).json["links"]

    assert links["bookings.rental"].startswith(("http://localhost/api/v3/", "http://localhost:"))
