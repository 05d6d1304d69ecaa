"""The fake in this process behind the server's own parser, as targets ask it."""

import logging
from functools import cache

from hostile.wire import Reply, replies
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import from_object
from inbox_mock.testing.application import Application
from serving.raw import INTERIM
from whole import a_busy_scenario

TOKEN, CLIENT_ID, CLIENT_SECRET = "demo", "democlientid", "democlientsecret"
NO_LIMIT = 10**9


@cache
def application() -> Application:
    """A fake whose default sandbox has something of everything, and no rate limit."""
    made = create_app(Options(scenario=from_object(a_busy_scenario()), overrides=Overrides(mode="manual", rate_limit=NO_LIMIT)))
    made.app.logger.addHandler(Told(logging.ERROR))
    return Application(made.app, "http://localhost")


class Told(logging.Handler):
    """Whatever the fake logs as an error is a bug."""

    def emit(self, record: logging.LogRecord) -> None:
        ERRORS.append(record)


ERRORS: list[logging.LogRecord] = []


def asked(sent: bytes) -> Reply:
    """The one answer to a request; an error that nobody ordered fails."""
    ERRORS.clear()
    (reply,) = replies(application().exchange(sent, None).removeprefix(INTERIM), to_head=sent.startswith(b"HEAD"))
    assert reply.status < 500 or reply.status in {501, 505}, f"{reply.status} {reply.body[:300]!r}"
    assert not ERRORS, ERRORS[0].exc_info
    return reply
