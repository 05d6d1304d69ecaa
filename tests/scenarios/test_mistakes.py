"""Mistakes in scenario files: the error names the file and the line, what was found and what was expected."""

import re
from pathlib import Path

import pytest

from cli.wording import clumsy_in
from inbox_mock.scenarios import loading
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find
from processes import run

HOUSE = "rentals: [{id: 16}]\nhosts: [{as: jan, firstname: J, lastname: K}]\nbookings: [{id: 80, rental: 16, start_at: +1d, end_at: +2d}]\n"

# A file, and the line, a piece of what was found and a piece of what was expected that its error names.
OF_RECORDS: dict[str, tuple[str | bytes, int, str, str]] = {
    "a wrong key, with the right one": ("seed: 7\nrentalls: []\n", 2, "unknown key 'rentalls'", "did you mean 'rentals'?"),
    "a wrong key of a record": ("rentals:\n  - id: 16\n    name: Chalet\n    timezon: UTC\n", 4, "'timezon'", "'timezone'?"),
    "a wrong key that resembles none": ("seed: 7\n\nxyzzy: 1\n", 3, "'xyzzy'", "one of accounts"),
    "a word for the guest that is nearly right": (
        (
            "rentals: [{}]\nbookings: [{channel: airbnb, rental: 1, start_at: +1d, end_at: +2d, created_at: -1h, conversation: 7}]\n"
            "messages:\n  - {conversation: 7, from: gest, content: x}\n"
        ),
        4,
        "messages[0].from: found 'gest'",
        "did you mean 'guest'? Expected guest, or the id or name of a host that exists by then",
    ),
    "a section that is written otherwise": ("clock: 60x\n", 1, "clock: found '60x'", "an object: now, mode, rate"),
    "a list that is none": ("faults: {kind: lost}\n", 1, "faults: found", "a list"),
    "a message of a time before its booking": (
        (
            "rentals: [{}]\nbookings: [{id: 80, rental: 1, start_at: +1d, end_at: +2d}]\n"
            "messages:\n  - {booking: 80, from: guest, at: -1h, content: x}\n"
        ),
        4,
        "messages[0].booking: found 80",
        "exists by then; this one does from its created_at on, and from the start if it has none",
    ),
    "what has to be there": ("bookings:\n  - {rental: 16, end_at: +2d}\n", 2, "bookings[0]: found no 'start_at'", "must be there"),
    "an unknown key": (
        "bookings:\n  - {chanel: airbnb, rental: 16, start_at: +1d, end_at: +2d}\n",
        2,
        "bookings[0]: found the unknown key 'chanel'",
        "'channel'?",
    ),
    "a number for a text": ("rentals:\n  - id: 16\n    name: 7\n", 3, "rentals[0].name: found 7", "a text"),
    "a text for a number": ("# nothing\nseed: seven\n", 2, "'seven'", "a whole number"),
    "one object for a list": ("seed: 7\nrentals:\n  id: 16\n", 2, "rentals", "a list"),
    "a word outside an enumeration": ("accounts:\n  - id: 1\n    status: broke\n", 3, "'broke'", "one of trial, paying, suspended"),
    "a switch that is neither on nor off": ("assume:\n  if_none_match: perhaps\n", 2, "'perhaps'", "one of true, false"),
    "an unknown switch": ("assume:\n  if_none_mach: true\n", 2, "'if_none_mach'", "'if_none_match'?"),
    "something missing": ("hosts:\n  - id: 1\n  - firstname: Jan\n    lastname: K\n", 2, "firstname", "there"),
    "an unknown channel": (
        "rentals: [{id: 16}]\nbookings:\n  - rental: 16\n    channel: pigeon\n    start_at: +1d\n    end_at: +2d\n",
        4,
        "'pigeon'",
        "one of airbnb, booking-com, direct",
    ),
    "a reference to nothing": ("bookings:\n  - start_at: +1d\n    end_at: +2d\n    rental: 99\n", 4, "99", "rental"),
    "a name of nobody": ("hosts:\n  - {firstname: A, lastname: B, user: jan}\n", 2, "'jan'", "user"),
    "a bad offset": ("rentals: [{id: 16}]\nbookings:\n  - rental: 16\n    start_at: +1 week\n    end_at: +2d\n", 4, "'+1 week'", "+30d"),
    "an empty offset": ("clients:\n  - fullname: Ada\n    created_at: '-'\n", 3, "'-'", "-2h"),
    "a time that is none": ("clients:\n  - fullname: Ada\n    created_at: yesterday\n", 3, "'yesterday'", "a time"),
    "a thread that begins before its account": (
        "seed: 7\ngenerate:\n  thread: {booking: 1, messages: 9, over: 500d}",
        3,
        "before its account",
        "2029-06-01T12:00:00Z",
    ),
    "a time after the start": ("clients:\n  - {fullname: Ada, created_at: +1d}\n", 2, "after the start", "up to the start"),
    "a bad duration": (
        "rentals: [{id: 16}]\nbookings:\n  - {rental: 16, start_at: +1d, end_at: +2d, channel: airbnb,\n     conversation_delay: soon}\n",
        4,
        "'soon'",
        "never",
    ),
    "a clock that starts at no time": ("seed: 1\nclock:\n  now: noon\n", 3, "'noon'", "2030-06-01T12:00:00Z"),
    "a stay that ends before it starts": (
        "rentals: [{id: 16}]\nbookings:\n  - {rental: 16, start_at: +3d, end_at: +2d}\n",
        3,
        "end_at '+2d'",
        "must be after start_at",
    ),
    "a conversation of two bookings": (
        (
            "rentals: [{id: 16}]\nbookings:\n  - {id: 80, rental: 16, channel: airbnb, start_at: +1d, end_at: +2d, conversation: 7}\n"
            "  - id: 81\n    rental: 16\n    channel: airbnb\n    start_at: +3d\n    end_at: +4d\n    conversation: 7\n"
        ),
        9,
        "the conversation 7 a second time",
        "an id of its own",
    ),
    "a conversation of a later booking, too": (
        (
            "rentals: [{id: 16}]\nconversations:\n  - id: 7\n"
            "timeline:\n  - at: 1m\n    guest_books:\n      {rental: 16, start_at: +3d, end_at: +4d, conversation: 7}\n"
        ),
        7,
        "the conversation 7 a second time",
        "an id of its own",
    ),
    "a time zone of nowhere": ("rentals:\n  - id: 16\n    timezone: Europe/Atlantis\n", 3, "'Europe/Atlantis'", "Europe/Paris"),
    "the machine's own time zone": ("rentals:\n  - id: 16\n    timezone: localtime\n", 3, "'localtime'", "Europe/Paris"),
    "a time zone that is nearly right": ("rentals:\n  - id: 16\n    timezone: europe/paris\n", 3, "'europe/paris'", "'Europe/Paris'?"),
    "a price that is no decimal": ("rentals:\n  - id: 16\n    base_rate: 700\n", 3, "rentals[0].base_rate: found 700", '"700.0"'),
    "a rate of no kind": ("rentals:\n  - id: 16\n    base_rate_kind: monthly\n", 3, "'monthly'", "one of nightly, weekly"),
    "a place that is not on earth": ("rentals:\n  - id: 16\n    lat: 91\n", 3, "rentals[0].lat: found 91", "90"),
    "too many beds": ("rentals:\n  - id: 16\n    sleeps: 101\n", 3, "rentals[0].sleeps: found 101", "100"),
    "a text without its locale": (
        "rentals:\n  - id: 16\n    summary: Quiet.\n",
        3,
        "rentals[0].summary: found 'Quiet.'",
        "{en: Some text}",
    ),
    "a date that the API does not write": (
        "rentals:\n  - id: 16\n    permit_issue_date: 2021-06-01\n",
        3,
        "'2021-06-01'",
        "a time such as 2030-06-01T12:00:00Z",
    ),
    "a day that no month has": ("rentals:\n  - id: 16\n    permit_issue_date: 2021-02-30T00:00:00Z\n", 3, "'2021-02-30", "a time such as"),
    "null for what is never null": ("rentals:\n  - id: 16\n    surface: null\n", 3, "rentals[0].surface: found null", "a whole number"),
    "records that rentals do not have here": (
        "rentals:\n  - id: 16\n    photos: [1]\n",
        3,
        "the unknown key 'photos'",
        "one of absolute_min_price",
    ),
    "an unknown scope": ("applications:\n  - name: A\n    scopes: [inbox_reed]\n", 3, "'inbox_reed'", "inbox_read"),
    "a key twice": ("seed: 7\nstrict: true\nseed: 8\n", 3, "'seed' a second time", "once"),
    "a name twice": ("rentals:\n  - {as: home}\n  - {as: home}\n", 3, "'home'", "of its own"),
    "an id twice": ("rentals:\n  - id: 16\n  - id: 16\n", 3, "id", "of its own"),
    "an id twice, of what happens": (
        "rentals: [{}]\nbookings:\n  - {id: 1, rental: 1, start_at: +1d, end_at: +2d}\n  - {id: 1, rental: 1, start_at: +3d, end_at: +4d}",
        4,
        "id",
        "of its own",
    ),
    "an id that a record without one has got": ("rentals:\n  - name: A\n  - id: 1\n", 3, "id", "of its own"),
    "a file that is not there": ("attachments:\n  - file: nothing.png\n", 2, "'nothing.png'", "beside the scenario"),
    "a file elsewhere": ("attachments:\n  - file: ../../../etc/passwd\n", 2, "passwd", "beside the scenario"),
    "a conversation that is not there yet": (
        "rentals: [{}]\nbookings: [{id: 80, rental: 1, start_at: +1d, end_at: +2d}]\nmessages:\n  - {booking: 80, from: guest, content: x}",
        4,
        "without conversation",
        "by then",
    ),
    "YAML that is none": ("seed: 7\nrentals: [\n", 2, "", "YAML"),
    "a tab for spaces": ("rentals:\n\t- id: 1\n", 2, "a tab, where YAML indents by spaces", "YAML"),
    "a control character": (b"seed: 7\nname: \x00\n", 1, "", "YAML"),
    "a tag that is not kept": ("seed: !!int seven\n", 1, "'seven'", "tag"),
    "two documents": ("seed: 7\n---\nseed: 8\n", 2, "document", "YAML"),
    "an alias of itself": ("rentals: &r [*r]\n", 1, "", ""),
    "an alias of nothing": ("rentals: *r\n", 1, "*r of nothing", "an anchor before it"),
    "very deep nesting": ("assume: " + "{a: " * 300 + "}" * 300, 1, "levels deep", "a scenario"),
    "a clock before all clocks": ("clock:\n  now: 0001-01-01\n", 2, "'0001-01-01'", "1970 to 8999"),
    "a clock after all clocks": ("clock:\n  now: 9999-12-31\n", 2, "'9999-12-31'", "1970 to 8999"),
    "a token twice": ("tokens:\n  - {token: a}\n  - {token: a}\n", 3, "'a' a second time", "of its own"),
    "an account twice": ("accounts: [{id: 1}]\napplications:\n  - name: A\n    accounts: [1, 1]\n", 4, "a second time", "once"),
    "an endless name": ("rentals:\n  - as: " + "a" * 5000 + "\n", 2, "rentals[0].as", "letters"),
    "an id beyond measure": ("hosts:\n  - {firstname: A, lastname: B, user: 1e300}\n", 2, "user", "id"),
    "a list": ("- seed: 7\n", 1, "no keys", "rentals"),
    "nothing": ("# nothing\n", 1, "no keys", "rentals"),
}

# The same below the lines of HOUSE.
OF_WHAT_HAPPENS: dict[str, tuple[str, int, str, str]] = {
    "no time": ("timeline:\n  - guest_cancels: {booking: 80}\n", 5, "timeline[0]", "`at` and exactly one thing"),
    "nothing that happens": ("timeline:\n  - at: 1m\n", 5, "timeline[0]", "exactly one thing"),
    "two things at once": (
        "timeline:\n  - at: 1m\n    guest_cancels: {booking: 80}\n    channel_opens: {booking: 80}\n",
        5,
        "timeline[0]",
        "exactly one thing",
    ),
    "an unknown thing": ("timeline:\n  - at: 1m\n    guest_write: {booking: 80, content: x}\n", 6, "'guest_write'", "'guest_writes'?"),
    "a time that is none": ("timeline:\n  - at: soon\n    guest_cancels: {booking: 80}\n", 5, "'soon'", "15m"),
    "a time before the start": ("timeline:\n  - at: -5m\n    guest_cancels: {booking: 80}\n", 5, "'-5m'", "after the start"),
    "a booking of nobody": ("timeline:\n  - at: 1m\n    guest_cancels:\n      booking: 81\n", 7, "81", "a booking that exists"),
    "a booking of a later time": (
        (
            "timeline:\n  - {at: 1m, guest_cancels: {booking: b}}\n"
            "  - {at: 2m, guest_books: {as: b, rental: 16, start_at: +1d, end_at: +2d}}\n"
        ),
        5,
        "'b'",
        "a booking that exists by then",
    ),
    "a host of nobody": (
        "timeline:\n  - at: 1m\n    staff_writes:\n      booking: 80\n      content: x\n      host: joe\n",
        9,
        "'joe'",
        "name of a host",
    ),
    "a message for nobody": ("timeline:\n  - at: 1m\n    guest_writes: {content: x}\n", 6, "neither", "one of them"),
    "a name twice": (
        (
            "timeline:\n  - {at: 1m, guest_books: {as: b, rental: 16, start_at: +1d, end_at: +2d}}\n"
            "  - {at: 2m, guest_books: {as: b, rental: 16, start_at: +1d, end_at: +2d}}\n"
        ),
        6,
        "'b' a second time",
        "of its own",
    ),
    "an id twice": (
        "timeline:\n  - at: 1m\n    guest_books:\n      id: 80\n      rental: 16\n      start_at: +1d\n      end_at: +2d\n",
        7,
        "80 a second time",
        "of its own",
    ),
    "a past of what is to come": (
        "timeline:\n  - at: 1m\n    guest_books: {rental: 16, start_at: +1d, end_at: +2d,\n      created_at: -1d}\n",
        7,
        "still to come",
        "`at`",
    ),
    "a webhook to nowhere": ("webhooks:\n  - url: localhost\n", 5, "'localhost'", "http address"),
    "a webhook to a bad port": ("webhooks:\n  - url: http://localhost:99999/\n", 5, "99999", "http address"),
    "a webhook for nobody": ("webhooks:\n  - events: [booking_created]\n", 5, "webhooks[0]", "either the `role`"),
    "a webhook for a role and an address": (
        "webhooks:\n  - {role: receiver, url: http://localhost/}\n",
        5,
        "webhooks[0]",
        "either the `role`",
    ),
    "an unknown event": (
        "webhooks:\n  - url: http://localhost/\n    events:\n      - inbox_message_deleted\n",
        7,
        "inbox_message_deleted",
        "one of booking_created",
    ),
    "a latency that is none": ("webhooks:\n  - url: http://localhost/\n    latency: long\n", 6, "'long'", "90s"),
    "an unknown fault": ("faults:\n  - kind: earthquake\n", 5, "'earthquake'", "duplicated"),
    "a fault that is nearly known": (
        "faults:\n  - kind: duplicate\n",
        5,
        "'duplicate'",
        "did you mean 'duplicated'? Expected one of burst, ",
    ),
    "a match that is nearly known": ("faults:\n  - kind: lost\n    match: {evnt: x}\n", 6, "evnt", "is unknown; did you mean 'event'?"),
    "a fault with a wrong option": ("faults:\n  - kind: lost\n    loudly: true\n", 6, "loudly", "is unknown to lost"),
    "a fault that never matches": (
        "timeline:\n  - at: 1m\n    fault:\n      kind: lost\n      match:\n        path: /bookings\n",
        9,
        "match.path",
        "one of event",
    ),
    "a fault on an event that nobody sends": (
        "faults:\n  - kind: lost\n    match:\n      event: inbox_message_create\n",
        7,
        "match.event: found 'inbox_message_create'",
        "did you mean 'inbox_message_created'? Expected one of ",
    ),
    "a fault on a path that nobody calls": (
        "faults:\n  - kind: status\n    match:\n      path: /inbox/mesages\n",
        7,
        "match.path: found '/inbox/mesages'",
        "anything; did you mean '/inbox/messages'?",
    ),
    "a thread of nobody": ("generate:\n  thread:\n    messages: 5\n", 5, "neither", "one of them"),
}

MISTAKES = OF_RECORDS | {f"in what happens: {name}": (HOUSE + text, *rest) for name, (text, *rest) in OF_WHAT_HAPPENS.items()}


@pytest.mark.parametrize("told", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_names_file_and_line_what_was_found_and_what_was_expected(
    tmp_path: Path, told: tuple[str | bytes, int, str, str]
) -> None:
    text, line, found, expected = told
    file = tmp_path / "mine.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ScenarioError) as raised:
        build_image(find(str(file)), Overrides(), wall=0.0)

    error = raised.value
    assert (error.name, error.line) == (str(file), line)
    assert found in str(error)
    assert expected in error.expected
    told_as = rf"{re.escape(str(file))}:{line}: ((\S+: )?found .*(; (expected|did you mean) |, which )|not YAML: )"
    assert re.match(told_as, str(error), re.DOTALL)
    assert clumsy_in(str(error).replace(str(file), "mine.yaml")) == {}


def test_what_the_parser_misses_is_told_in_few_words(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 7\nrentals: [1\n")

    with pytest.raises(ScenarioError, match=r"mine\.yaml:2: not YAML: expected ',' or '\]'$"):
        find(str(file))


def test_a_shipped_file_with_a_mistake_is_listed_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "fine.yaml").write_text("description: It is fine.\n")
    (tmp_path / "scenarios" / "lost.yaml").write_text("seed: 7\nrentals: [1\n")
    monkeypatch.setattr(loading, "fixtures", lambda: tmp_path)

    ran = run("scenarios")

    assert ran.returncode == 1
    assert [line.split(maxsplit=1) for line in ran.stdout.splitlines()] == [
        ["fine", "It is fine."],
        ["lost", "lost.yaml:2: not YAML: expected ',' or ']'"],
    ]


@pytest.mark.parametrize("recording", ["chrome-devtools/all-sanitized.har", "ruby-vcr/plain.yml", "nock-fetch/plain.json"])
def test_a_recording_is_told_from_a_scenario(recording: str) -> None:
    path = Path(__file__).parents[1] / "recordings" / "files" / recording
    with pytest.raises(ScenarioError, match=r"found recorded traffic; expected a scenario: inbox-mock import \S+ makes one of it"):
        find(str(path))
