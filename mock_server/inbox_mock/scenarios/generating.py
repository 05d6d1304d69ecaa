"""Records generated from the seed, for scenarios too large to be written by hand."""

from datetime import datetime, timedelta
from functools import partial

from inbox_mock.domain import times
from inbox_mock.engine.unit_of_work import Actor
from inbox_mock.scenarios.builder import Builder, Location, ScenarioArguments
from inbox_mock.scenarios.history import conversation_of
from inbox_mock.scenarios.setup import account_of
from inbox_mock.services import people
from inbox_mock.simulation import actors
from inbox_mock.simulation.bookings import book, channel_conversation
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ConversationRow

RENTALS = 20
CHANNELS = ("airbnb", "airbnb", "airbnb", "booking-com", "booking-com", "direct")
TIMEZONES = ("Europe/Paris", "Europe/Lisbon", "America/New_York")
FIRSTNAMES = (
    "Ada",
    "Bruno",
    "Chiara",
    "Dmitri",
    "Elif",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Keiko",
    "Luca",
    "Mina",
    "Noor",
    "Otto",
)
LASTNAMES = ("Almeida", "Bauer", "Cohen", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kowal", "Larsen", "Moreau")
QUESTIONS = ("What time can we arrive?", "Is there a cot?", "Where can we park?", "May we bring our dog?", "Is the pool heated?")
ANSWERS = ("Any time after four.", "Yes, there is.", "In front of the house.", "Let me check and come back to you.", "With pleasure.")
SPAN_DAYS = 300
GENERATED = "(generated)"


def plan(builder: Builder) -> None:
    """Plan the generated bookings, each with its conversation, and spread the messages over the conversations."""
    wanted: Row = builder.scenario.data.get("generate", {})
    if "thread" in wanted:
        _thread(builder, wanted["thread"])
    number = wanted.get("bookings", 0)
    if not number:
        return
    account_id = account_of(builder, {}, ())
    rental_ids = [
        builder.add_rental(account_id, {"name": f"House {index + 1}", "timezone": TIMEZONES[index % len(TIMEZONES)]})
        for index in range(RENTALS)
    ]
    builder.at(builder.founded, ("generate",), partial(_host, builder, account_id))
    step = timedelta(days=SPAN_DAYS) / number
    opened: dict[int, int] = {}
    channel_bookings: list[tuple[int, datetime, timedelta]] = []
    for index in range(number):
        channel = CHANNELS[builder.work.dice.between("channel", index, 0, len(CHANNELS) - 1)]
        made_at = (builder.start - timedelta(days=SPAN_DAYS) + step * index).replace(microsecond=0)
        builder.at(made_at, ("generate",), partial(_booking, builder, opened, index, rental_ids[index % RENTALS], channel))
        if channel != "direct":
            first = min(builder.start - timedelta(days=SPAN_DAYS) + step * index + timedelta(hours=1), builder.start)
            channel_bookings.append((index, first, builder.start - first))
    _messages(builder, wanted.get("messages", 0), channel_bookings, opened)


def _messages(builder: Builder, number: int, bookings: list[tuple[int, datetime, timedelta]], opened: dict[int, int]) -> None:
    """Plan the messages of each conversation, one after the other, from guest and host in turn.

    ``bookings`` are the numbers of bookings, each with the time from which there may be messages, and for how long;
    ``opened`` holds the ids of their conversations, once these are there.
    """
    rounds = -(-number // len(bookings)) if bookings else 0
    for turn in range(number if bookings else 0):
        index, first, span = bookings[turn % len(bookings)]
        said_at = first + span * ((turn // len(bookings) + 1) / (rounds + 1))
        builder.at(said_at.replace(microsecond=0), ("generate",), partial(_message, builder, opened, index, turn))


def _thread(builder: Builder, wanted: Row) -> None:
    """Plan the messages of one conversation, evenly spread over a period that ends at the start."""
    location: Location = ("generate", "thread")
    number = wanted["messages"]
    span = timedelta(seconds=ScenarioArguments(builder, location).seconds(wanted.get("over", "1h"), "over"))
    for turn in range(number):
        said_at = builder.start - span * ((number - turn) / number)
        builder.at(said_at.replace(microsecond=0), location, partial(_next_message, builder, location, wanted, turn))


def _next_message(builder: Builder, location: Location, wanted: Row, turn: int) -> None:
    _say(builder, conversation_of(builder, location, wanted), turn, by_guest=turn % 2 == 0)


def _host(builder: Builder, account_id: int) -> None:
    builder.names["hosts", GENERATED] = people.create_host(builder.work, Actor(account_id), {"firstname": "Jan", "lastname": "Kowalski"})


def _booking(builder: Builder, opened: dict[int, int], index: int, rental_id: int, channel: str) -> None:
    work = builder.work
    name = f"{FIRSTNAMES[index % len(FIRSTNAMES)]} {LASTNAMES[index // len(FIRSTNAMES) % len(LASTNAMES)]}"
    arrival = work.instant + timedelta(days=30 + index % 300)
    nights = work.dice.between("nights", index, 1, 14)
    stay: Row = {
        "start_at": f"{times.wire(arrival)[:10]}T16:00:00Z",
        "end_at": f"{times.wire(arrival + timedelta(days=nights))[:10]}T10:00:00Z",
        "adults": 1 + index % 4,
        "final_price": f"{nights * 120}.0",
    }
    about: Row = {"rental_id": rental_id, "channel": channel, "guest": {"fullname": name}, "stay": stay}
    if channel != "direct":
        about["delay_seconds"] = 0
    conversation = channel_conversation(work, book(work, about))
    if conversation is not None:
        opened[index] = conversation["id"]


def _message(builder: Builder, opened: dict[int, int], index: int, turn: int) -> None:
    if index in opened:
        conversation = builder.work.db.get(ConversationRow, opened[index])
        by_guest = builder.work.dice.share("speaker", turn) < 0.5
        _say(builder, conversation, turn, by_guest=by_guest, host_id=builder.names["hosts", GENERATED])


def _say(builder: Builder, conversation: ConversationRow, turn: int, *, by_guest: bool, host_id: int | None = None) -> None:
    number = builder.work.dice.between("words", turn, 0, len(QUESTIONS) - 1)
    if by_guest:
        actors.write_as_guest(builder.work, conversation, QUESTIONS[number])
    else:
        actors.write_as_host(builder.work, conversation, host_id, ANSWERS[number])
