"""What a client may write of each resource, as Hypothesis strategies made from the declarations.

Texts are printable, without control characters, since no source says how those are treated.
"""

from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any

from inbox_contracts.provider.api import JSON
from inbox_contracts.provider.workspace import Ref
from inbox_mock.domain.enumerations import CHANNELS
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.declaration import Attribute, Write
from inbox_mock.resources.field_types import Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Drawn = SearchStrategy[Any]

REFERENCES = {
    "source_id": "sources",
    "assignee_id": "hosts",
    "client_id": "clients",
    "attachment_ids": "attachments",
    "rental_id": "rentals",
}
STRUCTURES = ("addresses", "emails", "phones")
ALPHABET = "aZ09 .,!?-'\"\n&<>%/\\é漢🙂ﬁ\u0301"
EARLIEST, LATEST = datetime(2001, 1, 1), datetime(2060, 12, 31)  # noqa: DTZ001 - hypothesis wants naive bounds
# Attributes drawn together, since they depend on each other, and those that need records which only some accounts have.
TOGETHER = {
    "messages": {"visibility", "channel", "conversation_id", "sender_id"},
    "participants": {"conversation_id", "member_id", "member_type"},
    "bookings": {
        "start_at",
        "end_at",
        "booked",
        "unavailable",
        "tentative_expires_at",
        "locked",
        "bookings_tag_ids",
        "initial_price",
        "final_price",
        "final_payback_to_owner",
        "rental_payback_to_owner",
        "commission",
        "downpayment",
        "charge_damage_deposit_on_arrival",
        "damage_deposit_collection_method",
        "damage_deposit_external_collection_method_name",
    },
    "clients": {"fullname", "firstname", "lastname", "preferred_locale"},
    "inquiries": {"start_at", "end_at", "phone", "country_code", "rental_id", "locked"},
    "attachments": {"file", "remote_file_url"},
    "hosts": {"user_id"},
}
ALTERNATIVES: dict[str, tuple[JSON, ...]] = {
    "bookings": (
        {},
        {"initial_price": "900.0", "rental_payback_to_owner": "899.9"},
        {"final_price": "800.0", "final_payback_to_owner": "799.5", "commission": 80, "downpayment": "240.00"},
        {"damage_deposit_collection_method": "external", "damage_deposit_external_collection_method_name": "Cash"},
        {"charge_damage_deposit_on_arrival": True},
    ),
    "inquiries": ({}, {"phone": "+33 6 00 00 00 00", "country_code": "FR"}, {"country_code": "FR"}),
}
AMOUNTS = ("", "299.5", "10%")
NAMED = tuple(a for a in RESOURCES["attachments"].attributes if a.name == "name")
"""The service may fill a blank name in: no source says."""
LOUD = {"conversations": {"default_channel"}, "messages": {"channel"}}
"""Attributes that might make a real service send something to a guest."""


def attributes(plural: str, *, creating: bool, quiet: bool) -> "Drawn":
    """Draw attributes of a new record besides the minimal ones, or of a change; ``quiet`` keeps messages from leaving the service."""
    from hypothesis import strategies as st

    moments = Write.ALWAYS, Write.CREATE if creating else Write.UPDATE
    left_out = TOGETHER.get(plural, set()) | (LOUD.get(plural, set()) if quiet else set())
    declared = [a for a in RESOURCES[plural].attributes if a.write in moments and a.name not in left_out]
    always = {a.name: _value(a) for a in declared if creating and a.required}
    single = st.fixed_dictionaries(always, optional={a.name: _value(a) for a in declared if a.name not in always})
    together = _together(plural, creating=creating, quiet=quiet)
    return single if together is None else st.builds(lambda a, b: {**a, **b}, single, together)


def _together(plural: str, *, creating: bool, quiet: bool) -> "Drawn | None":
    from hypothesis import strategies as st

    if plural == "messages":
        channels = st.none() if quiet else st.none() | st.sampled_from(CHANNELS)
        external = st.builds(lambda channel: {"visibility": "external", "channel": channel}, channels)
        return external if quiet else external | st.just({"visibility": "internal", "channel": None})
    if plural == "participants" and creating:
        return st.sampled_from([{"member_id": Ref("hosts"), "member_type": "Host"}, {"member_id": Ref("clients"), "member_type": "Client"}])
    if plural == "clients":
        whole = st.builds(lambda name: {"fullname": name}, _text(150, blank=False))
        parts = st.builds(lambda a, b: {"firstname": a, "lastname": b}, _text(40, blank=False), _text(40, blank=False))
        return whole | parts
    if plural in ALTERNATIVES:
        return st.sampled_from(ALTERNATIVES[plural])
    if plural == "attachments":
        encoded = st.binary(min_size=1, max_size=40).map(lambda content: b64encode(content).decode())
        return st.builds(lambda content, prefix: {"file": prefix + content}, encoded, st.sampled_from(["", "data:image/png;base64,"]))
    return None


def _value(attribute: Attribute) -> "Drawn":
    from hypothesis import strategies as st

    if attribute.name in REFERENCES:
        one = st.just(Ref(REFERENCES[attribute.name]))
        found: Drawn = st.lists(one, max_size=1) if attribute.kind.field == "RecordIds" else one
    elif attribute.name in STRUCTURES:
        found = st.lists(_item(attribute), max_size=2)
    elif attribute.kind.field == "PlainText":
        longest = min(int(str(attribute.kind.options.get("longest", 60))), 60)
        blank = not (attribute.required or attribute in NAMED)
        pattern = attribute.kind.options.get("pattern")
        printable = bool(attribute.kind.options.get("printable"))
        found = st.from_regex(pattern, fullmatch=True) if pattern else _text(longest, blank=blank, printable=printable)
    elif attribute.kind.field == "Amount":
        found = st.sampled_from(["10%", "12.5%", "300", "299.5"])
    else:
        found = _simple(attribute.kind)
    return found | st.none() if attribute.null and not attribute.required else found


def _simple(kind: Kind) -> "Drawn":
    from hypothesis import strategies as st

    options: dict[str, Any] = dict(kind.options)
    match kind.field:
        case "Email":
            return st.from_regex(r"\A[a-z0-9]{1,8}(\.[a-z]{1,5})?@[a-z]{2,8}\.example\.com\Z")
        case "Choice" | "Amount":
            return st.sampled_from(options.get("values", AMOUNTS))
        case "WholeNumber":
            return st.integers(options.get("low", 0), options.get("high", 500))
        case "DecimalText":
            whole = st.integers(1, 99)
            return st.builds(lambda a, b: f"{a}.{b:02}", whole, st.integers(0, 99)) | whole
        case "Time":
            forms = st.sampled_from(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S +0200"])
            return st.builds(lambda instant, form: instant.strftime(form), st.datetimes(EARLIEST, LATEST), forms)
        case "Flag":
            return st.booleans() | st.sampled_from(["true", "false"])
    raise TypeError(f"there is no strategy for {kind.field}")


def _text(longest: int, *, blank: bool, printable: bool = False) -> "Drawn":
    from hypothesis import strategies as st

    alphabet = ALPHABET.replace("\n", "") if printable else ALPHABET
    text = st.text(alphabet, max_size=longest)
    return text if blank else text.filter(lambda found: bool(found.strip()))


def _item(attribute: Attribute) -> "Drawn":
    """Draw one of a client's addresses, e-mails or phones: what it must contain, and a label."""
    from hypothesis import strategies as st

    values = {"email": st.just("ada@example.com"), "number": st.just("+33 6 00 00 00 00")}
    keys: Any = attribute.kind.options["items"]
    return st.fixed_dictionaries({key: values.get(key, st.sampled_from(["default", "work"])) for key in keys})
