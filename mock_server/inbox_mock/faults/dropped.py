"""A connection that breaks: the client sees a reset, not an end."""

from inbox_mock.faults import Options, RequestEffect, RequestFault


def _sabotage(options: Options) -> RequestEffect:
    return RequestEffect(applied=bool(options["applied"]), wire="reset")


FAULT = RequestFault(
    says="the connection is reset; `applied` says whether what was asked for is done (not, if left out)",
    options={"applied": {"type": "boolean", "default": False, "description": "whether what was asked for is done"}},
    sabotage=_sabotage,
)
