"""How sure each behaviour is and where it was seen, and the switches for what no source settles: a scenario's ``assume``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fidelity:
    """``level`` is documented, recorded or assumed; ``source`` names the page, the recording or the reason."""

    level: str
    source: str


def documented(page: str) -> Fidelity:
    """Return the fidelity of what the official documentation says; ``page`` is a path on developers.bookingsync.com."""
    return Fidelity("documented", page)


def recorded(where: str) -> Fidelity:
    """Return the fidelity of what a recording of the real service shows, or a public client of it enforces."""
    return Fidelity("recorded", where)


def assumed(reason: str) -> Fidelity:
    """Return the fidelity of what no source settles, with the reason for the choice."""
    return Fidelity("assumed", reason)


@dataclass(frozen=True, slots=True)
class Assumption:
    """A switch: its default, its allowed values, and what it decides."""

    default: object
    choices: tuple[object, ...]
    says: str


ASSUMPTIONS: dict[str, Assumption] = {
    "message_bumps_conversation": Assumption(True, (True, False), "A new message moves its conversation's updated_at and last_message_at."),
    "guest_reopens_closed": Assumption(True, (True, False), "A guest's message reopens a closed conversation."),
    "connect_moves_updated_at": Assumption(
        False,
        (True, False),
        "connect_booking, disconnect_booking and add_attachment move updated_at. Recordings of 2018 show that they do not.",
    ),
    "sent_at_optional": Assumption(False, (True, False), "A message may come without sent_at, as in 2018; the tables of 2022 require it."),
    "visibility_all": Assumption(False, (True, False), "The visibility 'all' of 2018 is accepted beside the two of today."),
    "cast_values": Assumption(
        True,
        (True, False),
        "A written value of another type is cast where nothing is lost: a number for a text, digits for a number. Otherwise it is refused.",
    ),
    "if_none_match": Assumption(True, (True, False), "If-None-Match with the current ETag is answered 304."),
    "stay_offset": Assumption(
        "instant",
        ("instant", "utc"),
        "What an offset means that a client writes in start_at or end_at: that instant, or its time in UTC as the rental's local time.",
    ),
    "created_by": Assumption(
        "both", ("both", "links", "attributes"), "Where created_by is written: as links.created_by, as the two attributes, or both."
    ),
    "attachment_urls": Assumption(
        "absolute", ("absolute", "relative"), "Whether an attachment's url names the host, or is relative to it as in 2018."
    ),
    "picture_size": Assumption(
        "shown",
        ("shown", "stored"),
        "Which image_width and image_height a rotated picture has: as a viewer shows it, or as its pixels are stored.",
    ),
    "refresh_revokes": Assumption(
        "on_use",
        ("on_use", "at_once"),
        "When a refresh revokes the refresh token, with its access token: when the new access token is first used, as Doorkeeper 5.9 "
        "does where the column previous_refresh_token exists, or at once, as it does without that column.",
    ),
    "pkce": Assumption(
        True,
        (True, False),
        "A code that was asked for with a code_challenge takes its code_verifier (S256 or plain), as in Doorkeeper 5 where the column "
        "code_challenge exists; otherwise both are ignored.",
    ),
    "token_refusal_status": Assumption(
        401,
        (401, 400),
        "The status of a refused token request: 401, as documented, or 400, as Doorkeeper answers since its pull request 1202, save to "
        "a client that does not authenticate.",
    ),
}

DEFAULTS: dict[str, object] = {name: assumption.default for name, assumption in ASSUMPTIONS.items()}
