"""Clients that are wrong about webhooks."""

import hmac
import json
from base64 import b64encode, encodebytes
from collections.abc import Mapping

from inbox_client import Inbox, is_signed
from mutants.clients.broken import broken

PLURALS = {"conversation": "conversations", "message": "messages", "booking": "bookings"}


def signature_in(headers: Mapping[str, str]) -> str:
    return {name.lower(): value for name, value in headers.items()}.get("x-content-signature", "")


def signature_over(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, "sha1").hexdigest()


@broken("accepts every webhook, whoever sent it", "WHK001", "forged_webhook")
class ChecksNoSignature(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        super().receive(headers, body)
        return True


@broken("looks whether there is a signature, and not whose", "WHK001", "forged_webhook")
class ChecksThatThereIsASignature(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        super().receive(headers, body)
        return len(signature_in(headers)) == 40


@broken("breaks the Base64 into lines of 76 characters", "WHK002", "lost_webhook")
class BreaksLinesLikeMail(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers) == signature_over(self.webhook_secret, encodebytes(body))


@broken("breaks the Base64 into no lines at all", "WHK002", "late_webhook")
class BreaksNoLines(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers) == signature_over(self.webhook_secret, b64encode(body))


@broken("signs the body itself", "WHK002", "reordered_webhook")
class SignsTheBodyItself(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers) == signature_over(self.webhook_secret, body)


@broken("refuses a webhook that comes twice", "WHK002", "duplicated_webhook")
class RefusesWhatComesTwice(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        heard = self.__dict__.setdefault("heard", set())
        accepted = super().receive(headers, body) and body not in heard
        heard.add(body)
        return accepted


class Believes(Inbox):
    """Takes what a webhook brings for the newest state of it."""

    believed: tuple[str, ...] = ()

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        if not is_signed(self.webhook_secret, signature_in(headers), body):
            return False
        for kind, record in json.loads(body)["resource"].items():
            if kind in self.believed:
                self.copy[PLURALS[kind]][record["id"]] = record
        return True


@broken("takes the conversation that a webhook brings for its newest state", "WHK003", "stale_webhook")
class BelievesConversationsInWebhooks(Believes):
    believed = ("conversation",)


@broken("takes the booking that a webhook brings for its newest state", "WHK003", "late_webhook")
class BelievesBookingsInWebhooks(Believes):
    believed = ("booking",)


@broken("takes whatever a webhook brings for its newest state", "WHK003", "reordered_webhook")
class BelievesWebhooks(Believes):
    believed = ("conversation", "message", "booking")


@broken("accepts a webhook that bears no signature", "WHK001", "forged_webhook")
class AcceptsWhatIsNotSigned(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return super().receive(headers, body) or not signature_in(headers)


@broken("compares the first digits of a signature", "WHK001", "forged_webhook")
class ComparesTheFirstDigits(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers)[:8] == signature_over(self.webhook_secret, in_lines(body))[:8]


@broken("compares the last digits of a signature", "WHK001", "forged_webhook")
class ComparesTheLastDigits(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers)[-8:] == signature_over(self.webhook_secret, in_lines(body))[-8:]


@broken("looks whether the right signature contains the one that came", "WHK001", "forged_webhook")
class LooksForASubstring(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signature_in(headers) in signature_over(self.webhook_secret, in_lines(body))


@broken("checks the signature of the body as it would write it itself", "WHK002", "respelled_webhook")
class ChecksItsOwnSpelling(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        spelled = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
        return super().receive(headers, spelled)


def in_lines(body: bytes) -> bytes:
    """The Base64 of a body as it is signed."""
    return b"".join(b64encode(body[start : start + 45]) + b"\n" for start in range(0, len(body), 45))


class Remembers(Inbox):
    """Accepts a webhook that bears a signature it has seen, without looking at the body."""

    heard: tuple[str, ...] = ()
    most: int | None = None

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        signature = signature_in(headers)
        if signature in self.heard:
            return True
        accepted = super().receive(headers, body)
        if accepted:
            self.heard = (signature, *self.heard)[: self.most]
        return accepted


@broken("accepts a signature that it has seen before, whatever the body", "WHK001", "forged_webhook")
class AcceptsASignatureAgain(Remembers):
    pass


@broken("accepts the signature of its last webhook, whatever the body", "WHK001", "forged_webhook")
class AcceptsTheLastSignature(Remembers):
    most = 1


@broken("accepts the beginning of a signature", "WHK001", "forged_webhook")
class AcceptsTheBeginning(Inbox):
    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        signature = signature_in(headers)
        return bool(signature) and signature_over(self.webhook_secret, in_lines(body)).startswith(signature)
