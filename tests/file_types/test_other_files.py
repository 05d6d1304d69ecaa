"""Documents, archives, recordings and texts."""

import re
from pathlib import Path

import pytest

from file_types.made_files import a_film, a_zip, an_archive_of
from inbox_mock.file_types import EXTENSIONS, identify

REFERENCE = Path(__file__).parents[2] / "docs/reference.md"
SAMPLES = Path(__file__).parent / "samples"
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
OFFICE_MEMBERS = ("[Content_Types].xml", "_rels/.rels")
PDF = b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)
AAC_FRAME = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)


@pytest.mark.parametrize(
    ("content", "content_type", "extension"),
    [
        (PDF, "application/pdf", "pdf"),
        (b"\xef\xbb\xbf" + PDF, "application/pdf", "pdf"),
        (b"\r\n" + PDF, "application/pdf", "pdf"),
        (b"\x1b%-12345X@PJL\r\n" + PDF + b"\0", "application/pdf", "pdf"),
        (a_zip("photos/a.txt"), "application/zip", "zip"),
        (a_zip("old/word/document.xml", "old/[Content_Types].xml"), "application/zip", "zip"),
        (a_zip(*OFFICE_MEMBERS, "word/document.xml"), f"{OFFICE}.wordprocessingml.document", "docx"),
        (a_zip("docProps/app.xml", "word/document.xml", *OFFICE_MEMBERS), f"{OFFICE}.wordprocessingml.document", "docx"),
        (a_zip(*OFFICE_MEMBERS, "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet", "xlsx"),
        (a_zip(*OFFICE_MEMBERS, "xl/workbook.xml", "xl/vbaProject.bin"), "application/vnd.ms-excel.sheet.macroenabled.12", "xlsm"),
        (a_zip(*OFFICE_MEMBERS, "ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation", "pptx"),
        (a_zip("content.xml", mimetype=f"{OPEN_DOCUMENT}.text"), f"{OPEN_DOCUMENT}.text", "odt"),
        (a_zip("content.xml", mimetype=f"{OPEN_DOCUMENT}.spreadsheet"), f"{OPEN_DOCUMENT}.spreadsheet", "ods"),
        (a_zip("content.xml", mimetype="text/html\r\nSet-Cookie: a=b"), "application/zip", "zip"),
        (a_zip("META-INF/container.xml", mimetype="application/epub+zip"), "application/epub+zip", "epub"),
        (a_zip("pass.json", "manifest.json", "signature"), "application/vnd.apple.pkpass", "pkpass"),
        (a_zip(), "application/zip", "zip"),
        (OLE + "WordDocument\0".encode("utf-16-le"), "application/msword", "doc"),
        (OLE + "Workbook\0".encode("utf-16-le"), "application/vnd.ms-excel", "xls"),
        (b"Rar!\x1a\7\1\0", "application/vnd.rar", "rar"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_documents_and_archives_are_known_by_what_they_hold(content: bytes, content_type: str, extension: str) -> None:
    assert identify(content) == (content_type, extension, None, None)


@pytest.mark.parametrize("cut_off", [0, 30])
def test_a_document_within_an_archive_does_not_make_the_archive_one(cut_off: int) -> None:
    document = a_zip(*OFFICE_MEMBERS, "word/document.xml")
    archive = an_archive_of("report.docx", document)

    assert identify(archive[: len(archive) - cut_off]).content_type == "application/zip"


@pytest.mark.parametrize(
    ("name", "content_type", "extension"),
    [
        ("voice.m4a", "audio/mp4", "m4a"),
        ("film.3gp", "video/3gpp", "3gp"),
        ("android.mp4", "video/mp4", "mp4"),
        ("fragmented.mp4", "video/mp4", "mp4"),
        ("phone.mov", "video/quicktime", "mov"),
    ],
)
def test_recordings_of_phones_are_known(name: str, content_type: str, extension: str) -> None:
    assert identify((SAMPLES / name).read_bytes()) == (content_type, extension, None, None)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (a_film(b"3gp4", b"vide", b"soun"), "video/3gpp"),
        (a_film(b"3gp4", b"soun"), "audio/3gpp"),
        (a_film(b"mp42", b"soun"), "audio/mp4"),
        (a_film(b"mp42", b"vide"), "video/mp4"),
        (a_film(b"M4A ", b"soun"), "audio/mp4"),
        (a_film(b"qt  ", b"vide", b"soun"), "video/quicktime"),
        (MP3_FRAME * 2, "audio/mpeg"),
        (b"ID3\3\0\0\0\0\0\0" + MP3_FRAME, "audio/mpeg"),
        (AAC_FRAME * 2, "audio/aac"),
        (b"OggS\0\2" + bytes(22), "application/ogg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"#!AMR\n<\0\0", "audio/amr"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"\x1a\x45\xdf\xa3\x42\x82\x84webm", "video/webm"),
    ],
)
def test_sound_is_told_from_film(content: bytes, content_type: str) -> None:
    assert identify(content).content_type == content_type


@pytest.mark.parametrize(
    ("content", "content_type", "extension"),
    [
        ("Grüße aus Köln, schöne Tür".encode("latin-1"), "text/plain", "txt"),
        ("Grüße aus Köln".encode("utf-16"), "text/plain", "txt"),
        ("Grüße aus Köln".encode("utf-16-le"), "text/plain", "txt"),
        ("Grüße aus Köln".encode("utf-32"), "text/plain", "txt"),
        ("Привет из Москвы".encode("cp1251"), "text/plain", "txt"),
        ("東京から".encode("shift-jis"), "text/plain", "txt"),
        ("東京から".encode("iso-2022-jp"), "text/plain", "txt"),
        (b"BMW Schl\xfcssel", "text/plain", "txt"),
        (b"GIF89a is a format", "text/plain", "txt"),
        (b"a,b\n1,2\n", "text/csv", "csv"),
        (b'Name;Ort\r\n"B; C";K\xf6ln\r\n', "text/csv", "csv"),
        (b"Dear Anna,\nthank you,\n", "text/plain", "txt"),
        (b"Hello Anna, welcome\nBye, Jan\n", "text/plain", "txt"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", "text/vcard", "vcf"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "text/calendar", "ics"),
        (b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\nHello\r\n", "message/rfc822", "eml"),
        (b"From: the owner\nPlease ring.", "text/plain", "txt"),
        (b"{\\rtf1\\ansi Hello}", "application/rtf", "rtf"),
        (b'{"a":1}', "application/json", "json"),
        (b'[{"a": 1}, ' + b'{"b": 2}, ' * 9999, "application/json", "json"),
        (b"[1] see [2]", "text/plain", "txt"),
        (b"{sic}", "text/plain", "txt"),
        (b'<?xml version="1.0"?><a/>', "application/xml", "xml"),
        (b'<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"/>', "application/gpx+xml", "gpx"),
        (b"<!DOCTYPE html><p>Hello", "text/html", "html"),
        (b"<!-- a --><html lang=en>", "text/html", "html"),
        (b"<3 you all", "text/plain", "txt"),
        (b"", "text/plain", "txt"),
        (b"a\0b", "application/octet-stream", "bin"),
        (bytes(range(256)), "application/octet-stream", "bin"),
    ],
)
def test_texts_are_known_in_any_encoding(content: bytes, content_type: str, extension: str) -> None:
    assert identify(content) == (content_type, extension, None, None)


def test_extensions_are_fit_for_a_file_name() -> None:
    assert all(extension.isalnum() and extension == extension.lower() for extension in EXTENSIONS.values())


def test_the_reference_names_every_type_with_its_extension() -> None:
    assert dict(re.findall(r"`(\w+/\S+)` \.(\w+)", REFERENCE.read_text())) == EXTENSIONS
