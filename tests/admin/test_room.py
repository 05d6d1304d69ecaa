"""How much a server and a sandbox keep: beyond it nothing more is made, and the refusal says what to do."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import a_message
from fake import Answer, InProcess, Mock, Sandbox
from faulty import set_fault
from inbox_mock.app import Options, create_app
from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid
from inbox_mock.domain.limits import Room
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find, from_object
from inbox_mock.store.homes import Start
from lowered import lower


def a_mock(**room: int) -> Mock:
    options = Options(scenario=find("empty"), overrides=Overrides(mode="manual"), room=Room(**room))
    return Mock(InProcess(create_app(options).app))


def refused(answer: Answer) -> str:
    """What is said of the field that a refusal names."""
    assert answer.status == 422, answer.body
    (problem,) = answer.json["errors"]
    return f"{problem['field']}: {problem['expected']}"


def upload(sandbox: Sandbox, size: int) -> Answer:
    return sandbox.api.post("/inbox/attachments", {"attachments": [{"name": "a", "file": b64encode(b"x" * size).decode()}]})


def test_a_server_keeps_so_many_sandboxes() -> None:
    mock = a_mock(max_sandboxes=3)
    first, second = mock.sandbox(), mock.sandbox()

    expected = "sandboxes: fewer than 3: delete some first, or start with --max-sandboxes"
    assert refused(mock.admin.post("/sandboxes", {})) == expected
    assert refused(mock.admin.post("/sandboxes", {"scenario": {"seed": 8}})) == expected
    assert refused(first.admin.post("/fork")) == expected
    second.admin.delete("")
    assert first.admin.post("/fork").status == 201


def test_sandboxes_that_are_made_at_the_same_time_do_not_share_the_last_room() -> None:
    fake = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"), room=Room(max_sandboxes=2)))
    image = fake.sandboxes.get("default").image()[0]

    def add(_number: int) -> bool:
        try:
            return bool(fake.sandboxes.add(Start(image), image))
        except Invalid:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(8))) == 1

    assert len(fake.sandboxes.all()) == 2


def test_what_a_new_sandbox_begins_with_counts() -> None:
    first = a_mock().admin.post("/sandboxes/default/snapshots", {"name": "size"}).json["bytes"]
    mock = a_mock(max_bytes=2 * first - 1)

    assert refused(mock.admin.post("/sandboxes", {"scenario": "agency"})).startswith("sandboxes: at most ")


def test_by_default_it_is_thousands_of_a_gibibyte_each_and_four_together() -> None:
    room = Options(scenario=find("empty")).room

    assert room.max_sandboxes == limits.SANDBOXES == 20_000
    assert room.max_sandbox_bytes == limits.SANDBOX == 2**30
    assert room.max_bytes == limits.SANDBOXES_SIZE == 4 * 2**30


def test_the_sandboxes_together_are_bounded_in_size() -> None:
    mock = a_mock(max_bytes=300_000)
    sandbox = mock.sandbox()

    while (answer := sandbox.admin.post("/fork")).status == 201:
        assert len(mock.admin.get("/sandboxes").json["sandboxes"]) < 10
    assert refused(answer) == "sandboxes: at most 300,000 bytes in total: delete some first, or start with --max-bytes"


def test_a_sandbox_has_so_many_faults(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "FAULTS", 2)
    set_fault(inbox, "lost")
    removed = set_fault(inbox, "lost")

    assert refused(inbox.admin.post("/faults", {"kind": "lost"})) == "faults: fewer than 2 faults in a sandbox: remove some first"
    inbox.admin.delete(f"/faults/{removed['id']}")
    set_fault(inbox, "lost")


def test_a_sandbox_has_so_many_subscriptions(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "WEBHOOKS", 1)
    hook = {"url": "http://127.0.0.1:9/"}
    assert inbox.admin.post("/webhooks", hook).status == 201

    assert refused(inbox.admin.post("/webhooks", hook)) == "webhooks: fewer than 1 subscriptions in a sandbox: remove some first"


def test_a_scenario_has_no_more_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "WEBHOOKS", 1)
    lower(monkeypatch, "FAULTS", 1)
    for part in ({"webhooks": [{"role": "one"}, {"role": "two"}]}, {"faults": [{"kind": "lost"}, {"kind": "lost"}]}):
        with pytest.raises(ScenarioError, match=r"fewer than 1 (subscriptions|faults) in a sandbox"):
            build_image(from_object(part), Overrides(), 0)


def test_the_files_of_a_sandbox_are_bounded_in_total(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "UPLOADS", 3_000)
    kept = upload(inbox, 2_000)
    assert kept.status == 201

    answer = upload(inbox, 2_000)
    assert answer.status == 422
    assert "can't be kept: the files of a sandbox have at most 3,000 bytes in total" in answer.body.decode()
    changed = {"attachments": [{"file": b64encode(b"x" * 2_000).decode()}]}
    assert inbox.api.put(f"/inbox/attachments/{kept.record['id']}", changed).status == 422
    assert upload(inbox, 900).status == 201


def test_what_is_refused_leaves_the_rest_as_it_was(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "UPLOADS", 100)
    upload(inbox, 2_000)
    assert inbox.api.get("/inbox/attachments").records == []
    assert inbox.api.post("/inbox/messages", a_message()).status == 201


def test_a_full_sandbox_says_so_until_it_is_reset() -> None:
    sandbox = a_mock(max_sandbox_bytes=150 * 1024).sandbox()

    while (answer := upload(sandbox, 9_000)).status == 201:
        assert len(sandbox.api.get("/inbox/attachments").body) < 20_000
    assert (answer.status, answer.errors[0]["code"]) == (507, "sandbox_full")
    assert sandbox.admin.post("/reset").status == 200
    assert upload(sandbox, 9_000).status == 201


def test_the_address_of_a_subscription_is_bounded(inbox: Sandbox) -> None:
    url = "http://127.0.0.1/".ljust(limits.ADDRESS, "x")

    assert inbox.admin.post("/webhooks", {"url": f"{url}x"}).errors[0]["field"] == "url"
    assert inbox.admin.post("/webhooks", {"url": url}).status == 201
