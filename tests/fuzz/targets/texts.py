"""Short texts that stand for something: times, durations, numbers, addresses of webhooks."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fuzz.target import target
from inbox_mock.domain import times
from inbox_mock.domain.addresses import host_in, is_this_machine, plain_host
from inbox_mock.domain.values import UNPRINTABLE, printable, whole_number
from inbox_mock.engine import durations
from inbox_mock.webhooks.deliveries import is_address

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
ZONES = ("Europe/Paris", "Pacific/Apia", "America/St_Johns")
WIRE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def texts_of_all_kinds() -> Iterator[bytes]:
    """Texts in every form that is understood."""
    yield from (b"2030-06-01T12:00:00.999Z", b"2016-12-12 12:52:10 +0100", b"2030-06-01 12:00:00 UTC", b"20140324", b"2030-W23-6T12:00")
    yield from (b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"2030-03-31T02:30:00Z", b"2011-12-30")
    yield from (b"90s", b"10m", b"2h", b"1d", b"0", b"PT10M", b"P1DT2H3.5S", b"P1Y2M", b"P2W", b"-PT1S", b"P0003-06-04T12:30:05", b"3661d")
    yield from (
        b"http://127.0.0.1:9000/hook?a=b",
        b"http://[::1%25lo]:80/",
        b"https://user:word@host/",
        b"http://[::ffff:127.0.0.1]/",
        b"http://a:b/",
    )


@target(
    holds="each is understood in one way, or refused with the error that is declared, and what is written is read back as the same",
    seeds=texts_of_all_kinds,
    words=(
        b"T",
        b"Z",
        b" UTC",
        b"+02:00",
        b"P",
        b"PT",
        b"W",
        b"9999",
        b"0000",
        b"http://",
        b"https://",
        b"[::1]",
        b"@",
        b"%25",
        b"\xd9\xa1",
        b"\n",
    ),
    longest=128,
)
def texts(sent: bytes) -> None:
    text = sent.decode(errors="replace")
    with suppress(ValueError):
        judge_time(text, times.parse(text))
    with suppress(ValueError):
        judge_duration(text, durations.parse(text))
    assert (whole_number(text, 9) is not None) == bool(re.fullmatch(r"[0-9]{1,9}", text))
    assert printable(printable(text)) == printable(text)
    assert len(printable(text)) == len(text)
    assert not any(ord(character) < 32 for character in printable(text)), UNPRINTABLE
    judge_address(text)


def judge_time(text: str, found: datetime) -> None:
    """Hold a time to what it is when it is written, and read again; on a rental's clock, too."""
    assert found.utcoffset() == timedelta()
    written = times.wire(found)
    assert WIRE.fullmatch(written), written
    assert times.parse(written) == found.replace(microsecond=0)
    assert times.synced_at(written) == found.strftime("%Y-%m-%d %H:%M:%S UTC").rjust(23, "0")
    times.has_offset(text)
    for zone in ZONES:
        local = times.in_zone(found, zone)
        assert WIRE.fullmatch(local), local
        assert abs(datetime.fromisoformat(times.true_instant(local, zone)) - found) <= timedelta(hours=25)
        assert WIRE.fullmatch(times.on_rentals_clock(text, zone))
    assert times.add_months(found, 1) > found or found.year >= 9998
    assert found.tzinfo is UTC


def judge_duration(text: str, found: timedelta) -> None:
    """Hold a duration to its number and unit, and to the longest one."""
    assert timedelta() <= found <= durations.LONGEST
    short = re.fullmatch(r"([0-9]+)([smhd])", text)
    if short:
        assert found == timedelta(seconds=int(short[1]) * SECONDS[short[2]])
    else:
        assert text.isascii(), "a duration is written in ASCII"


def judge_address(text: str) -> None:
    """Hold an address of webhooks to what a client of HTTP would ask."""
    if is_address(text):
        host = host_in(text)
        assert host, "an address without a host"
        assert plain_host(host) == host
        assert "@" not in urlsplit(text).netloc
        is_this_machine(host)
