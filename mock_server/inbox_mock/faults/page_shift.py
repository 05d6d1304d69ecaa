"""A list that grows at its front while it is read: what was last on the page before comes again, and nothing is lost."""

from inbox_mock.faults import Options, RequestEffect, RequestFault


def _sabotage(options: Options) -> RequestEffect:
    return RequestEffect(shifted=int(str(options["records"])))


FAULT = RequestFault(
    says="so many `records` (1, if left out) appear in front of a list after its first page was read, until it is read anew",
    options={"records": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1, "description": "how many, from 1 to 1000"}},
    sabotage=_sabotage,
    concerns=lambda asked: asked.method in {"GET", "HEAD"} and asked.page == 2,
    lingers=lambda asked: asked.listing,
    ends=lambda asked: asked.page == 1,
)
