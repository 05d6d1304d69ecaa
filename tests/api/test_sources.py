"""/sources."""

import pytest

from builders import START, a_body, a_booking, a_scenario
from fake import Mock, Sandbox

URL = "/sources"
STAY = {"booked": True, "start_at": "2030-09-01", "end_at": "2030-09-08"}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """A source (5) for the account's own use, and an Airbnb booking (80) of the source Airbnb."""
    return mock.sandbox(a_scenario(sources=[{"id": 5, "name": "Owner", "internal": True}], bookings=[a_booking()]))


def source_named(sandbox: Sandbox, name: str) -> dict[str, object]:
    return next(source for source in sandbox.api.get(URL).records if source["name"] == name)


def test_a_source_and_its_bookings(sandbox: Sandbox) -> None:
    base = f"{sandbox.transport.root}/api/v3"
    airbnb = source_named(sandbox, "Airbnb")

    assert airbnb["links"] == {"account": 1, "bookings": [80]}
    assert airbnb["internal"] is False
    assert airbnb.keys() == {"links", "id", "name", "position", "internal", "created_at", "updated_at"}
    assert sandbox.api.get(URL).json["links"] == {
        "sources.account": f"{base}/accounts/{{sources.account}}",
        "sources.bookings": f"{base}/bookings/{{sources.bookings}}",
    }


def test_a_new_source_comes_last(sandbox: Sandbox) -> None:
    positions = [source["position"] for source in sandbox.api.get(URL).records]

    made = sandbox.api.post(URL, a_body("sources", name="Leaflet", internal=True))

    assert made.status == 201
    assert made.headers["Location"] == f"{sandbox.transport.root}/api/v3{URL}/{made.record['id']}"
    assert (made.record["internal"], made.record["position"]) == (False, max(positions) + 1)
    assert made.record["created_at"] == START


def test_a_source_is_renamed_and_moved(sandbox: Sandbox) -> None:
    changed = sandbox.api.put(f"{URL}/5", a_body("sources", name="Family", position=1, internal=False)).record

    assert (changed["name"], changed["position"], changed["internal"], changed["updated_at"]) == ("Family", 1, True, START)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("", "can't be blank"),
        (None, "can't be blank"),
        ("x" * 51, "is too long (maximum is 50 characters)"),
        ("a\x00b", "is invalid"),
        ("a\nb", "is invalid"),
    ],
)
def test_a_name_is_short_and_printable(sandbox: Sandbox, name: object, title: str) -> None:
    answer = sandbox.api.post(URL, a_body("sources", name=name))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "name", "title": title}]


def test_a_name_in_any_script_is_printable(sandbox: Sandbox) -> None:
    assert sandbox.api.post(URL, a_body("sources", name="Café Zürich 東京")).status == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rentals/16/bookings", a_body("bookings", source_id=5, **STAY)),
        ("/inbox/conversations", a_body("conversations", source_id=5)),
        ("/hosts", a_body("hosts", firstname="Ada", lastname="Bauer", source_id=5)),
        (
            "/rentals/16/inquiries",
            a_body(
                "inquiries", firstname="A", lastname="B", email="a@example.com", start_at="2030-09-01", end_at="2030-09-08", source_id=5
            ),
        ),
    ],
    ids=["booking", "conversation", "host", "inquiry"],
)
def test_nothing_is_associated_with_an_internal_source(sandbox: Sandbox, path: str, body: dict[str, object]) -> None:
    answer = sandbox.api.post(path, body)

    assert answer.status == 422
    assert answer.errors[0]["field"] == "source"


@pytest.mark.parametrize("scope", ["bookings_read", "bookings_write", "bookings_write_owned"])
def test_scopes_of_bookings_read_sources(sandbox: Sandbox, scope: str) -> None:
    assert sandbox.api_with(scope).get(f"{URL}/5").status == 200


def test_other_scopes_do_not(sandbox: Sandbox) -> None:
    assert sandbox.api_with("inbox_write", "clients_write").get(URL).status == 403
    assert sandbox.api_with("bookings_read").post(URL, a_body("sources", name="x")).status == 403
    assert sandbox.api_with("bookings_write_owned").post(URL, a_body("sources", name="x")).status == 201


def test_sources_belong_to_an_account(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], sources=[{"id": 5, "name": "Mine"}]))
    stranger = sandbox.api_with("bookings_write", account_id=2)

    assert "Mine" not in [source["name"] for source in stranger.get(URL).records]
    assert stranger.get(f"{URL}/5").status == 404
    assert stranger.put(f"{URL}/5", a_body("sources", name="x")).status == 404
    assert sandbox.api.delete(f"{URL}/5").status == 405
