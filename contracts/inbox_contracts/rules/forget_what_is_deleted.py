"""SYN004: what deleted_ids names is to be forgotten. Only a trial can ask a client what it believes."""

from inbox_mock.conduct.model import Rule

RULE = Rule(
    code="SYN004",
    title="kept what deleted_ids told it to forget",
    why="A cancelled booking is in no list any more; only deleted_ids tells, and whoever does not read it keeps it for ever.",
    source="developers.bookingsync.com/guides/updated-since-flow, deleted_ids",
    fix="Read meta.deleted_ids of every answer to updated_since, on every page, and forget those records.",
    severity="error",
)
