"""Webhooks: what comes, when, and how it is signed."""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson

from inbox_contracts.provider.api import JSON, Api, wanted
from inbox_contracts.provider.expectations import PropertyViolation, expect, same
from inbox_contracts.provider.resources import address_of, path_of
from inbox_contracts.provider.trial import Trial, claim
from inbox_mock.domain.fidelity import documented

RECEIVER = "127.0.0.1"


class _Receiver(BaseHTTPRequestHandler):
    """Keeps what comes, and answers 204."""

    heard: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _receiving() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    heard: list[tuple[dict[str, str], bytes]] = []
    server = ThreadingHTTPServer((RECEIVER, 0), type("Receiver", (_Receiver,), {"heard": heard}))
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{RECEIVER}:{server.server_address[1]}/webhooks", heard
    finally:
        server.shutdown()
        server.server_close()


def _signature(secret: str, body: bytes) -> str:
    """Return the right signature, independently of the fake's own code: HMAC-SHA1 of the Base64, a newline after each 60 characters."""
    text = b64encode(body).decode()
    lines = "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
    return hmac.new(secret.encode(), lines.encode(), "sha1").hexdigest()


EVENTS = (
    *(f"booking_{what}" for what in ("created", "updated", "destroyed")),
    *(f"client_{what}" for what in ("created", "updated")),
    *(f"inbox_{noun}_{what}" for noun in ("conversation", "message") for what in ("created", "updated")),
)
"""What is subscribed to. Of inquiries nothing is."""
HEADERS = {"content-type": "application/json", "user-agent": "BookingSync Webhook Delivery"}
OWN: tuple[tuple[str, str, JSON], ...] = (
    ("conversations", "inbox_conversation", {"closed": True}),
    ("messages", "inbox_message", {"content": "Changed"}),
    ("bookings", "booking", {"adults": 3}),
    ("clients", "client", {"company": "Changed"}),
)
"""What the application itself makes and changes: plural, how its events begin, and the change."""
NAMED = {"booking", "client"}
"""What has its record under this very name; of what is of the inbox, no source says."""


@claim("webhooks", fidelity=documented("/guides/webhook-subscriptions"), reads=False, fake=True)
def webhooks(trial: Trial) -> None:
    """A webhook comes for what happens and was subscribed to, signed over its raw body, and tells the record as the API shows it then."""
    with trial.workspace("agency") as workspace, _receiving() as (url, heard):
        api, fake = workspace.api, workspace.fake
        secret = str(fake.webhook(url, *EVENTS)["secret"])

        def told() -> dict[str, JSON]:
            """Return the records of what comes within a minute, the last one by event."""
            heard.clear()
            workspace.advance("1m")
            found = [(headers, body, orjson.loads(body)) for headers, body in heard]
            for headers, body, webhook in found:
                _is_whole(api, webhook, headers)
                same(headers.get("x-content-signature"), _signature(secret, body), f"X-Content-Signature of {webhook['event']}")
            created = [webhook["event"] for _, _, webhook in found if webhook["event"].endswith("_created")]
            same(sorted(created), sorted(set(created)), "the events that tell of what was created, each of which happened once")
            return {webhook["event"]: _record(webhook) for _, _, webhook in found}

        def shows(event: str, plural: str, record_id: int) -> None:
            found = told().get(event)
            if found is None:
                raise PropertyViolation(f"no webhook of {event} within a minute")
            shown = api.one(address_of(plural, record_id))
            same({name: found.get(name) for name in shown}, shown, f"one of the {plural}, {record_id}, in its {event}, beside the API's")

        booking = fake.book("airbnb", conversation_delay="5m")
        shows("booking_created", "bookings", booking["id"])
        workspace.advance("3m")
        records = told()
        (number,) = api.one(f"/bookings/{booking['id']}")["links"]["conversations"]
        same(records.get("inbox_conversation_created", {}).get("id"), number, "the id that inbox_conversation_created tells")
        message = fake.write(number, "¿Traemos al perro? 🐕 " * 10)
        shows("inbox_message_created", "messages", message["id"])
        changes: tuple[tuple[str, str, int, JSON], ...] = (
            ("inbox_message_updated", "messages", message["id"], {"content": "May we bring two dogs?"}),
            *(("inbox_conversation_updated", "conversations", number, {"closed": closed}) for closed in (True, False)),
            ("inbox_conversation_updated", "conversations", number, {"marked_as_spam": True}),
            ("inbox_conversation_updated", "conversations", number, {"assignee_id": workspace.id("hosts")}),
        )
        for event, plural, record_id, written in changes:
            workspace.change(plural, record_id, written)
            shows(event, plural, record_id)
        for plural, noun, written in OWN:
            for needed in (each for each in ("participants", "rentals") if plural in {"messages", "bookings"}):
                workspace.id(needed)
            told()  # of what is needed
            record_id = workspace.new(plural)["id"]
            shows(f"{noun}_created", plural, record_id)
            workspace.change(plural, record_id, written)
            shows(f"{noun}_updated", plural, record_id)
        wanted(api.call("DELETE", f"/bookings/{booking['id']}"), 204)
        same(told().get("booking_destroyed", {}).get("id"), booking["id"], "the id that the webhook of booking_destroyed tells")
        workspace.new("inquiries")
        api.get("/inbox/conversations")
        same(told(), {}, "webhooks of a new inquiry, to which nobody subscribed, and of a list that was read")


def _is_whole(api: Api, webhook: JSON, headers: dict[str, str]) -> None:
    event = webhook["event"]
    expect(event in EVENTS, f"a webhook of {event}, to which nobody subscribed")
    same(sorted(webhook), ["account_id", "event", "resource"], f"the keys of the webhook of {event}")
    same(webhook["account_id"], _record(webhook)["links"]["account"], f"account_id of the webhook of {event}")
    noun = event.rpartition("_")[0]
    expect(noun in webhook["resource"] or noun not in NAMED, f"no {noun} in the webhook of {event}")
    plural = f"{noun.removeprefix('inbox_')}s"
    given, wanted_ones = webhook["resource"].get("links") or {}, api.get(path_of(plural), per_page=1).json["links"]
    relative = [template for template in given.values() if not str(template).startswith("http")]
    same(relative, [], f"the templates in the webhook of {event} that are no absolute addresses")
    same(_without_host(given), _without_host(wanted_ones), f"the templates in the webhook of {event}, beside the API's")
    same({name: headers.get(name) for name in HEADERS}, HEADERS, f"the headers of the webhook of {event}")


def _without_host(templates: JSON) -> JSON:
    """Return templates as paths below the API: a webhook's host is that which the service gives itself."""
    return {name: str(template).partition("/api/v3/")[2] for name, template in templates.items()}


def _record(webhook: JSON) -> JSON:
    """Return the record of a webhook, under its singular."""
    (singular,) = webhook["resource"].keys() - {"links"}
    found: JSON = webhook["resource"][singular]
    return found
