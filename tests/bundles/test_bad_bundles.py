"""What is no bundle, is damaged, or comes from a stranger: it is told what is wrong, and nothing of it is used."""

import os
import re
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import orjson
import pytest

from fake import InProcess, Mock
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles import BundleError, pack
from inbox_mock.bundles.bundle import content_of, read
from inbox_mock.bundles.saving import save
from inbox_mock.domain import limits
from inbox_mock.replaying.replay import replay
from inbox_mock.scenarios.loading import find
from inbox_mock.store import images
from inbox_mock.store.values import JSON
from lowered import lower
from processes import run

Change = Callable[[dict[str, bytes]], object]
NO_COLUMN_OF_JSON = {"journal.request_body", "journal.response_body", "settings.value"}
"""What a client sent and was answered, whatever that is; and settings, of which each is read anyway."""


@pytest.fixture(scope="module")
def made() -> bytes:
    """A bundle of a sandbox in which a guest has booked, and a client has read."""
    fake: Fake = create_app(Options(scenario=find("empty"), seed=0))
    sandbox = Mock(InProcess(fake.app)).sandbox("agency")
    sandbox.admin.post("/bookings")
    sandbox.advance("20m")
    sandbox.api.get("/inbox/conversations")
    sandbox.api.get("/bookings")
    return save(fake.sandboxes.get(sandbox.id))


def members(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return packed.getvalue()


def signed(raw: bytes, change: Change) -> bytes:
    """The bundle after a change, with a manifest that fits."""
    content = members(raw)
    manifest = orjson.loads(content.pop("manifest.json"))
    change(content)
    return pack({name: value for name, value in manifest.items() if name not in {"format", "members"}}, content)


def test_the_same_sandbox_gives_the_same_bytes_and_only_what_is_known(made: bytes) -> None:
    with zipfile.ZipFile(BytesIO(made)) as archive:
        assert [info.filename for info in archive.infolist()] == [
            *("manifest.json", "commands.jsonl", "image.sqlite", "journal.jsonl", "scenario.yaml", "start.sqlite")
        ]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert pack({"a": 1}, {"b": b"c"}) == pack({"a": 1}, {"b": b"c"})


def test_a_changed_byte_of_an_answer_is_found_at_its_place(made: bytes) -> None:
    def change(content: dict[str, bytes]) -> None:
        lines = content["journal.jsonl"].splitlines()
        entry = orjson.loads(lines[1])
        body = entry["response"]["body"]
        entry["response"]["body"] = f"{body[:200]}\u00e9{body[201:]}"
        content["journal.jsonl"] = b"\n".join([lines[0], orjson.dumps(entry)]) + b"\n"

    found = replay(read(signed(made, change))).difference

    assert found is not None
    assert (found.entry, found.part, found.byte) == (2, "response.body", 200)
    assert found.done == "GET /api/v3/bookings"
    assert found.lines[0] == "first difference: entry 2, GET /api/v3/bookings"
    assert "\u00e9" in found.lines[2]
    assert "\u00e9" not in found.lines[3]


def test_an_entry_that_nobody_causes_is_missed(made: bytes) -> None:
    def change(content: dict[str, bytes]) -> None:
        lines = content["journal.jsonl"].splitlines()
        entry = orjson.loads(lines[1]) | {"reasons": [{"code": "webhook_lost", "fault_id": 1, "kind": "lost"}]}
        content["journal.jsonl"] = b"\n".join([lines[0], orjson.dumps(entry)])

    found = replay(read(signed(made, change))).difference

    assert found is not None
    assert (found.entry, found.got) == (2, b"none")


def drop(name: str) -> Change:
    return lambda content: content.pop(name)


def put(name: str, part: bytes) -> Change:
    return lambda content: content.update({name: part})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop("journal.jsonl"), "it holds no journal.jsonl"),
        (put("commands.jsonl", b"[1"), "commands.jsonl, line 1: no JSON"),
        (put("commands.jsonl", b"[]"), "commands.jsonl, line 1: "),
        (put("commands.jsonl", b'{"id":1,"after":-1,"at":"","kind":"","details":{}}'), "commands.jsonl, line 1: after: "),
        (put("image.sqlite", b"no database"), "image.sqlite: "),
        (put("start.sqlite", b""), "start.sqlite: "),
    ],
)
def test_a_bundle_with_a_wrong_part_says_which(made: bytes, change: Change, told: str) -> None:
    with pytest.raises(BundleError, match=told.replace("[", r"\[")):
        read(signed(made, change))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (drop("manifest.json"), "it holds no manifest.json"),
        (put("manifest.json", b"{"), "manifest.json is no JSON"),
        (put("manifest.json", b"[]"), "manifest.json is not as expected"),
        (put("manifest.json", b'{"format":2}'), "it has format 2, of a newer Inbox Mock"),
        (put("../../etc/passwd", b"x"), "it holds '../../etc/passwd'; expected only"),
        (put("/absolute", b"x"), "it holds '/absolute'"),
        (put("journal.jsonl", b""), "journal.jsonl is not what the manifest says"),
        (put("image.sqlite", bytes(10_000_000)), "image.sqlite is .* times longer unpacked"),
    ],
)
def test_a_zip_file_that_is_no_bundle_says_why(made: bytes, change: Change, told: str) -> None:
    content = members(made)
    change(content)

    with pytest.raises(BundleError, match=told):
        read(zipped(content))


def test_names_that_are_there_twice_are_refused(made: bytes) -> None:
    packed = BytesIO(made)
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("journal.jsonl", b"")

    with pytest.raises(BundleError, match=r"it holds journal.jsonl twice"):
        read(packed.getvalue())


@pytest.mark.parametrize("part", [0, 10, 0.3, 0.9, 0.999])
def test_a_bundle_that_is_cut_off_is_no_whole_zip_file(made: bytes, part: float) -> None:
    with pytest.raises(BundleError, match="it is no whole zip file"):
        read(made[: int(part if part > 1 else part * len(made))])


def test_any_flipped_byte_is_told_or_changes_nothing(made: bytes) -> None:
    whole = members(made)
    for at in range(0, len(made), max(1, len(made) // 150)):
        spoiled = made[:at] + bytes([made[at] ^ 255]) + made[at + 1 :]
        try:
            read(spoiled)
        except BundleError:
            continue
        assert members(spoiled) == whole


def test_a_file_that_is_too_large_is_not_read(made: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "BUNDLE", 1000)

    with pytest.raises(BundleError, match="expected at most 1,000 bytes"):
        read(made)


def test_what_unpacks_to_too_much_is_not_unpacked(made: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "UNPACKED", 1000)

    with pytest.raises(BundleError, match="it unpacks to"):
        read(made)


def test_what_would_be_packed_too_small_is_stored_as_it_is() -> None:
    packed = pack({}, {"journal.jsonl": bytes(limits.PACKED * 10_000)})

    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.getinfo("journal.jsonl").compress_type == zipfile.ZIP_STORED


def an_image(made: bytes, *statements: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(members(made)["image.sqlite"])
        for statement in statements:
            db.execute(statement)
        db.commit()
        return db.serialize()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER strange AFTER INSERT ON journal BEGIN DELETE FROM tokens; END",
        "CREATE VIEW strange AS SELECT 1",
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 99",
        "DELETE FROM clock",
        "UPDATE settings SET value = 'no json'",
        "DELETE FROM settings",
        "UPDATE tokens SET account_id = x'00'",
        "UPDATE tokens SET account_id = 'many'",
        "UPDATE accounts SET created_at = x'00'",
        "UPDATE journal SET request = '{'",
        "UPDATE journal SET caused = '{}'",
        "UPDATE timeline SET about = '[]'",
        "UPDATE settings SET value = '[]' WHERE name = 'recipe'",
        "UPDATE bookings SET notes = CAST(x'ff' AS TEXT)",
        "INSERT INTO request_bodies VALUES (1, 'a text')",
        "INSERT INTO fault_pasts VALUES (1, x'00')",
    ],
)
def test_an_image_that_is_not_as_this_program_writes_it_is_refused(made: bytes, statement: str) -> None:
    with pytest.raises(BundleError, match=r"image.sqlite(, the past of fault 1)?: its? "):
        read(signed(made, put("image.sqlite", an_image(made, statement))))


def test_an_index_that_does_not_fit_its_table_is_found_before_anything_uses_it(made: bytes) -> None:
    image = members(made)["image.sqlite"]
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(image)
        secret: bytes = db.execute("SELECT secret FROM tokens").fetchone()[0].encode()
    place = image.rindex(secret)
    spoiled = image[:place] + b"f" * len(secret) + image[place + len(secret) :]

    with pytest.raises(BundleError, match=r"image.sqlite: it is damaged \(row .* missing from index"):
        read(signed(made, put("image.sqlite", spoiled)))


def test_a_past_that_holds_another_is_refused_and_nothing_in_it_is_looked_at(made: bytes) -> None:
    image = members(made)["image.sqlite"]
    inner = an_image(made, f"INSERT INTO fault_pasts VALUES (1, x'{image.hex()}')")
    outer = an_image(made, f"INSERT INTO fault_pasts VALUES (1, x'{inner.hex()}')")

    read(signed(made, put("image.sqlite", inner)))
    with pytest.raises(BundleError, match=r"image.sqlite, the past of fault 1: it holds a past; expected none"):
        read(signed(made, put("image.sqlite", outer)))


@pytest.mark.parametrize("spoiled", [b"\n\x7f", b"\xfa\xfa"])
def test_what_sqlite_says_of_a_damaged_image_is_told_in_one_line(made: bytes, spoiled: bytes) -> None:
    image = members(made)["image.sqlite"]
    place = image.index(b"CREATE VIEW rental_records")

    with pytest.raises(BundleError) as told:
        read(signed(made, put("image.sqlite", image[:place] + spoiled + image[place + 2 :])))

    assert str(told.value).isprintable()


def test_each_column_that_holds_json_is_known(made: bytes) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(members(made)["image.sqlite"])
        held = {
            f"{table}.{column}"
            for table, column in db.execute(
                "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type = 'TEXT'"
            ).fetchall()
            for (value,) in db.execute(f'SELECT "{column}" FROM "{table}" WHERE substr("{column}", 1, 1) IN (\'{{\', \'[\')')
        }

    assert held - NO_COLUMN_OF_JSON <= JSON.keys()


def test_a_command_that_nobody_knows_is_bad_input(made: bytes) -> None:
    strange = b'{"id":1,"after":0,"at":"2030-06-01T12:00:00Z","kind":"delete_sandbox","details":{}}'

    with pytest.raises(BundleError, match="command 1 is 'delete_sandbox'; expected one that this version knows"):
        replay(read(signed(made, put("commands.jsonl", strange))))


def test_details_that_make_no_sense_are_bad_input(made: bytes) -> None:
    strange = b'{"id":1,"after":0,"at":"2030-06-01T12:00:00Z","kind":"step","details":{"end":5}}'

    with pytest.raises(BundleError, match="what it says cannot be done: step "):
        replay(read(signed(made, put("commands.jsonl", strange))))


def test_without_a_start_it_cannot_be_replayed_but_opened(made: bytes) -> None:
    bundle = read(signed(made, drop("start.sqlite")))

    with pytest.raises(BundleError, match="it cannot be replayed"):
        replay(bundle)
    images.restore(bundle.image, checked=False).close()


@pytest.mark.parametrize("command", [["bundle", "show"], ["bundle", "replay"], ["serve", "--bundle"]])
def test_a_command_says_it_in_one_line(tmp_path: Path, command: list[str]) -> None:
    file = tmp_path / "run.zip"
    file.write_bytes(b"PK no")

    done = run(*command, str(file))

    assert done.returncode == 2
    assert done.stderr.startswith(f"inbox-mock: {file}: it is no whole zip file")
    assert done.stderr.count("\n") == 1


def test_the_exit_code_says_whether_an_answer_differs(tmp_path: Path, made: bytes) -> None:
    same, other = tmp_path / "same.zip", tmp_path / "other.zip"
    same.write_bytes(made)
    spoiled = members(made)["journal.jsonl"].replace(b'"status":200', b'"status":201', 1)
    other.write_bytes(signed(made, put("journal.jsonl", spoiled)))

    good, bad = run("bundle", "replay", str(same)), run("bundle", "replay", "--format", "json", str(other))

    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "No answer differs.")
    assert re.fullmatch(r"Done again: (?:1 [a-z]+|(?!1 )\d+ [a-z]+s), (?:1 [a-z]+|(?!1 )\d+ [a-z]+s), .*", good.stdout.splitlines()[0])
    assert bad.returncode == 1
    assert orjson.loads(bad.stdout)["difference"]["part"] == "status"
    assert sha256(made).digest() == sha256(same.read_bytes()).digest()


def test_a_pipe_is_refused_without_waiting_for_what_it_brings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(BundleError, match="it is no file; expected a bundle"):
            content_of(path)
