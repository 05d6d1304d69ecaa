"""WHK002: a webhook with a right signature is to be accepted."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation

NOT_THE_SIGNATURE = frozenset({404, 405, 408, 410, 413, 425, 429})


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each webhook that was refused although its signature was right."""
    accepted: set[tuple[str, str, str]] = set()
    for entry in evidence.attempts:
        if entry.delivery is None or entry.delivery.forged or entry.status is None:
            continue
        told = entry.path, entry.delivery.event, entry.delivery.record
        if 200 <= entry.status < 300:
            accepted.add(told)
        elif 400 <= entry.status < 500 and entry.status not in NOT_THE_SIGNATURE and told not in accepted:
            yield Violation(f"answered {entry.status} to the webhook {entry.delivery.event}, whose signature is right", (entry.id,))


RULE = Rule(
    code="WHK002",
    title="refused a webhook with a right signature",
    why="What is refused is lost: nothing is promised about sending it again. Long bodies show where Base64 is broken at other lines.",
    source="developers.bookingsync.com/guides/webhook-subscriptions, verifying the signature",
    fix="Sign the raw bytes of the body, before anything parses them; break the Base64 after every 60 characters (45 bytes), "
    "each line and the last one ended by a newline.",
    severity="error",
    exceptions=(
        "no answer came: the connection was refused, or it took too long",
        "it failed (5xx), was redirected, or the address is wrong, gone or too busy (404, 405, 408, 410, 413, 425, 429)",
        "it had accepted the same before",
    ),
    find=find,
)
