"""Every call of the recording, in the order in which one server answers them, by group."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from wire import acting, authorising, keeping, reading, refusing, spoiling, watching, writing
from wire.call import Call

GROUPS: dict[str, Callable[[], Iterator[Call]]] = {
    "lists and records": reading.records,
    "pages, fields and filters": reading.selections,
    "addresses and headers": reading.addresses,
    "creating": writing.creating,
    "updating": writing.updating,
    "attachments and uploads": writing.uploading,
    "strict sandboxes": writing.strictly,
    "bodies that cannot be read": refusing.unreadable,
    "values that are wrong": refusing.invalid,
    "tokens and scopes": refusing.unauthorised,
    "addresses and methods that are not there": refusing.nowhere,
    "rate limit and sizes": refusing.too_much,
    "tokens by OAuth": authorising.tokens,
    "consent pages": authorising.pages,
    "refusals of OAuth": authorising.refusals,
    "faults of requests": spoiling.requests,
    "faults of webhooks": spoiling.webhooks,
    "actors": acting.actors,
    "clock and timeline": acting.clock,
    "refusals of the admin API": acting.refusals,
    "webhooks and deliveries": watching.deliveries,
    "journal and report": watching.journal,
    "what the page shows": watching.views,
    "sandboxes, snapshots and forks": keeping.sandboxes,
    "documents and health": keeping.documents,
}

CALLS: tuple[Call, ...] = tuple(replace(call, group=group) for group, calls in GROUPS.items() for call in calls())
