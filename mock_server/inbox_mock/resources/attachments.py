"""Attachments: uploaded first, then tied to a message."""

from inbox_mock.domain.fidelity import assumed, documented, recorded
from inbox_mock.resources.declaration import Attribute, Link, Resource, Write, stamps
from inbox_mock.resources.field_types import integer, text, upload, upload_url, url

PAGE = "/reference/endpoints/inbox_attachments"
DOCUMENTED = documented(PAGE)

RESOURCE = Resource(
    name="attachment",
    plural="attachments",
    path="inbox/attachments",
    page=PAGE,
    view="attachment_records",
    read_scopes=("inbox_read",),
    write_scopes=("inbox_write",),
    needs=(("file",), ("remote_file_url",)),
    note="Give `file` or `remote_file_url`; of both, `file` wins. Nothing is fetched: a remote file becomes a placeholder of its name.",
    attributes=(
        Attribute(name="name", kind=text(), write=Write.ALWAYS, example="arrival.png", fidelity=DOCUMENTED),
        Attribute(
            name="file",
            kind=upload(),
            read=False,
            write=Write.ALWAYS,
            example="data:text/plain;base64,SGVsbG8K",
            note="Base64, bare or as a data URI; less than 10 MB once decoded.",
            fidelity=recorded("attachments, bare Base64 with newlines, 2018; data URIs are documented"),
        ),
        Attribute(name="remote_file_url", kind=url(), read=False, write=Write.ALWAYS, fidelity=DOCUMENTED),
        Attribute(name="url", kind=upload_url(), fidelity=assumed("recorded relative to the host; absolute here, switch attachment_urls")),
        Attribute(name="file_size", kind=integer(), example=5365, fidelity=DOCUMENTED),
        Attribute(
            name="file_content_type", kind=text(), example="image/png", fidelity=recorded("attachments: sniffed from the bytes, 2018")
        ),
        Attribute(name="image_width", kind=integer(), null=True, fidelity=DOCUMENTED),
        Attribute(name="image_height", kind=integer(), null=True, fidelity=DOCUMENTED),
        *stamps(PAGE),
    ),
    links=(
        Link(name="account", target="accounts", fidelity=recorded("attachments, 2018")),
        Link(name="messages", target="messages", many=True, fidelity=recorded("attachments, 2018")),
    ),
)
