"""AUT002: a refresh token is good once; the answer brings the next."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Entry, Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each refresh token that was used again after it had been exchanged."""
    rotated: dict[str, Entry] = {}
    for entry in evidence.exchanges:
        given = entry.asked_body if not isinstance(entry.asked_body, str) else {}
        label = str(given.get("refresh_token"))
        if given.get("grant_type") != "refresh_token" or not label.startswith("refresh-"):
            continue
        if label in rotated:
            yield Violation(f"used {label} again, which had been exchanged for a new one", (rotated[label].id, entry.id))
        elif entry.status == 200 and entry.readable:
            rotated[label] = entry


RULE = Rule(
    code="AUT002",
    title="used a refresh token that had been rotated",
    why="Every refresh brings a new refresh token, and the old one is dead: with that alone, the user must authorise again.",
    source="developers.bookingsync.com/reference/authorization, refresh tokens",
    fix="Keep the refresh_token of every answer of /oauth/token, and let one process refresh at a time.",
    severity="error",
    exceptions=("the answer to the rotation never reached it", "the exchange was refused, so the token was still good"),
    find=find,
)
