"""Clients that are wrong about webhooks in their own ways: what is signed, what is known, what it brings."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from unicodedata import normalize

from inbox_client import Inbox, is_signed
from inbox_client.api import JSON
from mutants.clients.broken import broken
from mutants.clients.hearing import PLURALS, Believes, in_lines, signature_in, signature_over


def record_in(body: bytes) -> tuple[str, JSON]:
    """The kind of record that a webhook brings, and the record."""
    return next((kind, record) for kind, record in json.loads(body)["resource"].items() if kind != "links")


class ChecksAnotherBody(Inbox):
    """Checks the signature of something else than the bytes that came."""

    def other(self, body: bytes) -> bytes:
        raise NotImplementedError

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, self.other(body))


@broken("checks the signature of the body in ASCII alone", "WHK002", "duplicated_webhook")
class ChecksTheBodyInAscii(ChecksAnotherBody):
    def other(self, body: bytes) -> bytes:
        return body.decode().encode("ascii", "ignore")


@broken("reads the body as Latin-1 before it checks the signature", "WHK002", "duplicated_webhook")
class ChecksTheBodyInLatin1(ChecksAnotherBody):
    def other(self, body: bytes) -> bytes:
        return body.decode("latin-1").encode()


@broken("composes characters before it checks the signature", "WHK002", "duplicated_webhook")
class ChecksTheComposedBody(ChecksAnotherBody):
    def other(self, body: bytes) -> bytes:
        return normalize("NFC", body.decode()).encode()


@broken("strips the body before it checks the signature", "WHK002", "respelled_webhook")
class ChecksTheStrippedBody(ChecksAnotherBody):
    def other(self, body: bytes) -> bytes:
        return body.strip()


@broken("sorts the keys of the body before it checks the signature", "WHK002", "late_webhook")
class ChecksSortedKeys(ChecksAnotherBody):
    def other(self, body: bytes) -> bytes:
        return json.dumps(json.loads(body), separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


@broken("checks a signature by SHA-256", "WHK002", "late_webhook")
class ChecksBySha256(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers) == hmac.new(self.webhook_secret.encode(), in_lines(body), "sha256").hexdigest()


@broken("compares as many digits as have come", "WHK001", "forged_webhook")
class ComparesWhatHasCome(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        right = signature_over(self.webhook_secret, in_lines(body))
        return all(one == other for one, other in zip(signature_in(headers), right, strict=False))


@broken("checks signatures of what concerns the inbox only", "WHK001", "forged_webhook")
class ChecksTheInboxOnly(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, body) or not json.loads(body)["event"].startswith("inbox_")


@broken("checks signatures of messages only", "WHK001", "forged_webhook")
class ChecksMessagesOnly(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, body) or "inbox_message" not in json.loads(body)["event"]


@broken("takes a webhook about a record that it knows for a second copy, before it checks the signature", "WHK001", "forged_webhook")
class KnowsItAlready(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        kind, record = record_in(body)
        known = self.__dict__.setdefault("known", set())
        if (kind, record["id"]) in known:
            return True
        accepted = super().receive(headers, body)
        known.update({(kind, record["id"])} if accepted else ())
        return accepted


@broken("expects every webhook to bear a signature, and dies of one that does not", "CRASH", "forged_webhook")
class DiesWithoutASignature(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive({"X-Content-Signature": headers["X-Content-Signature"]}, body)


@broken("refuses webhooks about what it does not keep", "WHK002", "direct_booking")
class RefusesOtherEvents(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, body) and json.loads(body)["event"].startswith("inbox_")


@broken("dies of a webhook about what it does not keep", "CRASH", "direct_booking")
class DiesOfOtherEvents(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        {"conversation": 1, "message": 2}[record_in(body)[0]]
        return accepted


@broken("refuses a webhook about a record that it has not read yet", "WHK002", "lost_webhook")
class RefusesWhatItHasNotRead(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        kind, record = record_in(body)
        return super().receive(headers, body) and record["id"] in self.copy.get(PLURALS.get(kind, ""), {})


@broken("refuses a webhook that is older than what it has read", "WHK002", "late_webhook")
class RefusesWhatIsOld(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        kind, record = record_in(body)
        known = self.copy.get(PLURALS.get(kind, ""), {}).get(record["id"])
        return super().receive(headers, body) and (known is None or known["updated_at"] <= record["updated_at"])


@broken("refuses a webhook about what changed more than ten minutes ago", "WHK002", "late_webhook")
class RefusesWhatComesLate(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        now = parsedate_to_datetime(self.api.call("GET", f"{self.api.url}/hosts").headers["Date"])
        age = now - datetime.fromisoformat(record_in(body)[1]["updated_at"])
        return super().receive(headers, body) and age <= timedelta(minutes=10)


@broken("refuses the second webhook about a record in one minute", "WHK002", "reordered_webhook")
class RefusesASecondWebhook(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        kind, record = record_in(body)
        heard = self.__dict__.setdefault("heard", {})
        accepted = super().receive(headers, body) and heard.get((kind, record["id"]), "")[:16] != record["updated_at"][:16]
        heard[kind, record["id"]] = record["updated_at"]
        return accepted


@broken("takes the message that a webhook brings for its newest state", "WHK003", "stale_webhook")
class BelievesMessagesInWebhooks(Believes):
    believed = ("message",)


@broken("takes what a webhook brings if it is as new as what it has", "WHK003", "stale_webhook")
class BelievesWhatIsAsNew(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        if not is_signed(self.webhook_secret, signature_in(headers), body):
            return False
        kind, record = record_in(body)
        if kind in PLURALS:
            self.remember(PLURALS[kind], record)
        return True


@broken("asks for what has changed since the newest webhook", "SYN003", "lost_webhook")
class AsksFromTheNewestWebhook(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        kind, record = record_in(body)
        if accepted and PLURALS.get(kind) in self.synced_at:
            at = record["updated_at"].replace("T", " ").replace("Z", " UTC")
            self.synced_at[PLURALS[kind]] = max(self.synced_at[PLURALS[kind]], at)
        return accepted


class ReadsWhenTold(Inbox):
    """Reads a list again only after a webhook told of it."""

    name, word = "", b""
    told = True

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        self.told = self.told or self.word in body
        return super().receive(headers, body)

    def catch_up(self, name: str) -> None:
        if name != self.name or self.told or name not in self.synced_at:
            super().catch_up(name)
            self.told = self.told and name != self.name


@broken("reads bookings only after a webhook told of one", "BELIEF", "lost_webhook")
class ReadsBookingsWhenTold(ReadsWhenTold):
    name, word = "bookings", b'"event":"booking'


@broken("reads conversations only after a webhook told of one", "BELIEF", "lost_webhook")
class ReadsConversationsWhenTold(ReadsWhenTold):
    name, word = "conversations", b'"event":"inbox_conversation'


@broken("reads participants only after a webhook told of their conversation", "BELIEF", "host_added_late")
class ReadsParticipantsWhenTold(ReadsWhenTold):
    name, word = "participants", b'"event":"inbox_conversation'


@broken("reads nothing when its last webhook is the newest that it knows", "BELIEF", "lost_webhook")
class ReadsNothingUntilTold(Inbox):
    told = True

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        self.told = True
        return super().receive(headers, body)

    def sync(self) -> None:
        if self.told:
            super().sync()
            self.told = False


@broken("forgets what webhooks told of a record that was cancelled, and brings it back", "WHK003", "late_webhook")
class BringsBackWhatIsGone(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        accepted = super().receive(headers, body)
        kind, record = record_in(body)
        known: dict[int, Any] = self.copy["bookings"]
        if accepted and kind == "booking" and record["id"] not in known and record["status"] != "Canceled":
            known[record["id"]] = record
        return accepted
