"""What is no recording, ends too early, or would take all memory is refused by its place; nothing is executed or written."""

import gzip
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inbox_mock.domain import limits
from inbox_mock.recordings import Exchange, Lost, RecordingError
from inbox_mock.recordings.formats import formats
from inbox_mock.recordings.reading import read
from inbox_mock.recordings.streams import CHUNK
from lowered import lower
from recordings.made import FILES, a_har, an_entry

Given = Callable[..., Path]
CASSETTE = (FILES / "vcrpy-requests/plain.yaml").read_text()
KNOWN = f"expected a recording: {', '.join(sorted(known.title for known in formats().values()))}"


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Write a file of a name, which says nothing of what it is."""

    def write(content: bytes | str, name: str = "given") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(path: Path) -> str:
    """What is said of a path, without its folder."""
    with pytest.raises(RecordingError) as told:
        list(read([path]))
    return str(told.value).replace(f"{path.parent}/", "")


def an_archive(path: Path, **members: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "an empty file"),
        (" \n\t", "an empty file"),
        ("Dear all,\nnothing new.", "a file of another kind"),
        (b"\x89PNG\r\n\x1a\n", "a file of another kind"),
        ('{"swagger": "2.0", "paths": {}}', "an object with swagger, paths"),
        ("[1, 2]", "1"),
        ("{}", "an empty object"),
        ("villas:\n- name: Villa\n", "a file of another kind"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_formats_that_are_known(given: Given, content: bytes | str, found: str) -> None:
    assert refusal(given(content)) == f"given: found {found}; {KNOWN}"


def test_a_recording_without_an_exchange_is_refused(given: Given) -> None:
    assert refusal(given(a_har())) == f"given: found no exchange; {KNOWN}"


def test_the_default_output_of_nock_is_refused_with_what_to_do(given: Given) -> None:
    told = refusal(given("nock('http://127.0.0.1:8089', {\"encodedQueryParams\":true})\n  .get('/api/v3/me')\n  .reply(200);"))

    assert (
        told == "given: found JavaScript as nock writes it by default; expected objects: record with output_objects, and write them as JSON"
    )


def test_a_compressed_file_is_refused_with_what_to_do(given: Given) -> None:
    assert refusal(given(gzip.compress(a_har(an_entry()).encode()))) == "given: found a compressed file; expected it unpacked"


def test_text_in_another_encoding_is_refused_with_what_is_read(given: Given) -> None:
    assert refusal(given(a_har(an_entry()).encode("utf-16"))) == "given: found text in UTF-16; expected UTF-8"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "lost.har") == "lost.har: found no file; expected a file or a folder of recordings"


def test_a_file_that_cannot_be_read_is_refused(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    path = given(a_har(an_entry()))
    monkeypatch.setattr(Path, "open", denied)  # who runs the tests may be allowed to read everything

    assert refusal(path) == "given: found a file that cannot be read: Permission denied; expected a readable file"


def test_a_folder_without_recordings_is_refused(given: Given) -> None:
    given("# Notes", "notes.md")
    folder = given('{"name": "client", "version": "1.0"}', "package.json").parent

    assert refusal(folder).endswith(f": found no exchange; {KNOWN}")


def test_other_files_in_a_folder_are_passed_over(given: Given) -> None:
    for name, content in {
        "a.md": "# Notes",
        "b.json": '{"name": 1}',
        "c.png": b"\x89PNG",
        "d.json": '{"cut": [',
        "e.yml": "a: [",
        "f": "",
    }.items():
        given(content, name)
    given(CASSETTE, "g.yml")
    folder = given(a_har(an_entry()), "h.har").parent
    passed_over: list[str] = []

    found = {Path(exchange.place.file).name for exchange in read([folder], passed_over=passed_over)}

    assert found == {"g.yml", "h.har"}
    assert [Path(name).name for name in passed_over] == ["a.md", "b.json", "c.png", "d.json", "e.yml", "f"]


@pytest.mark.parametrize(("recorder", "sizes"), [("playwright-attach", [0]), ("wiremock", [])])
def test_files_that_a_recording_refers_to_are_not_passed_over(recorder: str, sizes: list[int]) -> None:
    """Playwright writes an empty file for bodies of no bytes, and refers to none."""
    passed_over: list[str] = []

    list(read([FILES / recorder], passed_over=passed_over))

    assert [Path(name).stat().st_size for name in passed_over] == sizes


ENTRIES = [an_entry({"text": f'{{"number": {number}, "said": "\\u00fc\\"é"}}'}) for number in (1, 2, 3)]
LONG = a_har(*ENTRIES)
ENDS = [LONG.index(json.dumps(entry)) + len(json.dumps(entry)) for entry in ENTRIES]


@pytest.mark.parametrize("cut", range(LONG.index('"entries"') + 12, ENDS[-1] + 1, 7))
def test_a_har_that_ends_too_early_gives_what_is_whole_and_says_how_far_it_is(given: Given, cut: int) -> None:
    path, got = given(LONG[:cut]), list[Exchange]()

    with pytest.raises(RecordingError) as told:
        got.extend(read([path]))

    number = sum(cut >= end for end in ENDS)
    whole = {0: "no entry is", 1: "entry 1 is"}.get(number, f"entries 1 to {number} are")
    assert str(told.value) == f"{path}: found the end of the file within entry {number + 1}; {whole} whole; expected the rest of it"
    assert len(got) == number


def test_a_cassette_that_ends_too_early_says_in_which_entry(given: Given) -> None:
    second = CASSETTE.partition("interactions:\n")[2]
    cut = CASSETTE.removesuffix("version: 1\n") + second[: second.index("  response:")]

    assert refusal(given(cut)) == "given, entry 2: found response.status.code: nothing; expected a whole number"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (an_entry() | {"request": {"url": "/"}}, "entry 2: found request.method: nothing; expected a text"),
        (an_entry(url=3), "entry 2: found request.url: 3; expected a text"),
        (an_entry(told={"a": {"b": 1}}), "entry 2: found the header 'a': an object with b; expected a name and a text"),
        (an_entry({"text": ["{}"]}), "entry 2: found response.content.text: a list of 1; expected a text"),
        (an_entry({"text": "?", "encoding": "base64"}), "entry 2: found a body that is not Base64"),
        (an_entry({"text": "[H4sI]", "encoding": "base64"}), "entry 2: found a body that is no list of Base64"),
        (an_entry() | {"response": None}, "entry 2: found response.status: nothing; expected a whole number"),
    ],
)
def test_an_entry_that_is_not_as_its_format_says_is_refused_by_its_place(given: Given, entry: Any, told: str) -> None:
    assert refusal(given(a_har(an_entry(), entry))).startswith(f"given, {told}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"log": {"entries": [{"a": "\xff"}]}}', "bytes that are not UTF-8; expected JSON, which is"),
        (b'{"log": {"entries" []}}', "'['; expected :"),
        (b"{log: {}}", "'l'; expected \""),
        (b'{"log": {"entries": [{} {}]}}', "an empty object; expected a recording"),
        (
            b'[{"scope":"/","method":"GET","path":"/","status":200,"response":"xyz","responseIsBinary":true}]',
            "a body that is not hexadecimal",
        ),
        (
            b"[[stubs]]\npredicates = [{equals = {method = 'GET', path = '/'}}]\nresponses = [{is = {body = 2030-06-01}}]\n",
            "a body that cannot",
        ),
    ],
)
def test_content_that_is_no_json_or_no_body_is_refused(given: Given, content: bytes, told: str) -> None:
    assert f": found {told}" in refusal(given(content))


HALF = "\ud83d"
MAPPING = {"request": {"method": "GET", "urlPath": "/a", "queryParameters": {"a": {"equalTo": HALF}}}, "response": {"status": 200}}
STUB = {"predicates": [{"equals": {"method": "GET", "path": "/a", "query": {"a": HALF}}}], "responses": [{"is": {"headers": {"X": HALF}}}]}
ENTRY: dict[str, Any] = {"at": "2030-06-01T12:00:00Z", "method": "GET", "path": f"/{HALF}", "query": "", "request": {"headers": {}}}
ENTRY |= {"response": {"headers": {"X": HALF}, "body": ""}, "status": 200}


@pytest.mark.parametrize(
    "content",
    [a_har(an_entry(url=f"https://a.b/?a={HALF}", told={"X": HALF})), *map(json.dumps, (MAPPING, {"stubs": [STUB]}, [ENTRY]))],
    ids=["har", "wiremock", "mountebank", "journal"],
)
def test_half_a_character_in_an_address_or_a_header_is_read_as_a_question_mark(given: Given, content: str) -> None:
    (exchange,) = read([given(content)])

    assert re.search(r"\?$|%3F$", exchange.request.url)
    assert exchange.response is not None
    assert HALF not in str(exchange.response.headers)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_no_clock_shows_is_none(given: Given, at: str) -> None:
    (exchange,) = read([given(a_har(an_entry() | {"startedDateTime": at}))])

    assert exchange.at is None


def test_json_that_is_broken_is_refused_by_its_place(given: Given) -> None:
    broken = a_har(an_entry(), an_entry(), an_entry()).replace('"status": 200', '"status": 2OO', 2).replace("2OO", "200", 1)

    assert refusal(given(broken)) == "given, entry 2: found no JSON: Expecting ',' delimiter; expected JSON"


@pytest.mark.parametrize("opened", ["[", '{"log": {"entries": [', '{"log": {"entries": [{"request": {"url": '])
def test_json_that_is_nested_without_end_is_refused(given: Given, opened: str) -> None:
    assert refusal(given(opened + "[" * 1_000_000)).startswith("given, entry 1: found values that cannot be read")


@pytest.mark.parametrize(
    ("filling", "found"),
    [
        ('"' + "x" * 4 * CHUNK, "more than 256 KiB"),
        ("[" + '"x",' * CHUNK, "more than 256 KiB"),
        ("[" + "[]," * CHUNK, "more than 256 KiB"),
    ],
)
def test_an_entry_that_is_too_large_is_refused_long_before_its_end(
    given: Given, monkeypatch: pytest.MonkeyPatch, filling: str, found: str
) -> None:
    lower(monkeypatch, "RECORDED", CHUNK)
    path = given('{"log": {"entries": [' + json.dumps(an_entry()) + ", " + filling)
    progress: list[int] = []

    with pytest.raises(RecordingError, match=f"given, entry 2: found {found}; expected a smaller entry"):
        list(read([path], lambda done, _: progress.append(done)))
    assert progress[-1] <= 3 * CHUNK


def test_what_stands_before_the_entries_is_limited_too(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "RECORDED", CHUNK)
    pages = ",".join(f'"page{number}": "{"x" * 1000}"' for number in range(600))

    assert "found more than 256 KiB" in refusal(given(f'{{"log": {{{pages}, "entries": []}}}}'))


def test_an_entry_of_too_many_values_is_refused(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "RECORDED_VALUES", 1000)

    assert (
        refusal(given(a_har(an_entry() | {"many": [0] * CHUNK})))
        == "given, entry 1: found more than 1,000 values; expected a smaller entry"
    )


def test_a_body_that_unpacks_to_too_much_is_refused(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "RECORDED", CHUNK)
    bomb = {"text": b64encode(gzip.compress(bytes(CHUNK + 1))).decode(), "encoding": "base64"}

    assert refusal(given(a_har(an_entry(bomb)))) == "given, entry 1: found a body that unpacks to more than 256 KiB; expected a smaller one"


def test_a_cassette_that_is_too_large_is_refused(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "RECORDING", 1000)

    assert refusal(given(CASSETTE)) == "given: found more than 1,000 bytes; expected a smaller recording"


def test_mappings_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "RECORDING", 3000)

    assert refusal(FILES / "wiremock") == "wiremock: found bodies of more than 3,000 bytes; expected fewer mappings"


def test_aliases_in_a_cassette_that_multiply_are_refused(given: Given) -> None:
    levels = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 100)}]" for level in range(1, 9)]

    told = refusal(given("\n".join(["l0: &l0 [x]", *levels, "interactions: *l8", ""])))

    assert told == f"given, line 4: found more than {limits.RECORDED_VALUES}; expected a smaller recording"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("!ruby/object:Gem::Installer {i: x}", ", line 3: found the tag !ruby/object:Gem::Installer"),
        ("!!python/object/apply:os.system ['touch executed']", ", line 3: found the tag !!python/object/apply:os.system"),
        ("!ruby/regexp /x/", ", line 3: found the tag !ruby/regexp"),
    ],
)
def test_a_tag_of_a_class_is_refused_and_nothing_is_executed(
    given: Given, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str, found: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = given(f"interactions:\n- request:\n    headers: {value}\n    uri: /\n  response: {{}}\n")

    told = refusal(path)

    assert told.startswith(f"given{found}; expected plain values: no class is made of a recording")
    assert [file.name for file in tmp_path.iterdir()] == ["given"]


@pytest.mark.parametrize(
    ("cassette", "found"),
    [
        ("interactions: *nothing\n", ", line 1: found the alias *nothing of nothing"),
        ("interactions: &a [*a]\n", ", line 1: found an alias that holds itself"),
        ("interactions: " + "[" * 200, ", line 1: found values nested more than 100 levels deep"),
        ("interactions:\n- a: b: c\n- d\n", ", line 2: found no YAML: mapping values are not allowed in this context"),
        ("interactions:\n- !!int x\n", ", line 2: found 'x'"),
        ("interactions:\n- !binary x\n", ", line 2: found 'x'"),
        (b"interactions:\n- \xff\n", ": found bytes that are not UTF-8, from byte 16 on"),
        ("[[responses]]\nresponse = ", ": found no TOML: Invalid value (at end of document)"),
    ],
)
def test_a_document_that_is_none_is_refused_by_its_line(given: Given, cassette: str | bytes, found: str) -> None:
    assert refusal(given(cassette)).startswith(f"given{found}; expected ")


def test_names_in_an_archive_that_climb_out_are_never_paths(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "inner").mkdir()
    climbing = a_har(*(an_entry({"_file": name}) for name in ("../secret", str(tmp_path / "secret"), "__x__secret")))
    archive = an_archive(tmp_path / "inner/climbing.zip", **{"..__..__climbed.har": climbing, "____absolute.har": a_har(an_entry())})
    before = sorted(tmp_path.rglob("*"))

    found = list(read([archive]))

    assert [exchange.place.file.partition(".zip/")[2] for exchange in found] == ["../../climbed.har"] * 3 + ["//absolute.har"]
    assert all(Lost.RESPONSE_BODY in exchange.lost for exchange in found[:3])
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "inner/../../secret", "link", "."])
def test_a_body_in_a_file_is_read_beside_the_recording_only(given: Given, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    path = given(a_har(an_entry({"_file": name})), "inner/given.har")
    (tmp_path / "inner/link").symlink_to(tmp_path / "secret")

    (exchange,) = read([path])

    assert exchange.response is not None
    assert exchange.response.body is None
    assert Lost.RESPONSE_BODY in exchange.lost


@pytest.mark.parametrize(
    ("limit", "most", "told"),
    [
        ("ARCHIVED", 2, "found more than 2 files; expected a smaller archive"),
        ("ARCHIVE", 1000, "expected at most 1,000 bytes"),
        ("RATIO", 2, "expected at most 2 times as much"),
    ],
)
def test_an_archive_that_passes_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, told: str
) -> None:
    lower(monkeypatch, limit, most)
    archive = an_archive(tmp_path / "bomb.zip", a="x" * 3_000_000, b=a_har(an_entry()), c="")

    assert refusal(archive).startswith("bomb.zip: found ")
    assert refusal(archive).endswith(told)


def test_an_archive_whose_directory_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "bomb.zip", a=a_har(an_entry()))
    content = archive.read_bytes()
    at = content.rindex(b"PK\x05\x06") + 12
    archive.write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])

    assert refusal(archive) == "bomb.zip: found more than 20,000 files; expected a smaller archive"


def test_limits_of_archives_are_those_of_the_reference() -> None:
    assert (limits.ARCHIVED, limits.ARCHIVE, limits.RATIO) == (20_000, 4096 * limits.MEBIBYTE, 500)
