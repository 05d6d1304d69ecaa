"""An answer of which a part is missing: its Content-Length promises more than comes."""

from inbox_mock.faults import Options, RequestEffect, RequestFault


def _sabotage(options: Options) -> RequestEffect:
    kept = options["bytes"]
    return RequestEffect(wire="cut", kept=None if kept is None else int(str(kept)))


FAULT = RequestFault(
    says="the body ends after so many `bytes` (half of them, if left out), and the connection with it",
    options={
        "bytes": {
            "type": ["integer", "null"],
            "minimum": 0,
            "default": None,
            "description": "how many bytes of the body come, from 0; half of them, if left out",
        }
    },
    sabotage=_sabotage,
)
