"""Webhooks: which to accept, and how far to trust their payload."""

from collections import Counter
from collections.abc import Iterator

from inbox_mock.conduct.facts import mark
from inbox_mock.conduct.model import Evidence, Rule, Violation

NOT_THE_SIGNATURE = frozenset({404, 405, 408, 410, 413, 425, 429})


@Rule(
    code="WHK001",
    title="accepted a webhook with a forged signature (2xx)",
    why="Anybody can post to the address; only X-Content-Signature tells that a webhook comes from where it says.",
    source="developers.bookingsync.com/guides/webhook-subscriptions, verifying the signature",
    fix="Compare X-Content-Signature with the hex HMAC-SHA1, under the application's secret, of the Base64 of the raw body, "
    "with a newline after every 60 characters and at the end. Answer 401 if they differ.",
    exceptions=("no answer came, or one that is not 2xx",),
)
def refuse_forged_webhooks(evidence: Evidence) -> Iterator[Violation]:
    """Yield each webhook that was accepted with a forged signature."""
    for entry in evidence.attempts:
        if entry.delivery is not None and entry.delivery.forged and entry.status is not None and 200 <= entry.status < 300:
            about = f"answered {entry.status} to the webhook {entry.delivery.event}, which {entry.delivery.forged}"
            yield Violation(about, (entry.id,))


@Rule(
    code="WHK002",
    title="refused a webhook with a right signature",
    why="What is refused is lost: nothing is promised about sending it again. Long bodies show where Base64 is broken at other lines.",
    source="developers.bookingsync.com/guides/webhook-subscriptions, verifying the signature",
    fix="Sign the raw bytes of the body, before anything parses them; break the Base64 after every 60 characters (45 bytes), "
    "each line and the last one ended by a newline.",
    exceptions=(
        "no answer came: the connection was refused, or it took too long",
        "it failed (5xx), was redirected, or the address is wrong, gone or too busy (404, 405, 408, 410, 413, 425, 429)",
        "it had accepted the same before",
    ),
)
def accept_signed_webhooks(evidence: Evidence) -> Iterator[Violation]:
    """Yield each webhook that was refused although its signature was right."""
    accepted: set[tuple[str, str, object]] = set()
    events: Counter[str] = Counter()
    for entry in evidence.attempts:
        if entry.delivery is None or entry.delivery.forged or entry.status is None:
            continue
        told = entry.path, entry.delivery.event, mark(entry.delivery.record)
        if 200 <= entry.status < 300:
            accepted.add(told)
            events[entry.delivery.event] += 1
        elif 400 <= entry.status < 500 and entry.status not in NOT_THE_SIGNATURE and told not in accepted:
            beside = _beside(events, entry.delivery.event)
            yield Violation(
                f"answered {entry.status} to the webhook {entry.delivery.event}, whose signature is right; {beside}", (entry.id,)
            )


def _beside(accepted: Counter[str], event: str) -> str:
    """Say how a webhook that was refused differs from those that were accepted before."""
    if not accepted:
        return "none was accepted before it"
    others = [name for name in accepted if name != event]
    return (
        f"it had accepted {accepted[event]} of this event"
        if accepted[event]
        else f"it had accepted {', '.join(others)}, and none of this event"
    )


take_a_webhook_as_a_hint = Rule(
    code="WHK003",
    title="took a webhook's payload for the newest truth",
    why="Webhooks come late, twice, out of order or not at all, and bear no time by which to tell.",
    source="developers.bookingsync.com/guides/api-best-practices, webhooks",
    fix="Take a webhook as a hint to synchronise, and believe what the API answers then.",
)
