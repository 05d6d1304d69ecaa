"""Token requests and consent pages: who gets a token, whereto a browser is sent, what a page shows."""

import json
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from string import punctuation
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from api.oauth import CALLBACK, OUT_OF_BAND
from fuzz.served import CLIENT_ID, CLIENT_SECRET, asked
from fuzz.target import target
from hostile.wire import Reply
from serving.raw import bytes_of

STATUSES = {200, 302, 400, 401, 403, 413}
FORM = "application/x-www-form-urlencoded"
KINDS = ("token by form", "token by json", "token by multipart", "token by query", "page", "decision")
HEAD, TEXT = {"html", "head", "meta", "title", "style"}, {"body", "main", "h1", "p", "code", "ul", "li", "footer"}
TAGS = HEAD | TEXT | {"form", "input", "fieldset", "legend", "label", "button"}
BOUNDARY = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
FORMER = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}  # as good as those
BY_APPLICATION = {"grant_type": "client_credentials", **CREDENTIALS, "scope": "inbox_read"}
WISH = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code", "scope": "inbox_write public", "state": "x&<y>"}


def given() -> Iterator[bytes]:
    """Requests that are granted, and some that are not."""
    for kind in ("token by form", "token by query"):
        yield input_of(kind, urlencode(BY_APPLICATION))
    yield input_of("token by json", json.dumps(BY_APPLICATION))
    yield input_of("token by multipart", "".join(BOUNDARY.format(*pair) for pair in BY_APPLICATION.items()) + "--b--\r\n")
    yield input_of(
        "token by form", urlencode({"grant_type": "authorization_code", **CREDENTIALS, "code": "demo", "redirect_uri": CALLBACK})
    )
    yield input_of("token by form", urlencode({"grant_type": "refresh_token", **CREDENTIALS, "refresh_token": "demo"}))
    yield input_of("page", urlencode(WISH))
    for changes in (
        {},
        {"response_type": "token"},
        {"redirect_uri": OUT_OF_BAND},
        {"scope": "nothing"},
        {"redirect_uri": "http://evil.example"},
    ):
        yield input_of("decision", urlencode({**WISH, "decision": "approve", "account_id": "1", **changes}))
    yield input_of("decision", urlencode({**WISH, "decision": "deny"}))


def input_of(kind: str, text: str) -> bytes:
    return bytes([KINDS.index(kind)]) + text.encode()


@target(
    holds="a token is for who knows the secret, a browser is sent to a registered address only, and no page shows markup of others",
    seeds=given,
    words=(
        *(name.encode() + b"=" for name in (*WISH, *BY_APPLICATION, "code", "refresh_token", "decision", "account_id")),
        *(b"&", b"=", b"%0d%0a", b"%00", b"<script>", b"%22%3E%3Cb%3E", b"//evil.example", b"@evil.example", b"localhost", b"\\", b"%5c"),
        *(
            b"authorization_code",
            b"refresh_token",
            b"token",
            b"approve",
            b"deny",
            b"--b",
            b'"; filename="x"',
            b"%ff",
            b"\xff",
            b"null",
            b"{}",
        ),
    ),
    longest=1024,
)
def oauth_forms(sent: bytes) -> None:
    kind, body = KINDS[sent[0] % len(KINDS)] if sent else KINDS[0], sent[1:]
    reply = asked(request(kind, body))
    assert reply.status in STATUSES, reply.status
    if kind.startswith("token"):
        judge_token(kind, body, reply)
    else:
        judge_page(parameters(quoted(body)), reply)


def quoted(text: bytes) -> str:
    """Bytes as they can stand in an address."""
    return quote(text, safe=punctuation.replace("#", ""))


def parameters(text: str) -> dict[str, str]:
    """The parameters of a query or form; of a repeated one the first counts."""
    return dict(reversed(parse_qsl(text, keep_blank_values=True)))


def request(kind: str, body: bytes) -> bytes:
    """The bytes of a request."""
    path = "/oauth/token" if kind.startswith("token") else "/oauth/authorize"
    usual = ("Host: localhost", "Connection: close")
    if kind == "page":
        return bytes_of(f"GET {path}?{quoted(body)} HTTP/1.1", *usual)
    if kind == "token by query":
        return bytes_of(f"POST {path}?{quoted(body)} HTTP/1.1", *usual)
    content_type = {"token by json": "application/json", "token by multipart": "multipart/form-data; boundary=b"}.get(kind, FORM)
    sent = quoted(body).encode() if kind == "decision" else body
    return bytes_of(f"POST {path} HTTP/1.1", *usual, f"Content-Type: {content_type}", f"Content-Length: {len(sent)}", body=sent)


def judge_token(kind: str, body: bytes, reply: Reply) -> None:
    """Hold an answer with a token to what was given for it, and any other to the form of a refusal."""
    answer = json.loads(reply.body)
    if reply.status != 200:
        assert answer.keys() == {"error", "error_description"}, answer
        return
    assert answer["token_type"] == "bearer"
    read: dict[str, Callable[[], Mapping[str, object]]] = {
        "token by form": lambda: parameters(body.decode(errors="replace")),
        "token by query": lambda: parameters(quoted(body)),
        "token by json": lambda: json.loads(body),
    }
    known = read[kind]() if kind in read else {}
    for name, value in CREDENTIALS.items():
        good = {value, FORMER[name]}
        assert known.get(name, value) in good, f"a token for another {name}"
        assert name in known or any(one.encode() in body for one in good), f"a token without {name}"
    assert known.get("grant_type", "client_credentials") == "client_credentials", "a token for a code that nobody has"


def judge_page(wish: Mapping[str, str], reply: Reply) -> None:
    """Hold a redirect to the registered addresses, and a page to its own markup."""
    if reply.status == 302:
        location = reply.headers["location"]
        asked_for, sent_to = urlsplit(CALLBACK), urlsplit(location)
        assert (sent_to.scheme, sent_to.hostname) == (asked_for.scheme, asked_for.hostname), location
        own = wish["redirect_uri"]
        if "\ufffd" in own:
            return
        assert location.startswith(own), location
        told = parameters(location.removeprefix(own)[1:])
        assert alike(told.get("state"), wish.get("state")), location
        assert ("code" in told or "access_token" in told) == (wish.get("decision") == "approve" and "error" not in told), location
    else:
        page = Page()
        page.feed(reply.body.decode())
        assert page.tags <= TAGS, page.tags - TAGS
        assert all(alike(value, wish.get(name)) for name, value in page.hidden.items()), page.hidden


def alike(found: str | None, wanted: str | None) -> bool:
    """Whether a value came back as it was given, if it was text: what is no UTF-8 is read as anything."""
    return (found or "") == (wanted or "") or "\ufffd" in (wanted or "")


class Page(HTMLParser):
    """What a browser finds in a page: tags, and hidden values by name."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        assert not any(name.startswith("on") for name in found), found
        if found.get("type") == "hidden":
            self.hidden[found.get("name") or ""] = found.get("value") or ""
