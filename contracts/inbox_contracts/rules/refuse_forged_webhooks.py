"""WHK001: whoever can reach the address can post to it; only the signature tells who it was."""

from collections.abc import Iterator

from inbox_mock.conduct.model import Evidence, Rule, Violation


def find(evidence: Evidence) -> Iterator[Violation]:
    """Yield each webhook that was accepted with somebody else's signature."""
    for entry in evidence.attempts:
        if entry.delivery is not None and entry.delivery.forged and entry.status is not None and 200 <= entry.status < 300:
            about = f"answered {entry.status} to the webhook {entry.delivery.event}, whose signature is made with a wrong secret"
            yield Violation(about, (entry.id,))


RULE = Rule(
    code="WHK001",
    title="accepted a webhook with a forged signature (2xx)",
    why="Anybody can post to the address; only X-Content-Signature tells that a webhook comes from where it says.",
    source="developers.bookingsync.com/guides/webhook-subscriptions, verifying the signature",
    fix="Compare X-Content-Signature with the hex HMAC-SHA1, under the application's secret, of the Base64 of the raw body, "
    "with a newline after every 60 characters and at the end. Answer 401 if they differ.",
    severity="error",
    exceptions=("no answer came, or one that is not 2xx",),
    find=find,
)
