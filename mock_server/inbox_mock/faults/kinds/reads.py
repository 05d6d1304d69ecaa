"""Faults of reads: a list that grows at its front while it is paged through, and a replica that lags behind."""

from inbox_mock.faults.declaration import RequestEffect, RequestFault

FAULTS = (
    RequestFault(
        kind="page_shift",
        says="so many `records` (1, if left out) appear in front of a list after its first page was read, until it is read anew",
        options={"records": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1, "description": "how many, from 1 to 1000"}},
        effect=lambda options: RequestEffect(shift=options["records"]),
        api_only=True,
        concerns=lambda request: request.method in {"GET", "HEAD"} and request.page == 2,
        lingers=lambda request: request.listing,
        ends=lambda request: request.page == 1,
    ),
    RequestFault(
        kind="stale_read",
        says="reads show everything as it was when the fault was set, `for` a minute if nothing is said; synced-at lags too, if `honest`",
        options={
            "honest": {
                "type": "boolean",
                "default": True,
                "description": "true or false: whether the synced-at header is as old as what is shown",
            }
        },
        effect=lambda options: RequestEffect(reads_past=True, honest=options["honest"]),
        api_only=True,
        concerns=lambda request: request.method in {"GET", "HEAD"},
        lasts="1m",
        keeps_past=True,
    ),
)
