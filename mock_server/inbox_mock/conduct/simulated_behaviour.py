"""Count what channels did in a run that no source settles: delays, hosts that they added, cancelled bookings."""

from dataclasses import dataclass

import orjson

from inbox_mock.channels import policies
from inbox_mock.domain import times
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.relay import RELAYED
from inbox_mock.store.database import Row

OPENINGS = """
    SELECT t.due_at, t.happened, t.about, b.channel, b.created_at, b.id AS booking_id
    FROM timeline t JOIN bookings b ON b.id = json_extract(t.about, '$.booking_id')
    WHERE t.kind IN ('conversation_opened', 'channel_opens') AND t.due_at >= ? AND t.happened = 1"""
RELAYS = f"""
    SELECT count(*) FROM timeline t JOIN messages m ON m.id = json_extract(t.about, '$.message_id')
    JOIN conversations c ON c.id = m.conversation_id
    WHERE t.kind = '{RELAYED}' AND t.due_at >= ? AND c.relay_seconds IS NULL"""  # noqa: S608
FROM_CHANNEL = """
    SELECT c.channel, count(*) AS n FROM messages m JOIN conversations c ON c.id = m.conversation_id
    JOIN participants p ON p.id = m.sender_id
    WHERE m.created_at >= ? AND p.member_type = 'Client' AND m.created_by_id IS NOT NULL AND c.channel IS NOT NULL GROUP BY c.channel"""
REOPENED = """
    SELECT count(*) FROM messages m JOIN participants p ON p.id = m.sender_id
    WHERE m.created_at >= ? AND p.member_type = 'Client' AND m.conversation_id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True)
class SimulatedBehaviour:
    """How often the delay of a conversation was drawn, whether a Host comes with it, and the delay of a relay.

    ``without_conversation``: bookings that were cancelled before they had one. ``from_channel``: messages of guests that
    came in from a channel; ``deadlines``: those that set a response deadline; ``reopening``: those into conversations that
    had been closed.
    """

    delays: int = 0
    hosts: int = 0
    relays: int = 0
    without_conversation: int = 0
    from_channel: int = 0
    deadlines: int = 0
    reopening: int = 0


def simulated_behaviour(work: UnitOfWork, since: str, closed: list[int]) -> SimulatedBehaviour:
    """Count what has happened since a time; ``closed`` are the ids of the conversations that a client closed."""
    opened = [(row, orjson.loads(str(row["about"]))) for row in work.db.every(OPENINGS, (since,))]
    written = {str(row["channel"]): row["n"] for row in work.db.every(FROM_CHANNEL, (since,))}
    answered_within = {name: count for name, count in written.items() if policies()[name].response_hours is not None}
    return SimulatedBehaviour(
        delays=sum(_by_dice(work, row) for row, _ in opened),
        hosts=sum("hosts" not in about for _, about in opened if about.get("conversation_id")),
        relays=work.db.value(RELAYS, (since,), int) or 0,
        without_conversation=sum(about.get("never") == "the booking was cancelled" for _, about in opened),
        from_channel=sum(written.values()),
        deadlines=sum(answered_within.values()),
        reopening=work.db.value(REOPENED, (since, orjson.dumps(closed).decode()), int) or 0,
    )


def _by_dice(work: UnitOfWork, row: Row) -> bool:
    """Return whether a conversation's delay is the one that is drawn."""
    opens_after = policies()[str(row["channel"])].opens_after
    if opens_after is None:
        return False
    took = times.parse(str(row["due_at"])) - times.parse(str(row["created_at"]))
    return took.total_seconds() == work.dice.between("conversation delay", row["booking_id"], *opens_after)
