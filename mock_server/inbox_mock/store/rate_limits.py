"""How many requests each application has made in its present hour."""

from inbox_mock.store.database import Database


def spend(db: Database, application_id: int, window: int) -> int:
    """Count one request, and return how many that makes in the hour that began at ``window`` (Unix seconds)."""
    sql = """
        INSERT INTO rate_limits VALUES (?, ?, 1)
        ON CONFLICT DO UPDATE SET used = iif(window = excluded.window, used + 1, 1), window = excluded.window
        RETURNING used"""
    used: int = db.execute(sql, (application_id, window)).fetchone()[0]
    return used
