"""Actions of guests, staff, channels and applications: what the timeline of a scenario can hold.

Each action is one decorated function in a module here, and its name is the function's. The scenario schema, the timeline,
the catalogue, the dashboard and trials of clients read the declaration.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Any

from inbox_mock.channels import policies
from inbox_mock.domain.discovery import by_name, discover_all
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.values import printable
from inbox_mock.engine.unit_of_work import Handler, Handlers, UnitOfWork
from inbox_mock.resources import RESOURCES
from inbox_mock.services import relay
from inbox_mock.simulation import bookings
from inbox_mock.simulation.bookings import Arguments, channel_conversation
from inbox_mock.store.database import Row
from inbox_mock.store.rows import BookingRow, ConversationRow
from inbox_mock.webhooks.deliveries import SENT

Given = Mapping[str, Any]
Schema = dict[str, Any]

REFERENCE: Schema = {"$ref": "#/$defs/reference"}
WHEN: Schema = {"$ref": "#/$defs/when"}
"""The beginning or the end of a stay; an action that takes one takes a booking, too."""
TEXT: Schema = {"type": "string", "minLength": 1}
IN_CONVERSATION: Schema = {"booking": {**REFERENCE, "description": "Its conversation is meant."}, "conversation": REFERENCE}
ATTACHMENTS: Schema = {"type": "array", "items": REFERENCE}
MOST_SHOWN = 60
UNKNOWN = "?"
NO_ACTIONS = frozenset({"at", SENT, *bookings.HANDLERS, *relay.HANDLERS})
"""Names that an action cannot have: the key beside it in a timeline's entry, and kinds of events that the fake schedules itself."""
LOG = logging.getLogger("inbox_mock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The declaration of an action; call it to perform the action at once.

    * ``schema`` is the JSON Schema of its arguments in scenario files.
    * ``refers`` names the table of each argument that refers to a record, or to several; ``booking`` and ``conversation`` need
      no entry. ``about`` gets the record's id as ``host_id``, or the records' ids as ``attachment_ids``, and every other
      argument unchanged.
    * ``says`` is the sentence about it, without a full stop, for people: a format with arguments' names and ``where``, the
      conversation in which it happens, or a function of the arguments.
    * ``resolve`` replaces the rules of ``refers``.
    * ``operation`` is the admin API's operation that performs it; None, if only a timeline does.
    * ``in_trials``: whether it can be a step of a client's trial.
    * ``handler`` performs it: takes the unit of work and ``about``, returns additions to ``about``.
    """

    name: str
    subject: str
    schema: Schema
    says: str | Callable[[Given], str]
    handler: Handler
    refers: Mapping[str, str] = field(default_factory=dict)
    resolve: Callable[[Arguments, Given], Row] | None = None
    operation: str | None = None
    in_trials: bool = True

    def __post_init__(self) -> None:
        """Refuse what names no argument, and references to tables that scenarios cannot refer to."""
        if self.name in NO_ACTIONS:
            raise ValueError(
                f"action {self.name!r}: the name is taken by the timeline itself; expected none of {', '.join(sorted(NO_ACTIONS))}"
            )
        if "properties" not in self.schema:
            return
        fields = () if callable(self.says) else tuple(field for _, field, _, _ in Formatter().parse(self.says) if field is not None)
        for key, names in (("required", self.schema.get("required", ())), ("refers", self.refers), ("says", fields)):
            for name in names:
                if name not in self.arguments and (key, name) != ("says", "where"):
                    known = (*self.arguments, *("where",) * (key == "says"))
                    raise ValueError(f"action {self.name!r}: {key} names {name!r}; expected some of {', '.join(known)}")
        for name, table in self.refers.items():
            if table not in RESOURCES:
                raise ValueError(f"action {self.name!r}: refers has {table!r} for {name!r}; expected one of {', '.join(RESOURCES)}")

    def __call__(self, work: UnitOfWork, about: Row) -> Row:
        """Perform the action, and return additions to ``about``.

        Raises:
            Refusal: the action cannot be performed.
        """
        return self.handler(work, about) or {}

    @property
    def arguments(self) -> Mapping[str, Schema]:
        """The JSON Schema of each argument; empty where the scenario schema defines them elsewhere."""
        found: Mapping[str, Schema] = self.schema.get("properties", {})
        return found

    def sentence(self, given: Given) -> str:
        """Return what it does, as a sentence without a full stop; ``given`` are its arguments as written in a scenario.

        It is a question mark if ``says`` fails, or returns something else.
        """
        try:
            found: object = self.says(given) if callable(self.says) else self.says.format_map(_Words(given, where=where(given)))
        except Exception:  # a sentence for people must not stop the clock
            LOG.exception("what the action %s says failed", self.name)
            return UNKNOWN
        return found if isinstance(found, str) else UNKNOWN


class _Words(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN


def action(
    *,
    says: str | Callable[[Given], str],
    schema: Schema | None = None,
    arguments: Schema | None = None,
    required: tuple[str, ...] = (),
    refers: Mapping[str, str] | None = None,
    resolve: Callable[[Arguments, Given], Row] | None = None,
    operation: str | None = None,
    in_trials: bool = True,
    **more: object,
) -> Callable[[Handler], Action]:
    """Declare the function below as an action of its name; see `Action`.

    Its schema is ``schema``, or that of an object of ``arguments``, some of them ``required``; ``more`` are other keywords
    of this schema, such as a ``description``.
    """

    def declare(handler: Handler) -> Action:
        described: Schema = {"type": "object", "additionalProperties": False}
        if required:
            described["required"] = list(required)
        return Action(
            name=handler.__name__,
            subject=handler.__module__.rpartition(".")[2],
            schema=schema or described | more | {"properties": arguments or {}},
            says=says,
            handler=handler,
            refers=refers or {},
            resolve=resolve,
            operation=operation,
            in_trials=in_trials,
        )

    return declare


@cache
def actions() -> dict[str, Action]:
    """Return every action by its name.

    Raises:
        DeclarationError: a module cannot be used, or two have the same name.
    """
    return by_name(__name__, discover_all(__name__, Action))


def handlers() -> Handlers:
    """Return the handler of every kind of timeline event, looked up again at each call."""
    return Handlers({**bookings.HANDLERS, **relay.HANDLERS, **actions()}, outside=(SENT,))


def sentence(kind: str, about: Given) -> str:
    """Return an action on the timeline as a sentence without a full stop.

    Long texts are cut, and unprintable characters are replaced.
    """
    given = {name.removesuffix("_id").removesuffix("_ids"): known for name, known in about.items()} | {**about}
    for name, known in given.items():
        if isinstance(known, str) and len(known) > MOST_SHOWN:
            given[name] = f"{known[:MOST_SHOWN]}…"
    return printable(actions()[kind].sentence(given))


def where(given: Given) -> str:
    """Return the conversation of an action, in words."""
    if given.get("conversation") is not None:
        return f"conversation {given['conversation']}"
    return f"the conversation of booking {given['booking']}" if given.get("booking") is not None else "a conversation"


def attached(about: Row) -> Row:
    """Return the attachments of a message, if there are any, as `actors` take them."""
    return {"attachment_ids": about["attachment_ids"]} if about.get("attachment_ids") else {}


def booking_of(work: UnitOfWork, about: Row) -> BookingRow:
    """Return the booking of an action: by ``booking_id``, or the one that the event ``booked_by`` created, whose id is added.

    Raises:
        Invalid: that event created none.
    """
    if about.get("booking_id") is None:
        about["booking_id"] = work.db.value("SELECT json_extract(about, '$.booking_id') FROM timeline WHERE id = ?", (about["booked_by"],))
        if about["booking_id"] is None:
            raise Invalid(invalid("booking_id", "a booking that could be made"))
    return work.db.get(BookingRow, about["booking_id"])


def conversation_of(work: UnitOfWork, about: Row) -> ConversationRow:
    """Return the conversation of an action: by ``conversation_id``, or the one of a booking.

    A channel's booking has the one that the channel opened, any other booking the first that it is connected to.

    Raises:
        Invalid: the booking has none, or none yet.
    """
    if about.get("conversation_id") is not None:
        return work.db.get(ConversationRow, about["conversation_id"])
    booking = booking_of(work, about)
    found = channel_conversation(work, booking["id"])
    if found is None and not policies()[booking["channel"]].owns_conversations:
        sql = "SELECT * FROM conversations WHERE id = (SELECT conversation_id FROM conversation_bookings WHERE booking_id = ? LIMIT 1)"
        found = work.db.one(sql, (booking["id"],), ConversationRow)
    if found is None:
        raise Invalid(invalid("booking_id", "a booking that has its conversation by then"))
    return found
