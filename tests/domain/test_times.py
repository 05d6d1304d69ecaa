"""Times as clients write them and as the wire shows them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain import times, zones

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds come without a zone
RECENT = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - a wall clock has no zone
ZONES = st.sampled_from(sorted(zones.names()))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2030-06-01T12:00:00Z", "2030-06-01T12:00:00Z"),
        ("2030-06-01T12:00:00.999Z", "2030-06-01T12:00:00Z"),
        ("2030-06-01T14:00:00+02:00", "2030-06-01T12:00:00Z"),
        ("2030-06-01T12:00:00", "2030-06-01T12:00:00Z"),
        ("2030-06-01 12:00:00 UTC", "2030-06-01T12:00:00Z"),
        ("2016-12-12 12:52:10 +0100", "2016-12-12T11:52:10Z"),
        ("2016-12-12 12:52:10 -02:30", "2016-12-12T15:22:10Z"),
        ("2017-01-03", "2017-01-03T00:00:00Z"),
        ("20140324", "2014-03-24T00:00:00Z"),
        (" 2030-06-01T12:00:00Z\n", "2030-06-01T12:00:00Z"),
    ],
)
def test_a_time_is_read_in_every_form_that_clients_send(text: str, instant: str) -> None:
    assert times.wire(times.parse(text)) == instant


@pytest.mark.parametrize(
    "text", ["", "soon", "2014-01-01 15:43:96 UTC", "2030-02-30", "12:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the text says
        times.parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        found = times.parse(text)
    except ValueError:
        return
    assert found.utcoffset() == timedelta()


@given(INSTANTS)
def test_what_the_wire_writes_is_read_back_to_the_second(instant: datetime) -> None:
    written = times.wire(instant)

    assert len(written) == len("2030-06-01T12:00:00Z")
    assert times.parse(written) == instant.replace(microsecond=0)


@given(INSTANTS, INSTANTS)
def test_written_times_sort_as_instants_do(one: datetime, other: datetime) -> None:
    whole = [instant.replace(microsecond=0) for instant in (one, other)]

    assert (times.wire(one) < times.wire(other)) is (whole[0] < whole[1])


def test_the_header_of_synchronisation_has_a_form_of_its_own() -> None:
    assert times.synced_at("2018-03-23T19:00:41Z") == "2018-03-23 19:00:41 UTC"


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("2030-07-01T16:00:00+02:00", "2030-07-01T16:00:00Z"),
        ("2030-07-01 16:00:00 +0000", "2030-07-01T18:00:00Z"),
        ("2030-07-01T16:00-05", "2030-07-01T23:00:00Z"),
        ("2030-07-01T16:00:00Z", "2030-07-01T16:00:00Z"),
        ("2030-07-01 16:00:00 UTC", "2030-07-01T16:00:00Z"),
        ("2030-07-01T16:00:00", "2030-07-01T16:00:00Z"),
        ("2030-07-01", "2030-07-01T00:00:00Z"),
        ("9999-12-31T23:00:00+00:00", "9999-12-31T23:00:00Z"),
    ],
)
def test_only_a_numeric_offset_makes_the_time_of_a_stay_an_instant(written: str, local: str) -> None:
    assert times.on_rentals_clock(written, "Europe/Paris") == local


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2030-07-01T16:00:00Z", "Europe/Paris", "2030-07-01T14:00:00Z"),
        ("2030-12-01T16:00:00Z", "Europe/Paris", "2030-12-01T15:00:00Z"),
        ("2030-07-01T16:00:00Z", "America/New_York", "2030-07-01T20:00:00Z"),
        ("2030-07-01T16:00:00Z", "UTC", "2030-07-01T16:00:00Z"),
        ("2030-07-01T03:00:00Z", "Pacific/Auckland", "2030-06-30T15:00:00Z"),
    ],
)
def test_a_rentals_time_has_a_true_instant(local: str, zone: str, instant: str) -> None:
    assert times.true_instant(local, zone) == instant


@given(RECENT, ZONES)
def test_an_instant_is_found_again_from_a_rentals_clock(naive: datetime, zone: str) -> None:
    instant = naive.replace(tzinfo=UTC, microsecond=0)

    shown = times.in_zone(instant, zone)

    found = times.parse(times.true_instant(shown, zone))
    repeated = instant.astimezone(zones.zone(zone)).fold
    assert found < instant if repeated else found == instant
    assert times.in_zone(found, zone) == shown


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2030-10-27T02:30:00Z", "2030-10-27T00:30:00Z"),  # shown twice: the first time
        ("2031-03-30T02:30:00Z", "2031-03-30T01:30:00Z"),  # never shown: as if the clock had not been put forward yet
    ],
)
def test_a_time_that_a_clock_shows_twice_or_never_has_one_instant(local: str, instant: str) -> None:
    assert times.true_instant(local, "Europe/Paris") == instant


@pytest.mark.parametrize("local", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_at_the_ends_of_the_calendar_nothing_breaks(local: str, zone: str) -> None:
    assert times.true_instant(local, zone).endswith("Z")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2030-01-31", 1, "2030-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2030-11-30", 3, "2031-02-28"),
        ("2030-06-01", 12, "2031-06-01"),
        ("2030-12-31", 0, "2030-12-31"),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: str, months: int, later: str) -> None:
    assert times.add_months(times.parse(day), months) == times.parse(later)


@given(RECENT, st.integers(0, 1200))
def test_months_later_keeps_the_hour_and_never_passes_the_day(naive: datetime, months: int) -> None:
    day = naive.replace(tzinfo=UTC)

    later = times.add_months(day, months)

    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.time() == day.time()
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(INSTANTS, st.integers(0, 200_000))
def test_no_number_of_months_is_too_many(day: datetime, months: int) -> None:
    assert times.add_months(day, months).tzinfo is UTC
