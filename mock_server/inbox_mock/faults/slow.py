"""An answer that takes its time, on the sandbox's clock: nobody waits, unless it is asked for."""

from datetime import timedelta

from inbox_mock.faults import Options, RequestEffect, RequestFault, duration

LONGEST_WAIT = timedelta(seconds=30)


def _sabotage(options: Options) -> RequestEffect:
    takes, really = options["by"], bool(options["real"])
    if not isinstance(takes, timedelta):
        raise TypeError(takes)
    return RequestEffect(takes=min(takes, LONGEST_WAIT) if really else takes, really=really)


FAULT = RequestFault(
    says="the answer takes so long (`by`): the sandbox's clock moves, and X-Runtime says so; with `real`, you wait, 30 s at the most",
    options={
        "by": duration("5s", "how long the answer takes"),
        "real": {"type": "boolean", "default": False, "description": "true to wait really, 30 seconds at the most"},
    },
    sabotage=_sabotage,
)
