"""The documentation's own request samples are accepted, and the answer repeats what was sent.

Ids are replaced by ones that exist here, placeholders by values. Fees, taxes and comments of bookings are out of scope.
"""

from pathlib import Path
from typing import Any

import orjson
import pytest

from builders import JSON, a_booking, a_scenario
from fake import Mock, Sandbox
from whole import ATTACHMENTS, CONVERSATIONS, MESSAGES, PARTICIPANTS

SAMPLES: dict[str, JSON] = orjson.loads((Path(__file__).parent / "documentation_samples.json").read_bytes())
PLACES = {
    "conversations": (CONVERSATIONS, 11),
    "participants": (PARTICIPANTS, 2),
    "messages": (MESSAGES, 21),
    "attachments": (ATTACHMENTS, 1),
    "hosts": ("/hosts", 2),
    "clients": ("/clients", 37),
    "sources": ("/sources", 5),
    "inquiries": ("/inquiries", 31),
    "bookings": ("/bookings", 81),
}
MADE_AT = {"bookings": "/rentals/16/bookings", "inquiries": "/rentals/16/inquiries"}
EXISTING = {
    "conversation_id": 11,
    "sender_id": 2,
    "member_id": 2,
    "user_id": 2,
    "client_id": 37,
    "rental_id": 16,
    "attachment_ids": [1, 2],
    "file": "SGVsbG8K",
    "default_channel": "email",
}
STAY = {"START_AT": "2031-07-01T16:00:00Z", "END_AT": "2031-07-08T10:00:00Z"}
READ_ONLY = {"links", "id", "created_at", "updated_at", "last_message_at", "last_message_sent_at"}
"""What samples send although the tables call it read-only."""
NOT_REPEATED = READ_ONLY | {"file", "comments", "bookings_fees", "bookings_taxes"}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    inquiry = {"id": 31, "rental": 16, "firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com"}
    return mock.sandbox(
        a_scenario(
            clients=[{"id": 37, "as": "ada", "fullname": "Ada Bauer"}],
            sources=[{"id": 5, "name": "Website"}],
            bookings=[a_booking(), {"id": 81, "channel": "direct", "rental": 16, "start_at": "+60d", "end_at": "+67d"}],
            participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
            messages=[{"id": 21, "booking": 80, "from": "jan", "content": "Any time after four.", "at": "-40m"}],
            inquiries=[inquiry | {"start_at": "+60d", "end_at": "+61d"}],
            attachments=[{"file": "house-rules.pdf"}, {"file": "house-rules.pdf"}],
        )
    )


def adapted(record: JSON, ids: JSON) -> JSON:
    """The sample's record with values that exist here."""
    known = EXISTING | ids
    return {name: known.get(name, STAY.get(str(value), value)) for name, value in record.items()}


def shown(record: JSON, name: str, written: Any) -> Any:
    """What the record shows of a written attribute, in the type that was written."""
    if name in {"member_id", "member_type"}:
        return record["links"]["member"][name.removeprefix("member_")]
    if name == "read":
        return str(record["read_at"] is not None).lower()
    if name.endswith("_ids"):
        return record["links"][name.replace("_ids", "s")]
    if name.endswith("_id"):
        return record["links"][name.removesuffix("_id")]
    return type(written)(record[name]) if isinstance(written, int) else record[name]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_request_sample_is_accepted_and_repeated(sandbox: Sandbox, sample: str) -> None:
    plural, _, operation = sample.partition("/")
    ((key, (record,)),) = SAMPLES[sample].items()
    path, record_id = PLACES[plural]
    action = "" if operation == "update" else f"/{operation}"
    written = adapted(record, {} if key == plural else {"id": {"bookings": 80, "attachments": 1}[key]})

    if operation.startswith("create"):
        answer = sandbox.api.post(MADE_AT.get(plural, path), {key: [written]})
    else:
        answer = sandbox.api.put(f"{path}/{record_id}{action}", {key: [written]})

    assert answer.status == (201 if operation.startswith("create") else 200), answer.body
    if key == plural:
        repeated = {name: value for name, value in written.items() if name not in NOT_REPEATED}
        assert {name: shown(answer.record, name, value) for name, value in repeated.items()} == repeated
    else:
        assert (written["id"] in answer.record["links"][key]) == (operation != "disconnect_booking")
