"""The reasons that explain what a response does not show: a code with its data, and the text made of it.

They go into the header X-Mock-Why and into the journal. Rules, reports and the dashboard read codes, never texts. What a refusal
does show, its fields and titles, is told of it in the journal's lines, which show no bodies.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

EXPLAINED = {400, 422}
"""The statuses whose bodies say more than the status does."""

FAULT_STRUCK, WEBHOOK_LOST = "fault_struck", "webhook_lost"
NOT_RELAYED = "not relayed"
NOT_SYNCHRONISED = "not synchronised"

# The text that several reasons share, if any, and the text of the reason itself.
TEXTS: dict[str, tuple[str, str]] = {
    FAULT_STRUCK: ("", "fault {fault_id} ({kind}) struck"),
    WEBHOOK_LOST: ("", "fault {fault_id} ({kind}) struck: not sent"),
    "fault_needs_server": ("", "only a server on a port can do that, and this one answers in process; nothing was done"),
    "delivery_failed": ("", "{result}"),
    "delivery_interrupted": ("", "the server ended before it recorded the result: it may have arrived, and is sent again"),
    "not_relayed_no_channel": (NOT_RELAYED, "no channel opened this conversation, and none sees it"),
    "not_relayed_client_sender": (NOT_RELAYED, "only a Host participant's messages are relayed, and the sender is a Client participant"),
    "not_relayed_internal": (NOT_RELAYED, "the message is internal"),
    "not_relayed_other_channel": (NOT_RELAYED, "channel is {given}, and the conversation's default_channel is {wanted}"),
    "not_relayed_channel_fails": (NOT_RELAYED, "{channel} fails to relay what is written here"),
    "not_synchronised_conversation": (NOT_SYNCHRONISED, "no channel sees a conversation that a client makes"),
    "not_synchronised_booking": (NOT_SYNCHRONISED, "{channel} does not see this conversation, though it has the booking"),
    "not_synchronised_participant": (NOT_SYNCHRONISED, "{channel} does not see a Client participant that a client adds"),
    "updated_since_ignored": ("", "updated_since is no time, and counts as blank"),
    "parameter_misspelt": ("", "{given} is no parameter here, and is ignored; did you mean {meant}?"),
    "parameter_ignored": ("", "{given} is no parameter here, and is ignored"),
    "parameter_repeated": ("", "{given} came with several values, and the last one counts"),
    "name_misspelt": ("", "{given} in {parameter} is unknown, and is ignored; did you mean {meant}?"),
    "attribute_misspelt": ("", "{given} is no attribute of {plural}, and is ignored; did you mean {meant}?"),
    "not_included": ("", "{plural} are not included: the token lacks {scopes}"),
    "no_such_address": ("", "no such address: /openapi.json lists them"),
    "address_misspelt": ("", "no such address; did you mean {meant}?"),
    "token_missing": ("", "no token came with the request: it is sent as Authorization: Bearer TOKEN"),
    "token_unknown": ("", "no sandbox of this server knows the token"),
    "token_expired": ("", "the token expired at {at}"),
    "token_revoked": ("", "the token was revoked at {at}"),
    "sandbox_rate": (
        "",
        "this server answers {most} requests a second in a sandbox (--max-sandbox-rate); the API's own limit is no matter",
    ),
    "body_too_large": ("", "the body may have {most}, and a form {parameters}"),
    "client_id_missing": ("", "no client_id came with the request"),
    "client_id_unknown": ("", "no application of this sandbox has this client_id"),
    "client_id_encoded": ("", "the client_id is percent-encoded, and is read as it stands"),
    "client_secret_encoded": ("", "the client_secret is percent-encoded, and is read as it stands"),
    "client_secret_missing": ("", "no client_secret came with the request"),
    "client_secret_wrong": ("", "the client_secret is not the one of this client_id"),
    "redirect_uri_unregistered": ("", "the application has not registered this redirect_uri: it has {registered}"),
    "redirect_uri_differs": ("", "the redirect_uri is not the one that the code was asked for with"),
    "grant_type_unknown": ("", "grant_type is one of {known}"),
    "grant_unknown": ("", "{credential} is unknown in the sandbox of this client_id"),
    "grant_of_another_application": ("", "{credential} was issued to another application"),
    "grant_used": ("", "{credential} was used or revoked at {at}"),
    "grant_expired": ("", "{credential} expired at {at}"),
    "code_verifier_missing": ("", "the code was asked for with a code_challenge, and no code_verifier came with it"),
    "code_verifier_wrong": ("", "the code_verifier is not the one of the code_challenge"),
    "code_challenge_missing": ("", "a code_verifier came with a code that was asked for without a code_challenge"),
    "scopes_joined": ("", "separate scopes by blanks: {meant}"),
    "application_lacks_scope": ("", "the application does not have every scope asked for: it has {held}"),
    "application_has_one_scope": ("", "the application does not have every scope asked for"),
    "refresh_token_lacks_scope": ("", "the refresh token does not have every scope asked for: it has {held}"),
    "refresh_token_has_one_scope": ("", "the refresh token does not have every scope asked for"),
    "client_credentials_has_one_scope": ("", "client credentials give no scope but public"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: ``code`` is a key of `TEXTS`, ``data`` holds the values that its text contains, as JSON."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """The text without the part that it shares with others."""
        return TEXTS[self.code][1].format(**self.data)

    @property
    def text(self) -> str:
        """The whole text."""
        group = TEXTS[self.code][0]
        return f"{group}: {self.detail}" if group else self.detail

    @property
    def is_not_relayed(self) -> bool:
        """Whether it is the reason why a message is not relayed."""
        return TEXTS[self.code][0] == NOT_RELAYED

    @property
    def fault_id(self) -> int | None:
        """The id of the fault that took effect; None for a reason of another kind."""
        found = self.data.get("fault_id")
        return found if isinstance(found, int) else None

    def as_json(self) -> dict[str, object]:
        """Return it as an object with ``code`` and its data."""
        return {"code": self.code, **self.data}


def from_json(found: Mapping[str, object]) -> Reason:
    """Return the reason from the object that `Reason.as_json` returned."""
    return Reason(str(found["code"]), {name: value for name, value in found.items() if name != "code"})


def in_words(reasons: Iterable[Reason]) -> str:
    """Return the texts of reasons joined, each once; an empty text if there are none."""
    return "; ".join(dict.fromkeys(reason.text for reason in reasons))


def of_refusal(status: int | None, reasons: Iterable[Reason], body: object) -> str:
    """Return the reasons of an answer in words, and what the errors in its ``body``, a text, say: each field with its title.

    Of what a fault answered the body is no matter, nor is that of another status than 400 and 422.
    """
    reasons = list(reasons)
    told = in_words(reasons)
    if status not in EXPLAINED or any(reason.fault_id is not None for reason in reasons):
        return told
    return "; ".join(filter(None, [told, *dict.fromkeys(_titles(body))]))


def _titles(body: object) -> list[str]:
    with suppress(ValueError, LookupError, TypeError, AttributeError):  # an answer that is cut, or not of this API
        return [" ".join(filter(None, (one.get("field"), one.get("title")))) for one in json.loads(str(body))["errors"]]
    return []
