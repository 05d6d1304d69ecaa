"""WHK003: a webhook says that something changed, not what is true now. Only a trial can ask a client what it believes."""

from inbox_mock.conduct.model import Rule

RULE = Rule(
    code="WHK003",
    title="took a webhook's payload for the newest truth",
    why="Webhooks come late, twice, out of order or not at all, and bear no time by which to tell.",
    source="developers.bookingsync.com/guides/api-best-practices, webhooks",
    fix="Take a webhook as a hint to synchronise, and believe what the API answers then.",
    severity="error",
)
