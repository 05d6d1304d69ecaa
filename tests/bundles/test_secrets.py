"""No secret that a sandbox has ever had is in a bundle; with --private, nothing of what somebody wrote is."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

import orjson
import pytest

from builders import a_body, a_booking, a_message, a_scenario
from bundles.lives import ACTS
from fake import Caller, InProcess, Mock, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles import BundleError
from inbox_mock.bundles.bundle import read
from inbox_mock.bundles.saving import save
from inbox_mock.replaying.private import without_private_data
from inbox_mock.replaying.replay import replay
from inbox_mock.scenarios.loading import find
from lowered import lower
from stateful.steps import a_lively_scenario
from whole import PICTURE

NAMED = {"token": "the-token-of-a-colleague", "client_secret": "a secret of our own"}
PRIVATE = ("Clementina", "Kling", "clementina@kling.example", "+33 6 12 34", "at the blue door", "Otto Lindtsen", "secret-garden")


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A fake whose credentials nobody can guess."""
    made = create_app(Options(scenario=find("agency")))
    yield made
    made.sandboxes.begin_anew()


def parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def secrets_of(fake: Fake, sandbox_id: str) -> set[str]:
    with fake.sandboxes.get(sandbox_id).work() as work:
        columns = ("client_id", "client_secret", "named_client_secret")
        applications = [row[name] for row in work.db.every("SELECT * FROM applications") for name in columns]
        tokens = [row[name] for row in work.db.every("SELECT secret, name FROM tokens") for name in ("secret", "name")]
    return {str(found) for found in (*applications, *tokens) if found is not None and not str(found).startswith("demo")}


def lived(sandbox: Sandbox) -> set[str]:
    """Let a sandbox live, with its secrets written where none belongs; the tokens that it has had meanwhile."""
    token = sandbox.handle.issue_token()
    own = sandbox.made["applications"][0]
    sandbox.api.post("/inbox/messages", a_message(content=f"My token is {token}, my secret {own['client_secret']}"))
    sandbox.api.post("/inbox/messages", a_message(content=f"{'long ' * 4000}{token}"))
    sandbox.api.get("/bookings", access_token=token, state=own["client_secret"])
    sandbox.api.call("GET", "/bookings", headers={"User-Agent": f"client {token}"})
    sandbox.admin.post("/faults", {"kind": "stale_read"})
    sandbox.admin.post("/snapshots", {"name": "before"})
    later = sandbox.handle.issue_token()
    sandbox.admin.post("/snapshots/before/restore")
    Caller(sandbox.transport, later).get("/me")
    for name in ("refreshing", "a token", "a guest books", "webhooks", "a guest writes", "a message"):
        ACTS[name](sandbox, 3)
    sandbox.advance("1h")
    return {token[12:], later[12:]}


def test_no_secret_of_a_sandbox_is_in_its_bundle(fake: Fake) -> None:
    scenario = a_lively_scenario(tokens=[{"token": NAMED["token"]}])
    scenario["applications"] = [{"id": 17, "name": "Your application", "client": True, "client_secret": NAMED["client_secret"]}]
    sandbox = Mock(InProcess(fake.app)).sandbox(scenario)
    secrets = lived(sandbox) | secrets_of(fake, sandbox.id) | set(NAMED.values())

    found = parts(save(fake.sandboxes.get(sandbox.id)))

    assert len(secrets) > 8
    assert [(name, secret) for name, part in found.items() for secret in secrets if secret.encode() in part] == []


def test_a_bundle_without_secrets_is_done_again_all_the_same(fake: Fake) -> None:
    sandbox = Mock(InProcess(fake.app)).sandbox(a_lively_scenario())
    for name in ("a token", "refreshing", "a message", "a guest books", "reading a list"):
        ACTS[name](sandbox, 3)

    found = replay(read(save(fake.sandboxes.get(sandbox.id))))

    assert found.difference is None, found.difference.lines
    assert found.done["requests"] > 4


def test_the_default_sandbox_keeps_the_names_that_everybody_knows(fake: Fake) -> None:
    mock = Mock(InProcess(fake.app))
    mock.caller("demo").get("/bookings")

    bundle = read(save(fake.sandboxes.get("default")))

    assert [entry["request"]["token"] for entry in bundle.journal] == ["token-1"]
    assert replay(bundle).difference is None


def test_a_private_bundle_holds_nothing_that_somebody_wrote(fake: Fake) -> None:
    guest = {"fullname": "Clementina Kling", "email": "clementina@kling.example", "phone": "+33 6 12 34 56 78"}
    message = {"from": "guest", "booking": 80, "content": "The key is at the blue door", "at": "-30m"}
    later = {"at": "20m", "guest_writes": {"booking": 80, "content": "I wait at the blue door"}}
    scenario = a_scenario(
        bookings=[a_booking(guest=guest)],
        messages=[message],
        timeline=[later],
        participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}],
    )
    sandbox = Mock(InProcess(fake.app)).sandbox(scenario)
    sandbox.admin.post("/bookings", {"guest": {"fullname": "Otto Lindtsen", "email": "otto@lindtsen.example"}})
    files = [{"name": "secret-garden.png", "file": PICTURE}]
    sandbox.admin.post("/conversations/11/messages", {"content": "We meet at the blue door", "files": files})
    sandbox.api.post("/inbox/messages", a_message(content="Come to the blue door, Clementina"))
    sandbox.api.post("/inbox/attachments", a_body("attachments", name="secret-garden.png", file=PICTURE))
    sandbox.advance("1h")
    tag = sandbox.api.get("/inbox/messages").headers["ETag"]
    assert sandbox.api.get("/inbox/messages", headers={"If-None-Match": tag}).status == 304
    sandbox.api.get("/clients")
    plain = save(fake.sandboxes.get(sandbox.id))
    assert any(b"blue door" in part for part in parts(plain).values())

    made = without_private_data(read(plain))

    assert [(name, text) for name, part in parts(made).items() for text in (*PRIVATE, PICTURE) if text.encode() in part] == []
    assert b"secret-garden" in parts(plain)["journal.jsonl"]
    bundle = read(made)
    assert [entry["status"] for entry in bundle.journal] == [entry["status"] for entry in read(plain).journal]
    assert replay(bundle).difference is None


def test_what_cannot_be_done_again_whole_cannot_be_made_private(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "WHOLE_BODIES", 1000)
    sandbox = Mock(InProcess(fake.app)).sandbox(a_lively_scenario())
    sandbox.api.post("/inbox/messages", a_message(content="a" * 20_000))
    bundle = read(save(fake.sandboxes.get(sandbox.id)))

    with pytest.raises(BundleError, match="not all of it can be done again: entry 1 is not whole"):
        without_private_data(bundle)


def test_a_private_bundle_is_disguised_anew_each_time(fake: Fake) -> None:
    sandbox = Mock(InProcess(fake.app)).sandbox(a_lively_scenario())
    sandbox.api.get("/clients")
    bundle = read(save(fake.sandboxes.get(sandbox.id)))

    one, two = (orjson.dumps(read(without_private_data(bundle)).journal) for _ in range(2))

    assert one != two
    assert len(one) == len(two)
