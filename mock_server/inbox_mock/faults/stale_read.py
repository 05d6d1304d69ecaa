"""Reads that do not show yet what was written, as of a replica that lags behind."""

from inbox_mock.faults import Options, RequestEffect, RequestFault


def _sabotage(options: Options) -> RequestEffect:
    return RequestEffect(from_the_past=True, honest=bool(options["honest"]))


FAULT = RequestFault(
    says="reads show everything as it was when the fault was set, `for` a minute if nothing is said; synced-at lags too, if `honest`",
    options={
        "honest": {"type": "boolean", "default": True, "description": "whether the synced-at header is as old as what is shown"},
    },
    sabotage=_sabotage,
    concerns=lambda asked: asked.method in {"GET", "HEAD"},
    lasts="1m",
    keeps_past=True,
)
