"""What is written in a format is read back as it was, and is valid by the format's own specification."""

from datetime import UTC, datetime
from pathlib import Path
from string import ascii_letters

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from inbox_mock.recordings import Exchange, Lost, Place, RecordedRequest, RecordedResponse
from inbox_mock.recordings.formats import formats
from inbox_mock.recordings.reading import read_held
from inbox_mock.recordings.writing import Traffic, writers

ORIGIN = "https://www.bookingsync.com"
READ = [name for name in ("har", "vcr", "vcrpy") if name in formats()]
SCHEMA = validator_for(orjson.loads(Path(__file__).with_name("har.schema.json").read_bytes()))
NAMES = st.sampled_from(["Accept", "ETag", "Link", "Vary", "X-RateLimit-Limit", "x-updated-since-request-synced-at"])
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)
HEADERS = st.dictionaries(NAMES, VALUES, max_size=4).map(lambda found: tuple(found.items()))
PAIRS = st.dictionaries(st.text(ascii_letters, min_size=1, max_size=3), st.text(ascii_letters + ":,-", min_size=1, max_size=5), max_size=3)
URLS = PAIRS.map(
    lambda query: f"{ORIGIN}/api/v3/bookings" + "?" * bool(query) + "&".join(f"{one}={two}" for one, two in sorted(query.items()))
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\N{REPLACEMENT CHARACTER}"), max_size=20)
JSONS = st.dictionaries(TEXTS, TEXTS | st.integers(-(2**53), 2**53), min_size=1, max_size=3).map(orjson.dumps)
PICTURES = st.binary(max_size=20).map(lambda found: b"\x89PNG\r\n\x1a\n" + found)
REQUESTS = st.builds(RecordedRequest, st.sampled_from(["GET", "POST", "PUT", "DELETE"]), URLS, HEADERS, st.none() | JSONS)
RESPONSES = st.builds(RecordedResponse, st.sampled_from([200, 201, 204, 304, 401, 422, 503]), HEADERS, st.just(b"") | JSONS | PICTURES)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001


def exchanges(responses: st.SearchStrategy[RecordedResponse | None] = RESPONSES) -> st.SearchStrategy[list[Exchange]]:
    return st.lists(st.builds(Exchange, st.just(Place("journal", 1)), REQUESTS, responses, TIMES), min_size=1, max_size=4)


def written(name: str, recorded: list[Exchange]) -> bytes:
    return b"".join(writers()[name].write(Traffic(title="The journal of a sandbox.", origin=ORIGIN, exchanges=recorded)))


def essence(exchange: Exchange, name: str) -> object:
    """What a format must keep of an exchange: vcrpy keeps no time."""
    return exchange.request, exchange.response, None if name == "vcrpy" else exchange.at


@pytest.mark.parametrize("name", READ)
@given(recorded=exchanges())
def test_what_is_written_is_read_back_as_it_was(name: str, recorded: list[Exchange]) -> None:
    found = list(read_held(f"run.{name}", written(name, recorded)))

    assert [essence(one, name) for one in found] == [essence(one, name) for one in recorded]


@given(recorded=exchanges(RESPONSES | st.none() | st.just(RecordedResponse(200, (), None))))
def test_a_har_without_an_answer_or_a_body_is_read_back_as_it_was(recorded: list[Exchange]) -> None:
    found = list(read_held("run.har", written("har", recorded)))

    assert [essence(one, "har") for one in found] == [essence(one, "har") for one in recorded]


@given(recorded=exchanges(RESPONSES | st.none()))
def test_a_har_is_valid(recorded: list[Exchange]) -> None:
    assert [str(error) for error in SCHEMA.iter_errors(orjson.loads(written("har", recorded)))] == []


@pytest.mark.parametrize("name", writers())
def test_a_format_without_exchanges_is_written_too(name: str) -> None:
    assert written(name, [])


def test_a_format_takes_no_exchange_that_it_cannot_hold() -> None:
    request, response = RecordedRequest("GET", f"{ORIGIN}/api/v3/bookings"), RecordedResponse(200, (), b"{}")
    place = Place("journal", 1)
    whole = Exchange(place, request, response)
    unanswered, unknown = Exchange(place, request, None), Exchange(place, request, RecordedResponse(200, (), None))
    unsaid = Exchange(place, request, response, lost=frozenset({Lost.REQUEST_BODY}))
    elsewhere = Exchange(place, RecordedRequest("GET", f"{ORIGIN}/uploads/0/1/a.png"), response)

    taken = {name: [writer.takes(one) for one in (whole, unanswered, unknown, unsaid, elsewhere)] for name, writer in writers().items()}

    replayed, sent = [True, False, False, True, True], [True, True, True, False, False]
    assert taken == dict.fromkeys(taken, sent) | {"har": [True] * 5, "vcr": replayed, "vcrpy": replayed}
