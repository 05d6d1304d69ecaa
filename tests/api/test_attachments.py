"""/inbox/attachments, and the addresses under which the files are served."""

import socket
import struct
import zlib
from base64 import b64decode, b64encode, encodebytes

import pytest

from builders import START, a_body, a_message, a_scenario
from fake import Answer, Mock, Sandbox

pytestmark = pytest.mark.both_transports

URL = "/inbox/attachments"
MEGABYTE = 1_000_000


def a_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\xff\xff\xff" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def a_jpeg(width: int, height: int) -> bytes:
    jfif = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + jfif + frame + b"\xff\xd9"


def a_gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00\xff\xff\xff\x00\x00\x00;"


PNG = a_png(62, 40)
PDF = b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
BINARY = bytes(range(256))
HEIC_HEAD = b64decode("AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZg==")
SMALLEST_WEBP = b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
PAGE = b"<!DOCTYPE html><html><body><script>alert(document.domain)</script></body></html>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def a_file(content: bytes, **more: object) -> dict[str, object]:
    return a_body("attachments", file=b64encode(content).decode(), **more)


def fetch(sandbox: Sandbox, url: str) -> Answer:
    """Ask for a file as a browser does: without a token."""
    return sandbox.transport.send("GET", url.removeprefix(sandbox.transport.root), {}, None)


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    return mock.sandbox()


def test_an_uploaded_file_is_answered_with_what_it_is(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, a_file(PNG, name="test.jpg"))

    assert made.status == 201
    assert made.headers["Location"] == f"{sandbox.transport.root}/api/v3{URL}/1"
    assert made.meta == {}
    assert made.record == {
        "links": {"account": 1, "messages": []},
        "id": 1,
        "name": "test.jpg",
        "url": f"{sandbox.transport.root}/uploads/{sandbox.id}/1/file.png",
        "file_size": len(PNG),
        "file_content_type": "image/png",
        "image_width": 62,
        "image_height": 40,
        "created_at": START,
        "updated_at": START,
    }


@pytest.mark.parametrize(
    "written",
    [
        b64encode(PNG).decode(),
        encodebytes(PNG).decode(),
        f"\n  {b64encode(PNG).decode()}\r\n",
        f"data:image/png;base64,{b64encode(PNG).decode()}",
        f"data:image/png;base64,{encodebytes(PNG).decode()}",
        f"data:;base64,{b64encode(PNG).decode()}",
        f"data:application/pdf;name=x.pdf;base64,{b64encode(PNG).decode()}",
    ],
    ids=[
        "bare",
        "with newlines",
        "with white space",
        "data URI",
        "data URI with newlines",
        "data URI without type",
        "data URI with another type",
    ],
)
def test_base64_comes_bare_or_in_a_data_uri_whose_type_does_not_count(sandbox: Sandbox, written: str) -> None:
    made = sandbox.api.post(URL, a_body("attachments", file=written))

    assert (made.status, made.record["file_size"], made.record["file_content_type"]) == (201, len(PNG), "image/png")


@pytest.mark.parametrize(
    ("content", "kind", "extension", "width", "height"),
    [
        (PNG, "image/png", "png", 62, 40),
        (a_jpeg(640, 480), "image/jpeg", "jpg", 640, 480),
        (a_gif(3, 7), "image/gif", "gif", 3, 7),
        (PDF, "application/pdf", "pdf", None, None),
        ("Die Schlüssel liegen unter der Fußmatte.\n".encode(), "text/plain", "txt", None, None),
        (b"BMW owners park behind the house.", "text/plain", "txt", None, None),
        (b"P4 is our parking place", "text/plain", "txt", None, None),
        (BINARY, "application/octet-stream", "bin", None, None),
        (b"\x89PNG\r\n\x1a\n", "image/png", "png", None, None),
        (HEIC_HEAD, "image/heic", "heic", None, None),
        (SMALLEST_WEBP, "image/webp", "webp", 1, 1),
        (b'\xef\xbb\xbf<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"/>', "image/svg+xml", "svg", 3, 4),
        ("Grüße aus Köln".encode("latin-1"), "text/plain", "txt", None, None),
    ],
    ids=[
        "png",
        "jpeg",
        "gif",
        "pdf",
        "text",
        "text like a bitmap",
        "text like a pixmap",
        "binary",
        "broken png",
        "head of a heic",
        "smallest webp",
        "svg after a mark",
        "latin-1",
    ],
)
def test_the_bytes_say_what_a_file_is(
    sandbox: Sandbox, content: bytes, kind: str, extension: str, width: int | None, height: int | None
) -> None:
    made = sandbox.api.post(URL, a_file(content, name="whatever.xyz")).record

    assert (made["file_content_type"], made["image_width"], made["image_height"]) == (kind, width, height)
    assert made["url"].endswith(f"/file.{extension}")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (a_jpeg(1, 1), "image/jpeg"),
        (PDF, "application/pdf"),
        (b"Hello\n", "text/plain"),
        (BINARY, "application/octet-stream"),
    ],
)
def test_a_file_is_served_back_without_a_token(sandbox: Sandbox, content: bytes, kind: str) -> None:
    made = sandbox.api.post(URL, a_file(content)).record

    served = fetch(sandbox, made["url"])

    assert served.status == 200
    assert served.body == content
    assert served.headers["Content-Type"].partition(";")[0] == kind
    assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content", [PAGE, DRAWING, b"<html>" + PAGE, b"\n\n" + PAGE, b'<?xml version="1.0"?>' + DRAWING])
def test_an_upload_never_runs_as_a_page(sandbox: Sandbox, content: bytes) -> None:
    made = sandbox.api.post(URL, a_file(content, name="page.html")).record

    served = fetch(sandbox, made["url"].rpartition("/")[0] + "/page.html")

    assert served.body == content
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    shown_as_text = served.headers["Content-Type"].startswith("text/plain")
    assert shown_as_text or served.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["{id}/2/file.png", "{id}/x/file.png", "ffffffffffff/1/file.png", "{id}/1"])
def test_an_address_without_a_file_is_not_found(sandbox: Sandbox, path: str) -> None:
    sandbox.api.post(URL, a_file(PNG))

    assert fetch(sandbox, f"/uploads/{path.format(id=sandbox.id)}").status == 404


def test_a_remote_file_is_a_placeholder_of_its_name_and_nobody_calls_for_it(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        remote = f"http://127.0.0.1:{listener.getsockname()[1]}/images/header-ruby-logo.png?size=2"

        made = sandbox.api.post(URL, a_body("attachments", remote_file_url=remote, name="test.jpg"))

        assert made.status == 201
        assert made.record["name"] == "test.jpg"
        assert made.record["url"].endswith("/header-ruby-logo.png")
        assert fetch(sandbox, made.record["url"]).status == 200
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("path", ["", "/", "/a/..", "/a/%2e%2e", "/%2F..", "/."])
def test_a_remote_file_without_a_name_gets_one(sandbox: Sandbox, path: str) -> None:
    made = sandbox.api.post(URL, a_body("attachments", remote_file_url=f"https://files.example.com{path}"))

    assert made.record["url"].endswith(f"/uploads/{sandbox.id}/1/file")
    assert fetch(sandbox, made.record["url"]).status == 200


@pytest.mark.parametrize("url", ["ftp://example.com/a.png", "a.png", "", "http://", "http://[", 7])
def test_a_remote_address_is_a_web_address(sandbox: Sandbox, url: object) -> None:
    answer = sandbox.api.post(URL, a_body("attachments", remote_file_url=url))

    assert answer.status == 422
    assert answer.errors[0]["field"] == "remote_file_url"


def test_of_both_the_file_wins(sandbox: Sandbox) -> None:
    made = sandbox.api.post(URL, a_file(PNG, remote_file_url="https://files.example.com/hello.txt"))

    assert made.status == 201
    assert (made.record["file_content_type"], made.record["file_size"]) == ("image/png", len(PNG))


def test_without_any_there_is_no_file(sandbox: Sandbox) -> None:
    answer = sandbox.api.post(URL, a_body("attachments", name="nothing.txt"))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "file", "title": "can't be blank"}]


@pytest.mark.parametrize("written", ["%%%", "data:image/png;base64,???", "data:image/png,hello", "", "data:;base64,", 7, ["SGVsbG8K"]])
def test_what_cannot_be_decoded_is_refused(sandbox: Sandbox, written: object) -> None:
    answer = sandbox.api.post(URL, a_body("attachments", file=written))

    assert answer.status == 422
    assert answer.errors[0]["field"] == "file"
    assert sandbox.api.get(URL).ids == []


def test_a_file_just_under_ten_megabytes_is_kept_whole(sandbox: Sandbox) -> None:
    content = BINARY * (10 * MEGABYTE // len(BINARY) - 1)

    made = sandbox.api.post(URL, a_file(content))

    assert made.status == 201
    assert fetch(sandbox, made.record["url"]).body == content


def test_a_file_of_eleven_megabytes_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.api.post(URL, a_file(bytes(11 * MEGABYTE)))

    assert answer.status == 422
    assert (answer.errors[0]["code"], answer.errors[0]["field"]) == ("validation_failed", "file")


def test_a_new_name_keeps_the_address(sandbox: Sandbox) -> None:
    before = sandbox.api.post(URL, a_file(PNG, name="test.jpg")).record
    sandbox.advance("1s")

    renamed = sandbox.api.put(f"{URL}/1", a_body("attachments", name="logo.png"))

    assert renamed.status == 200
    assert renamed.record == before | {"name": "logo.png", "updated_at": "2030-06-01T12:00:01Z"}


def test_a_new_file_takes_the_place_of_the_old_one(sandbox: Sandbox) -> None:
    sandbox.api.post(URL, a_file(PNG, name="test.jpg"))

    changed = sandbox.api.put(f"{URL}/1", a_file(b"Hello\n")).record

    assert (changed["name"], changed["file_content_type"], changed["file_size"], changed["image_width"]) == (
        "test.jpg",
        "text/plain",
        6,
        None,
    )
    assert fetch(sandbox, changed["url"]).body == b"Hello\n"


@pytest.mark.parametrize("attribute", ["file", "remote_file_url"])
def test_what_was_uploaded_is_not_shown_in_the_record(sandbox: Sandbox, attribute: str) -> None:
    assert attribute not in sandbox.api.post(URL, a_file(PNG)).record


def test_a_file_without_a_name_is_called_like_its_address(sandbox: Sandbox) -> None:
    assert sandbox.api.post(URL, a_file(PNG)).record["name"] == "file.png"


def test_an_attachment_names_its_messages(inbox: Sandbox) -> None:
    inbox.api.post(URL, a_file(PNG))
    inbox.api.post("/inbox/messages", a_message(attachment_ids=[1]))
    inbox.api.post("/inbox/messages", a_message(attachment_ids=[1]))

    assert inbox.api.get(f"{URL}/1").record["links"]["messages"] == [1, 2]


def test_addresses_leave_out_the_host_where_a_scenario_assumes_so(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(assume={"attachment_urls": "relative"}))

    made = sandbox.api.post(URL, a_file(PNG)).record

    assert made["url"] == f"/uploads/{sandbox.id}/1/file.png"
    assert fetch(sandbox, made["url"]).body == PNG


def test_an_attachment_that_is_not_there_is_not_found(sandbox: Sandbox) -> None:
    assert sandbox.api.get(f"{URL}/9").status == 404
    assert sandbox.api.put(f"{URL}/9", a_body("attachments", name="x")).status == 404
    assert sandbox.api.delete(f"{URL}/9").status == 405


def test_a_picture_of_an_impossible_size_has_none(waiting: Sandbox) -> None:
    picture = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99999999999999999999999" height="5"></svg>'

    made = waiting.api.post("/inbox/attachments", {"attachments": [{"file": b64encode(picture).decode()}]})

    assert made.status == 201
    assert (made.record["image_width"], made.record["image_height"]) == (None, None)
