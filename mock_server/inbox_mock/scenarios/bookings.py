"""What a scenario says of a booking, with every reference resolved: the same for those of the past and those of the timeline."""

from datetime import timedelta

from inbox_mock.domain import times
from inbox_mock.domain.bookings import state_of
from inbox_mock.engine import durations
from inbox_mock.scenarios.builder import Builder, Location, channel_named, seconds_of
from inbox_mock.scenarios.setup import contacts
from inbox_mock.store.database import Row
from inbox_mock.store.rows import RentalRow

COLUMNS = ("id", "adults", "children", "final_price", "reference", "external_reference", "notes", "expected_checkin_time")
TENTATIVE_FOR = timedelta(days=7)


def wanted(builder: Builder, location: Location, record: Row) -> Row:
    """Return what `acting.book` needs to know.

    Raises:
        ScenarioError: something referred to does not exist, or a time, duration or channel is none.

    """
    rental = builder.work.db.get(RentalRow, builder.refer("rentals", record["rental"], (*location, "rental")), None)
    stay: Row = {name: record[name] for name in COLUMNS if name in record}
    stay |= {key: local(builder, record, key, location, rental) for key in ("start_at", "end_at")}
    if "source" in record:
        stay["source_id"] = builder.refer("sources", record["source"], (*location, "source"))
    if record.get("status") == "Tentative":
        stay |= state_of({"tentative_expires_at": times.wire(builder.start + TENTATIVE_FOR)})
    if record.get("status") == "Unavailable":
        stay |= state_of({"unavailable": True})
    channel = channel_named(builder, record.get("channel", "direct"), (*location, "channel"))
    about: Row = {"rental_id": rental["id"], "channel": channel, "stay": stay}
    return about | _guest(builder, location, record) | _conversation(builder, location, record)


def local(builder: Builder, record: Row, key: str, location: Location, rental: RentalRow) -> str:
    """Return a stay's time as the rental's clock shows it; days without an hour begin and end at the rental's hours."""
    text = str(record[key])
    written_by_day = text.endswith("d") or len(text) == len("2030-06-01")
    moment = builder.moment(text, (*location, key))
    shown = times.wall_clock(moment, rental["timezone"]) if text[:1] in {"+", "-"} else times.wire(moment)
    if not written_by_day:
        return shown
    hour = rental["checkin_time"] if key == "start_at" else rental["checkout_time"]
    return f"{shown[:10]}T{hour:02}:00:00Z"


def _guest(builder: Builder, location: Location, record: Row) -> Row:
    if "client" in record:
        return {"client_id": builder.refer("clients", record["client"], (*location, "client"))}
    if "guest" in record:
        guest: Row = record["guest"]
        return {"guest": contacts(guest)}
    return {}


def _conversation(builder: Builder, location: Location, record: Row) -> Row:
    """Return the wishes for the conversation that the channel opens."""
    companions: list[object] = record.get("companions", [])
    known = [builder.refer("clients", name, (*location, "companions")) for name in companions]
    wishes: Row = {"clients": record.get("client_participants", 1), "conversation": record.get("conversation")}
    if known:
        wishes["companions"] = known
    host = record.get("host_participant")
    if host is not None:
        wishes["hosts"] = host if isinstance(host, bool) else [builder.refer("hosts", host, (*location, "host_participant"))]
    if "relay_delay" in record:
        wishes["relay_seconds"] = seconds_of(builder, record["relay_delay"], (*location, "relay_delay"))
    if record.get("conversation_delay") == "never":
        wishes["never"] = True
    elif "conversation_delay" in record:
        expected = f"{durations.EXPECTED}, or never"
        wishes["delay_seconds"] = seconds_of(builder, record["conversation_delay"], (*location, "conversation_delay"), expected)
    return wishes
