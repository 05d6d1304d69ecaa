"""Images in PostgreSQL: each once, by its hash, as long as a sandbox starts from it or a snapshot is it."""

from hashlib import sha256

from inbox_mock.store.homes.postgresql.connections import ConnectionPool, Cursor

PART_BYTES = 4 * 1024 * 1024
SHARE = "SELECT pg_advisory_xact_lock_shared(%s); SELECT FROM inbox_mock.images WHERE hash = %s AND part = 0"
ADD = "INSERT INTO inbox_mock.images (hash, part, bytes) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
READ = "SELECT bytes FROM inbox_mock.images WHERE hash = %s AND part = %s"
CLEAR = """
    BEGIN; SELECT pg_advisory_xact_lock(%s);
    DELETE FROM inbox_mock.images WHERE hash = %s
      AND NOT EXISTS (SELECT FROM inbox_mock.sandboxes WHERE start = %s) AND NOT EXISTS (SELECT FROM inbox_mock.snapshots WHERE image = %s);
    COMMIT"""


def keep(cursor: Cursor, image: bytes) -> bytes:
    """Keep an image, in the transaction that adds what refers to it; return its hash."""
    found = sha256(image).digest()
    cursor.execute(SHARE, (_lock_of(found), found))
    cursor.nextset()
    if cursor.fetchone() is None:
        for part, first in enumerate(range(0, max(1, len(image)), PART_BYTES)):
            cursor.execute(ADD, (found, part, image[first : first + PART_BYTES]))
    return found


def read(cursor: Cursor, image: bytes) -> bytes:
    """Return the image with a hash."""
    parts: list[bytes] = []
    while row := cursor.execute(READ, (image, len(parts))).fetchone():
        parts.append(row[0])
    return b"".join(parts)


def clear(connections: ConnectionPool, image: bytes | None) -> None:
    """Delete the image with a hash, if nothing refers to it any more."""
    if image is not None:
        connections.rows(CLEAR, (_lock_of(image), image, image, image))


def _lock_of(image: bytes) -> int:
    """Return the number of the advisory lock that keeps an image from being deleted while something that refers to it is added."""
    return int.from_bytes(image[:8], signed=True)
