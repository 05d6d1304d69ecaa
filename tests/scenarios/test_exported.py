"""A sandbox as a scenario: what it holds, what it leaves out, and how it is written."""

from pathlib import Path

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.app import Fake
from inbox_mock.scenarios.exported import ExportedScenario, export_scenario
from inbox_mock.scenarios.loading import find, from_text
from lowered import lower


def exported(fake: Fake, sandbox: Sandbox) -> ExportedScenario:
    """A sandbox as a scenario."""
    return export_scenario(fake.sandboxes.get(sandbox.id))


def test_the_file_is_read_as_the_object_that_it_was_made_of(inbox: Sandbox, fake: Fake, tmp_path: Path) -> None:
    found = exported(fake, inbox)
    path = tmp_path / "it.yaml"
    path.write_text(found.text)

    assert find(str(path)).data == found.data


def test_it_begins_with_what_it_is_and_what_is_missing(inbox: Sandbox, fake: Fake) -> None:
    inbox.api.get("/bookings")

    lines = exported(fake, inbox).text.splitlines()

    assert lines[0].startswith("# The sandbox of scenario as it stood at 2030-06-01T12:00:00Z.")
    assert lines[2] == "# Not exported: 1 entries of the journal"


def test_the_same_sandbox_is_written_the_same_twice(inbox: Sandbox, fake: Fake) -> None:
    assert exported(fake, inbox).text == exported(fake, inbox).text


def test_times_are_offsets_from_the_present(inbox: Sandbox, fake: Fake) -> None:
    inbox.advance("1h")

    (booking,) = exported(fake, inbox).data["records"]["bookings"]

    assert booking["created_at"] == "-3h"


def test_a_message_on_its_way_arrives_there(mock: Mock, fake: Fake) -> None:
    slow = a_booking(relay_delay="90s")
    sandbox = mock.sandbox(a_scenario(bookings=[slow], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}]))
    sandbox.api.post("/inbox/messages", a_message())
    sandbox.advance("60s")

    again = mock.sandbox(exported(fake, sandbox).data)

    assert again.admin.get("/conversations/11/thread").json["messages"] == [], "the guest sees nothing yet"
    again.advance("30s")
    assert len(again.admin.get("/conversations/11/thread").json["messages"]) == 1


def test_a_file_is_in_it_byte_for_byte(mock: Mock, fake: Fake) -> None:
    sandbox = mock.sandbox(a_scenario())
    sandbox.api.post("/inbox/attachments", a_body("attachments", name="map.txt", file="data:text/plain;base64,AAEC/w=="))

    again = mock.sandbox(exported(fake, sandbox).data)

    url = again.api.get("/inbox/attachments/1").record["url"].removeprefix(again.transport.root)
    assert mock.caller(base="").get(url).body == b"\x00\x01\x02\xff"


def test_the_rate_limit_goes_on_where_it_was(mock: Mock, fake: Fake) -> None:
    sandbox = mock.sandbox(a_scenario(rate_limit=10))
    for _ in range(4):
        sandbox.api.get("/bookings")

    again = mock.sandbox(exported(fake, sandbox).data)

    assert again.api.get("/bookings").headers["X-RateLimit-Remaining"] == "5"


@pytest.mark.parametrize("kind", ["stale_read", "stale"])
def test_what_a_fault_shows_of_the_past_is_in_it(mock: Mock, fake: Fake, kind: str) -> None:
    sandbox = mock.sandbox("empty")
    assert sandbox.admin.post("/faults", {"kind": kind, "for": "1h"}).status == 201
    sandbox.api.post("/sources", a_body("sources", name="Another"))

    (fault,) = exported(fake, sandbox).data["records"]["faults"]

    assert "Another" not in [source["name"] for source in fault["past"]["sources"]]


def test_a_stale_read_shows_the_same_past(mock: Mock, fake: Fake) -> None:
    sandbox = mock.sandbox("empty")
    sandbox.admin.post("/faults", {"kind": "stale_read", "for": "1h"})
    sandbox.api.post("/sources", a_body("sources", name="Another"))

    again = mock.sandbox(exported(fake, sandbox).data)

    assert again.api.get("/sources").body == sandbox.api.get("/sources").body


def test_no_credential_is_in_it(mock: Mock, fake: Fake) -> None:
    mine = {"name": "Mine", "client": True, "client_id": "mine-id", "client_secret": "mine-secret"}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], applications=[mine], tokens=[{"token": "words-of-mine"}]))
    token = sandbox.made["token"]
    sandbox.admin.post("/conversations/11/messages", {"content": f"My token is {token}."})
    sandbox.api.get("/inbox/messages", access_token=token)
    secrets = [token, "mine-id", "mine-secret", "words-of-mine"]
    with fake.sandboxes.get(sandbox.id).work() as work:
        secrets += [row[0] for row in work.db.execute("SELECT secret FROM tokens UNION SELECT client_secret FROM applications")]

    found = exported(fake, sandbox)

    assert [secret for secret in secrets if secret in found.text] == []
    assert "2 client ids that are drawn anew, each with its secret" not in found.not_exported
    assert "1 texts of tokens, which are drawn anew" in found.not_exported


def test_what_the_api_shows_as_it_was_written_is_written_so_again(mock: Mock, fake: Fake) -> None:
    preferences = '{"nights": 7.0, "number":1234567890123456789}'
    sandbox = mock.sandbox({"records": {"accounts": [{"preferences": preferences}]}})

    again = mock.sandbox(from_text(exported(fake, sandbox).text, "it.yaml").data)

    assert preferences.encode() in sandbox.api.get("/accounts").body
    assert again.api.get("/accounts").body == sandbox.api.get("/accounts").body


def test_a_stay_that_will_be_moved_moves_with_the_start(mock: Mock, fake: Fake) -> None:
    moves = {"at": "1h", "staff_moves": {"booking": 80, "start_at": "2030-07-02T16:00:00Z", "end_at": "2030-07-09T10:00:00Z"}}
    data = exported(fake, mock.sandbox(a_scenario(bookings=[a_booking()], timeline=[moves]))).data

    later = mock.sandbox(data | {"clock": {"now": "2030-06-02T12:00:00Z"}})
    later.advance("1h")

    assert later.api.get("/bookings/80").record["start_at"] == "2030-07-03T16:00:00Z"


def test_a_file_that_would_be_too_large_is_told(inbox: Sandbox, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "SCENARIO_VALUES", 50)

    (left,) = exported(fake, inbox).not_exported

    assert left.startswith("a file that can be served: it has ")
    assert left.endswith(" values and keys, and may have 50 values and keys")


def test_webhooks_are_subscribed_by_role_or_by_address(mock: Mock, fake: Fake) -> None:
    fixed = {"url": "http://127.0.0.1:9/", "events": ["booking_created"], "retries": 2, "latency": "5s"}
    sandbox = mock.sandbox(a_scenario(webhooks=[{"role": "receiver"}, fixed]), webhook_url="http://127.0.0.1:8/")

    found = exported(fake, sandbox)

    assert found.data["webhooks"] == [{"role": "receiver"}, fixed]
    assert found.not_exported == ["1 addresses that have taken a role of the webhooks: name them with --webhook-url"]
