"""Faults of the connection: closed without a response, reset, or closed in the middle of one. No client waits for a timeout."""

from inbox_mock.faults.declaration import RequestEffect, RequestFault

FAULTS = (
    RequestFault(
        kind="timeout_before",
        says="the connection is closed without an answer, and nothing was done",
        effect=lambda _: RequestEffect(applied=False, connection="close"),
    ),
    RequestFault(
        kind="timeout_after",
        says="the connection is closed without an answer, and what was asked for is done",
        effect=lambda _: RequestEffect(connection="close"),
    ),
    RequestFault(
        kind="dropped",
        says="the connection is reset; `applied` says whether what was asked for is done (not, if left out)",
        options={"applied": {"type": "boolean", "default": False, "description": "true or false: whether what was asked for is done"}},
        effect=lambda options: RequestEffect(applied=options["applied"], connection="reset"),
    ),
    RequestFault(
        kind="truncated",
        says="the body ends after so many `bytes` (half of them, if left out), and the connection with it",
        options={
            "bytes": {
                "type": ["integer", "null"],
                "minimum": 0,
                "default": None,
                "description": "how many bytes of the body come, from 0; half of them, if left out",
            }
        },
        effect=lambda options: RequestEffect(connection="cut", kept=options["bytes"]),
    ),
)
