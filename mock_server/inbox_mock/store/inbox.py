"""The inbox as the dashboard shows it: read only, a page at a time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

from inbox_mock.store.database import Database, Row

SNIPPET, TEXT = 160, 4_000
ATTACHED = """
    (SELECT json_group_array(json_object('id', id, 'name', name, 'file_name', file_name, 'file_content_type', file_content_type,
        'file_size', file_size, 'image_width', image_width, 'image_height', image_height))
     FROM (SELECT a.* FROM message_attachments t JOIN attachments a ON a.id = t.attachment_id
       WHERE t.message_id = m.id ORDER BY t.position))"""
"""The attachments of a message ``m``, in order, as JSON."""

# Most recent activity first. A channel's booking waits for the channel's own conversation, any other booking for any conversation.
INBOX = """
    WITH inbox AS (
      SELECT c.id AS conversation_id, (SELECT min(booking_id) FROM conversation_bookings WHERE conversation_id = c.id) AS booking_id,
        max(coalesce(c.last_message_at, ''), c.created_at) AS at, c.closed_at IS NULL AND c.marked_as_spam_at IS NULL AS open
      FROM conversations c
      UNION ALL
      SELECT NULL, b.id, b.created_at, b.canceled_at IS NULL FROM bookings b
      WHERE NOT EXISTS (
        SELECT 1 FROM conversation_bookings cb JOIN conversations c ON c.id = cb.conversation_id
        WHERE cb.booking_id = b.id AND (c.channel IS NOT NULL OR b.channel NOT IN (SELECT value FROM json_each(:owning)))))"""
CHOSEN = """
    WHERE (:show = 'all' OR open = (:show = 'open')) AND (:booking_id IS NULL OR booking_id = :booking_id)
    AND (:search = '' OR EXISTS (
      SELECT 1 FROM bookings b LEFT JOIN clients g ON g.id = b.client_id LEFT JOIN rentals r ON r.id = b.rental_id
      WHERE b.id = inbox.booking_id AND (instr(lower(g.fullname), :search) OR instr(lower(r.name), :search) OR b.id = :search))
      OR EXISTS (
      SELECT 1 FROM participants p JOIN clients g ON g.id = p.member_id
      WHERE p.conversation_id = inbox.conversation_id AND p.member_type = 'Client' AND instr(lower(g.fullname), :search)))"""
PAGE = f"""{INBOX}, page AS (SELECT * FROM inbox {CHOSEN} ORDER BY at DESC, conversation_id DESC, booking_id DESC LIMIT :limit OFFSET :skip)
    SELECT page.conversation_id, page.booking_id, page.at, CASE WHEN c.id IS NULL THEN b.channel ELSE c.channel END AS channel,
      substr(c.subject, 1, {SNIPPET}) AS subject, c.deadline_response_at, c.closed_at, c.marked_as_spam_at,
      b.start_at, b.end_at, b.canceled_at, substr(r.name, 1, {SNIPPET}) AS rental,
      substr(coalesce((SELECT g.fullname FROM participants p JOIN clients g ON g.id = p.member_id
        WHERE p.conversation_id = c.id AND p.member_type = 'Client' ORDER BY p.id LIMIT 1),
        (SELECT fullname FROM clients WHERE id = b.client_id)), 1, {SNIPPET}) AS guest,
      substr(m.content, 1, {SNIPPET}) AS said, s.member_type AS said_by, m.visibility AS said_to
    FROM page LEFT JOIN conversations c ON c.id = page.conversation_id LEFT JOIN bookings b ON b.id = page.booking_id
      LEFT JOIN rentals r ON r.id = b.rental_id
      LEFT JOIN messages m ON m.id = (SELECT max(id) FROM messages WHERE conversation_id = c.id)
      LEFT JOIN participants s ON s.id = m.sender_id
    ORDER BY page.at DESC, page.conversation_id DESC, page.booking_id DESC"""
CONVERSATION = f"""
    SELECT id, account_id, channel, default_channel, substr(subject, 1, {SNIPPET}) AS subject, assignee_id, deadline_response_at, closed_at,
      marked_as_spam_at, last_message_at, created_at, relay_seconds, relay_fails,
      (SELECT name FROM applications WHERE id = c.created_by_id AND c.created_by_type LIKE '%Application') AS created_by
    FROM conversations c WHERE id = ?"""
PARTICIPANTS = f"""
    SELECT p.id, p.member_type, p.member_id, p.by_channel, p.read_at, substr(CASE p.member_type
      WHEN 'Client' THEN (SELECT fullname FROM clients WHERE id = p.member_id)
      ELSE (SELECT firstname || ' ' || lastname FROM hosts WHERE id = p.member_id) END, 1, {SNIPPET}) AS name
    FROM participants p WHERE p.conversation_id = ? ORDER BY p.id"""
MESSAGES = f"""
    SELECT m.id, m.sender_id, substr(m.content, 1, {TEXT}) AS content, length(m.content) AS length, m.origin, m.visibility, m.channel,
      m.sent_at, m.created_at, m.updated_at, m.on_channel_at, substr(m.on_channel_as, 1, {TEXT}) AS on_channel_as,
      (SELECT name FROM applications WHERE id = m.created_by_id AND m.created_by_type LIKE '%Application') AS created_by,
      {ATTACHED} AS attachments
    FROM messages m WHERE m.conversation_id = ? ORDER BY m.id DESC LIMIT ? OFFSET ?"""
BOOKINGS = """
    SELECT b.id, b.channel, b.status, b.start_at, b.end_at, b.canceled_at, r.name AS rental
    FROM conversation_bookings cb JOIN bookings b ON b.id = cb.booking_id LEFT JOIN rentals r ON r.id = b.rental_id
    WHERE cb.conversation_id = ? ORDER BY b.id LIMIT 20"""
WRITTEN = f"""
    SELECT * FROM (
      SELECT 'booking' AS kind, b.id, b.created_at AS at, iif(a.client, 'application', 'guest') AS "by",
        iif(a.client, a.name, substr(g.fullname, 1, {SNIPPET})) AS who, b.channel, NULL AS content, NULL AS internal, b.id AS booking_id,
        (SELECT min(conversation_id) FROM conversation_bookings WHERE booking_id = b.id) AS conversation_id
      FROM bookings b LEFT JOIN applications a ON a.id = b.application_id LEFT JOIN clients g ON g.id = b.client_id
      ORDER BY b.id DESC LIMIT :limit)
    UNION ALL SELECT * FROM (
      SELECT 'message', m.id, m.created_at, iif(a.client, 'application', iif(p.member_type = 'Client', 'guest', 'host')),
        substr(coalesce(iif(a.client, a.name, NULL), CASE p.member_type
          WHEN 'Client' THEN (SELECT fullname FROM clients WHERE id = p.member_id)
          ELSE (SELECT firstname || ' ' || lastname FROM hosts WHERE id = p.member_id) END), 1, {SNIPPET}),
        NULL, substr(m.content, 1, {SNIPPET}), m.visibility = 'internal', NULL, m.conversation_id
      FROM messages m JOIN participants p ON p.id = m.sender_id
        LEFT JOIN applications a ON a.id = m.created_by_id AND m.created_by_type LIKE '%Application'
      ORDER BY m.id DESC LIMIT :limit)
    ORDER BY at, kind, id"""
RENTALS = "SELECT id, account_id, name FROM rentals ORDER BY id LIMIT ?"
HOSTS = "SELECT id, account_id, firstname || ' ' || lastname AS name FROM hosts ORDER BY id LIMIT ?"
TOLD = "SELECT kind, due_at, happened, about FROM timeline WHERE kind IN (?, ?) ORDER BY id DESC"
OPENINGS = (
    "SELECT json_extract(about, '$.booking_id') AS booking_id, due_at FROM timeline WHERE happened = 0 AND kind = 'conversation_opened'"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of the inbox that is requested: ``owning`` are the channels that open conversations by themselves."""

    owning: Sequence[str]
    show: str
    search: str
    limit: int
    skip: int
    booking_id: int | None


def page(db: Database, wanted: Wanted) -> tuple[int, list[Row]]:
    """Return the number of entries, and a page of them."""
    bound: Row = asdict(wanted) | {"owning": orjson.dumps(wanted.owning).decode(), "search": wanted.search.lower()}
    total = db.value(f"{INBOX} SELECT count(*) FROM inbox {CHOSEN}", bound, int)
    return total or 0, db.every(PAGE, bound)


def openings(db: Database) -> dict[object, object]:
    """Return when a channel opens the conversation of a booking, by the booking's id."""
    return {row["booking_id"]: row["due_at"] for row in db.every(OPENINGS)}
