"""Recordings of every kind are read to the same exchanges; what is lost of them is said."""

import gzip
import json
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given as of
from hypothesis import strategies as st

from builders import a_scenario
from fake import Mock
from inbox_mock.recordings import Exchange, Headers, Lost
from inbox_mock.recordings.bodies import Body, decoded, of_text
from inbox_mock.recordings.reading import read, read_held
from recordings.made import FILES, JSON, a_har, an_entry

TEXT: Headers = (("Content-Type", "application/vnd.api+json"),)
LONG = b'{"messages":[]}' * 1000


def only(text: str) -> Exchange:
    """The one exchange of a recording."""
    (found,) = read_held("given", text.encode())
    return found


def answered(exchange: Exchange) -> bytes | None:
    assert exchange.response is not None
    return exchange.response.body


def in_chunks(content: bytes, sizes: list[int]) -> bytes:
    """A body as it is sent in chunks of these sizes, and the rest in one."""
    parts, at = [], 0
    for size in [*sizes, len(content)]:
        part = content[at : at + size]
        parts += [b"%x;name=value\r\n%s\r\n" % (len(part), part)] if part else []
        at += size
    return b"".join([*parts, b"0\r\n\r\n"])


PACKED = {
    "gzip": gzip.compress(LONG),
    "gzip in two members": gzip.compress(LONG[:100]) + gzip.compress(LONG[100:]),
    "zlib": zlib.compress(LONG),
    "zlib, fast": zlib.compress(LONG, 1),
    "nothing": LONG,
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("said", [(), (("Content-Encoding", "gzip"),), (("Content-Length", "3"), ("Transfer-Encoding", "chunked"))])
def test_a_body_is_unpacked_by_its_first_bytes_whatever_its_headers_say(packed: bytes, said: Headers) -> None:
    assert decoded(Body(packed), (*TEXT, *said)) == Body(LONG)


@of(st.sampled_from(sorted(PACKED)), st.lists(st.integers(1, 5000), max_size=4))
def test_chunks_that_remain_around_a_body_are_taken_away(kind: str, sizes: list[int]) -> None:
    assert decoded(Body(in_chunks(PACKED[kind], sizes)), TEXT) == Body(LONG)


@of(st.text(min_size=1))
def test_a_text_is_kept_as_it_is(text: str) -> None:
    body = of_text(json.dumps(text))

    assert decoded(body, TEXT).content == json.dumps(text).encode()


@pytest.mark.parametrize("text", ["x^2", "5\r\nabc", "1\r\nab\r\n0\r\n\r\n", "0\r\n", "\x78\x01 is no zlib"])
def test_a_text_that_looks_compressed_or_chunked_is_kept(text: str) -> None:
    assert decoded(of_text(text), (("Content-Type", "text/plain"),)) == of_text(text)


@pytest.mark.parametrize("kind", ["application/gzip", "application/x-gzip", "application/octet-stream", "application/x-tar"])
def test_a_file_that_is_compressed_itself_is_kept(kind: str) -> None:
    file = gzip.compress(b"backup")

    assert decoded(Body(file), (("Content-Type", kind),)) == Body(file)
    assert decoded(Body(gzip.compress(b"backup")), (("Content-Type", kind), ("Content-Encoding", "gzip"))) == Body(b"backup")


def test_of_a_compressed_body_that_is_cut_the_beginning_is_kept_and_said_to_be_cut() -> None:
    body = decoded(Body(gzip.compress(LONG)[:-20]), TEXT)

    assert body.lost == {Lost.CUT}
    assert body.content is not None
    assert LONG.startswith(body.content[:100])


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"\x28\xb5\x2f\xfd\x04\x00\x00", "zstd"), (b"\x1b\x0f\x00\xf8\xff broken", "br"), (b"\x0b\x02\x80", "gzip, br")],
)
def test_a_compression_that_cannot_be_undone_loses_the_body(monkeypatch: pytest.MonkeyPatch, content: bytes, encoding: str) -> None:
    for library in ("brotli", "compression.zstd"):
        monkeypatch.setitem(sys.modules, library, None)

    assert decoded(Body(content), (*TEXT, ("Content-Encoding", encoding))) == Body(None, frozenset({Lost.RESPONSE_BODY}))


def test_bytes_that_became_replacement_characters_are_lost() -> None:
    exchange = only(a_har(an_entry({"text": "\N{REPLACEMENT CHARACTER}PNG"}, told={"Content-Type": "image/png"})))

    assert (answered(exchange), Lost.BINARY in exchange.lost) == (None, True)


@of(st.binary(min_size=1).filter(lambda content: "\N{REPLACEMENT CHARACTER}" not in content.decode(errors="surrogateescape")))
def test_bytes_in_surrogates_are_restored(content: bytes) -> None:
    assert decoded(of_text(content.decode(errors="surrogateescape")), (("Content-Type", "image/png"),)).content == content


def test_half_of_a_character_is_lost() -> None:
    assert of_text('"\ud83d"') == Body(b'"?"', frozenset({Lost.BINARY}))


def test_headers_are_read_one_a_line_without_those_of_encoding_and_of_http2() -> None:
    asked = [{"name": ":authority", "value": "www.bookingsync.com"}, {"name": "Cookie", "value": "a=1"}]
    told = {"set-cookie": "a=1\nb=2", "content-encoding": "gzip", "Content-Length": "7", "Transfer-Encoding": "chunked"}

    exchange = only(a_har(an_entry(told=told, headers=asked)))

    assert exchange.request.headers == (("Cookie", "a=1"),)
    assert exchange.response is not None
    assert exchange.response.headers == (("Content-Type", "application/vnd.api+json"), ("set-cookie", "a=1"), ("set-cookie", "b=2"))


@pytest.mark.parametrize(
    ("creator", "asked", "status", "is_lost"),
    [
        ("mitmproxy", {"Authorization": "Bearer abc.DEF-1~2_3/4+5=="}, 200, False),
        ("mitmproxy", {"authorization": "Bearer <TOKEN>"}, 200, True),
        ("mitmproxy", {"Authorization": "[REDACTED]"}, 200, True),
        ("mitmproxy", {"Authorization": "***"}, 200, True),
        ("mitmproxy", {}, 200, True),  # the API answers nobody without it
        ("mitmproxy", {}, 401, False),
        ("WebInspector", {}, 401, True),  # may have been left out by the browser
    ],
)
def test_an_authorization_that_was_left_out_or_replaced_is_lost(creator: str, asked: JSON, status: int, *, is_lost: bool) -> None:
    entry = an_entry(headers=[{"name": name, "value": value} for name, value in {"Accept": "*/*", **asked}.items()])
    entry["response"]["status"] = status

    assert (Lost.AUTHORIZATION in only(a_har(entry, creator=creator)).lost) is is_lost


def test_a_request_that_was_not_answered_has_no_response() -> None:
    entry = an_entry()
    entry["response"] |= {"status": 0, "headers": []}

    assert only(a_har(entry)).response is None


def test_of_a_body_that_a_browser_kept_the_beginning_of_the_end_is_lost() -> None:
    exchange = only(a_har(an_entry({"text": '{"messages":[', "size": 2_000_000}), creator="Firefox"))

    assert (answered(exchange), Lost.CUT in exchange.lost) == (b'{"messages":[', True)


@pytest.mark.parametrize("content", [{"size": 7}, {"size": -1}])
def test_a_body_that_was_left_out_is_lost(content: JSON) -> None:
    exchange = only(a_har(an_entry(content)))

    assert (answered(exchange), Lost.RESPONSE_BODY in exchange.lost) == (None, True)


def test_a_har_of_an_unknown_recorder_is_read_with_a_byte_order_mark_too() -> None:
    assert only("\N{BYTE ORDER MARK}" + a_har(an_entry({"text": "{}"}), creator="Somebody")).request.method == "GET"


def test_keys_in_any_order_and_of_anybody_are_passed_over() -> None:
    log = {"_more": {"entries": [1]}, "pages": [{"id": "[{"}], "entries": [an_entry()], "comment": "]}"}

    assert only(json.dumps({"before": [{}], "log": log, "after": {"log": {"entries": 1}}})).place.entry == 1


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2030-06-01T14:00:00.000+02:00", datetime(2030, 6, 1, 12, tzinfo=UTC)),
        ("2030-06-01T12:00:00Z", datetime(2030, 6, 1, 12, tzinfo=UTC)),
        ("noon", None),
        (None, None),
    ],
)
def test_a_time_is_read_if_it_is_one(written: str | None, at: datetime | None) -> None:
    exchange = only(a_har(an_entry() | {"startedDateTime": written}))

    assert (exchange.at, Lost.TIME in exchange.lost) == (at, at is None)


def test_what_a_cache_asked_again_is_what_the_page_saw() -> None:
    first, again = list(read([FILES / "playwright-attach/all-attach.har"]))[1:3]

    assert first.response is not None
    assert again.response is not None
    assert (again.request, again.response.body) == (first.request, first.response.body)
    assert again.response.header("Content-Type") == first.response.header("Content-Type")


def test_mappings_of_wiremock_come_in_the_order_in_which_they_were_recorded() -> None:
    found = [exchange.request.method for exchange in read([FILES / "wiremock"])]

    assert found == ["GET", "GET", "GET", "GET", "POST", "GET", "POST", "GET", "POST", "DELETE", "GET"]


def test_mappings_are_read_from_an_export_as_from_files() -> None:
    files = sorted((FILES / "wiremock").rglob("*.json"))
    export = {"mappings": [json.loads(path.read_bytes()) for path in files], "meta": {"total": len(files)}}

    assert [said(one) for one in read_held("export", json.dumps(export).encode())] == [said(one) for one in read([FILES / "wiremock"])]


def test_a_mapping_finds_its_body_among_the_files_and_fits_one_request(tmp_path: Path) -> None:
    for name in ("mappings", "__files"):
        (tmp_path / name).mkdir()
    (tmp_path / "__files/body.json").write_text("{}")
    exact = {"url": "/a", "method": "GET", "headers": {"Authorization": {"equalTo": "Bearer demo"}}}
    for number, asked in enumerate([exact, {"urlPattern": "/.*", "method": "GET"}, {"url": "/b", "method": "ANY"}]):
        mapping = {"request": asked, "response": {"status": 200, "bodyFileName": "body.json"}}
        (tmp_path / f"mappings/{number}.json").write_text(json.dumps(mapping))

    (exchange,) = read([tmp_path])

    assert (exchange.request.url, exchange.request.headers, answered(exchange)) == ("/a", (("Authorization", "Bearer demo"),), b"{}")
    assert Lost.AUTHORIZATION not in exchange.lost


def test_bodies_of_mappings_are_read_as_json_and_as_bytes() -> None:
    asked = {"url": "/a", "method": "PUT", "bodyPatterns": [{"binaryEqualTo": "/w=="}]}

    exchange = only(json.dumps({"request": asked, "response": {"status": 200, "jsonBody": {"id": 1}}}))

    assert (exchange.request.body, answered(exchange), Lost.SPELLING in exchange.lost) == (b"\xff", b'{"id":1}', True)


def test_a_stub_that_fits_several_requests_is_left_out() -> None:
    recorded = json.loads((FILES / "mountebank/plain.json").read_bytes())
    anything = {"predicates": [{"contains": {"path": "/"}}], "responses": recorded["stubs"][0]["responses"]}

    assert only(json.dumps(recorded | {"stubs": [anything, *recorded["stubs"]]})).place.entry == 2


def test_imposters_are_read_from_a_file_of_all_as_from_one() -> None:
    names = ("plain", "422")
    one = [json.loads((FILES / f"mountebank/{name}.json").read_bytes()) for name in names]

    found = list(read_held("all", json.dumps({"imposters": one}).encode()))

    assert [said(exchange) for exchange in found] == [said(next(read([FILES / f"mountebank/{name}.json"]))) for name in names]


def said(exchange: Exchange) -> tuple[object, ...]:
    return exchange.request, exchange.response, exchange.at, exchange.lost


def test_json_that_is_a_list_is_told_from_pieces_of_a_compressed_body() -> None:
    recorded = json.loads((FILES / "nock-fetch/plain.json").read_bytes())
    listed = recorded[0] | {"response": ["1f8b", "00"]}

    assert answered(only(json.dumps([listed]))) == b'["1f8b","00"]'


def test_a_cassette_of_an_older_vcrpy_is_read() -> None:
    old = """
        interactions:
        - request: {body: '', headers: {}, method: GET, uri: 'https://www.bookingsync.com/api/v3/me'}
          response: {content: '{}', headers: {}, http_version: HTTP/1.1, status_code: 200}
        version: 1
        """

    assert answered(only(old)) == b"{}"


def test_aliases_and_binary_texts_of_a_cassette_are_read() -> None:
    found = list(
        read_held(
            "given",
            b"""---
http_interactions:
- request: &asked
    method: get
    uri: !binary aHR0cHM6Ly93d3cuYm9va2luZ3N5bmMuY29tL2FwaS92My9tZQ==
    headers: {Authorization: [Bearer demo]}
  response: &told
    status: {code: 200, message: OK}
    body: {encoding: ASCII-8BIT, string: !binary "/w=="}
    headers: {Content-Type: [image/png]}
- request: *asked
  response: *told
""",
        )
    )

    assert [exchange.request.url for exchange in found] == ["https://www.bookingsync.com/api/v3/me"] * 2
    assert [answered(exchange) for exchange in found] == [b"\xff"] * 2


def test_the_journal_is_read_as_the_admin_api_answers_it_and_as_lines(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    sandbox.api.get("/me")
    sandbox.api.post("/inbox/messages", {"messages": [{"content": "Grüße"}]})
    journal = sandbox.admin.get("/journal").json
    journal["entries"].append(journal["entries"][0] | {"path": "http://127.0.0.1/hook"})  # an attempt to deliver a webhook
    lines = "\n".join(json.dumps(entry) for entry in journal["entries"])

    found = list(read_held("journal", json.dumps(journal).encode()))

    assert [said(one) for one in found] == [said(one) for one in read_held("lines", lines.encode())]
    assert [(one.request.method, one.request.url, one.response and one.response.status) for one in found] == [
        ("GET", "/api/v3/me", 200),
        ("POST", "/api/v3/inbox/messages", 422),
    ]
    assert found[1].request.body == '{"messages":[{"content":"Grüße"}]}'.encode()
    assert all(Lost.AUTHORIZATION in one.lost for one in found)


def test_forms_and_answers_of_oauth_are_read_from_the_journal() -> None:
    side = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": {"grant_type": "refresh_token", "code": "code-1"}}
    entry = {"at": "2030-06-01T12:00:00Z", "method": "POST", "path": "/oauth/token", "status": 200, "request": side}

    exchange = only(json.dumps(entry | {"response": {"headers": {}, "body": {"access_token": "token-1"}}}))

    assert (exchange.request.body, answered(exchange)) == (b"grant_type=refresh_token&code=code-1", b'{"access_token":"token-1"}')


def test_several_paths_are_read_in_their_order_with_the_place_of_each_exchange() -> None:
    paths = [FILES / "vcrpy-requests/422.yaml", FILES / "nock-13-http", FILES / "betamax/204.json"]

    assert [str(exchange.place).removeprefix(f"{FILES}/") for exchange in read(paths)] == [
        "vcrpy-requests/422.yaml, entry 1",
        "nock-13-http/gzip.json, entry 1",
        "nock-13-http/plain.json, entry 1",
        "betamax/204.json, entry 1",
    ]


def test_progress_goes_up_to_the_size_of_all_files() -> None:
    told: list[tuple[int, int]] = []
    paths = [FILES / "chrome-devtools", FILES / "ruby-vcr/plain.yml"]

    list(read(paths, lambda done, total: told.append((done, total))))

    size = sum(path.stat().st_size for path in [*paths[0].iterdir(), paths[1]])
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_folder_is_one_history_by_the_times_that_its_recordings_tell(tmp_path: Path) -> None:
    for name, second in {"a": 3, "b": 1, "c": 2}.items():
        (tmp_path / name).write_text(a_har(an_entry() | {"startedDateTime": f"2030-06-01T12:00:0{second}Z"}))

    assert [Path(found.place.file).name for found in read([tmp_path])] == ["b", "c", "a"]


def test_a_folder_with_a_recording_that_tells_no_time_is_read_by_names(tmp_path: Path) -> None:
    for name, told in {"a": "2030-06-01T12:00:03Z", "b": "2030-06-01T12:00:01Z", "c": ""}.items():
        (tmp_path / name).write_text(a_har(an_entry() | {"startedDateTime": told}))

    assert [Path(found.place.file).name for found in read([tmp_path])] == ["a", "b", "c"]
