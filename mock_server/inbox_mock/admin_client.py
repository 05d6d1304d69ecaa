"""Calling the admin API of a fake that runs, with one clear line for whatever goes wrong."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from http.client import HTTPConnection

CONNECT_SECONDS = 5
PATIENCE_SECONDS = 60
PROBLEM_JSON = "application/problem+json"

JSON = dict[str, Any]


class AdminError(Exception):
    """What was asked for did not happen. The text says why; ``fields`` pairs each field at fault with what was expected there."""

    def __init__(self, text: str, *fields: tuple[str, str]) -> None:
        super().__init__(text)
        self.fields = fields


class ServerUnreachableError(AdminError):
    """Nobody answers there, or not as the fake does."""


class SandboxGoneError(AdminError):
    """The server answers, and has no such sandbox."""


class Wire:
    """Speaks to the admin API of the server at ``root``, which may be given as the API's base URL too."""

    def __init__(self, root: str, token: str | None = None) -> None:
        self.root = root.rstrip("/").removesuffix("/api/v3")
        self._token = token

    def exchange(self, method: str, target: str, body: JSON | None, patience: float | None) -> tuple[int, JSON]:
        """Call, and return status and answer; ``target`` begins where ``/__admin`` ends, ``patience`` is in seconds.

        Raises:
            ServerUnreachableError: nothing listens there, or something else does.

        """
        from http.client import HTTPException

        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection = self._connection()
            try:
                connection.connect()
                connection.sock.settimeout(patience)
                connection.request(method, f"/__admin{target}", None if body is None else json.dumps(body), headers)
                answer = connection.getresponse()
                content, kind = answer.read(), answer.headers.get_content_type()
            finally:
                connection.close()
        except ConnectionRefusedError:
            raise ServerUnreachableError(
                f"nothing listens at {self.root}: start the fake with inbox-mock serve, or say where it is with --url"
            ) from None
        except TimeoutError:
            raise ServerUnreachableError(f"no answer from {self.root}") from None
        except (OSError, HTTPException, ValueError, OverflowError) as error:
            raise ServerUnreachableError(f"no answer from {self.root}: {str(error) or type(error).__name__}") from None
        return answer.status, {} if answer.status == 204 else self._read(answer.status, content, kind)

    def _connection(self) -> "HTTPConnection":
        from http.client import HTTPConnection, HTTPSConnection

        parts = urlsplit(self.root)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise AdminError(f"the server's root cannot be {self.root!r}; expected something like http://127.0.0.1:8089")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname, parts.port, timeout=CONNECT_SECONDS)

    def _read(self, status: int, content: bytes, kind: str) -> JSON:
        """Return an answer; whatever does not look like one of the admin API comes from another program."""
        expected = "application/json" if status < 300 else PROBLEM_JSON
        try:
            found = json.loads(content) if kind == expected else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ServerUnreachableError(
                f"something answers at {self.root}, but not as the Inbox Mock does (status {status}): is --url right?"
            )
        return found


def said_no(status: int, answer: JSON) -> AdminError:
    """Return a problem of the admin API as what the caller is told."""
    fields = [(str(error["field"]), str(error["expected"])) for error in answer.get("errors", ())]
    told = "; ".join(f"{field}: {claim(expected)}" for field, expected in fields)
    return AdminError(told or str(answer.get("detail") or answer.get("title") or status), *fields)


def claim(title: str) -> str:
    """Return what was expected of a field; the API's own titles are whole claims already."""
    return title if title.startswith(("can't ", "must ", "is ")) else f"expected {title}"


class AdminClient:
    """Speaks to one sandbox; paths begin where the sandbox's own address ends."""

    def __init__(self, url: str, sandbox: str, token: str | None = None) -> None:
        self._wire = Wire(url, token)
        self.root = self._wire.root
        self.sandbox = sandbox

    def get(self, path: str) -> JSON:
        """Read."""
        return self._call("GET", path, None, PATIENCE_SECONDS)

    def post(self, path: str, body: JSON) -> JSON:
        """Write; it may take as long as it takes, since webhooks may have to be sent on the way."""
        return self._call("POST", path, body, None)

    def patch(self, path: str, body: JSON) -> JSON:
        """Change."""
        return self._call("PATCH", path, body, None)

    def delete(self, path: str) -> JSON:
        """Take away."""
        return self._call("DELETE", path, None, None)

    def on_server(self, method: str, path: str, body: JSON | None = None) -> JSON:
        """Call what is not about this one sandbox; ``path`` begins where ``/__admin`` ends.

        Raises:
            Unanswered: nothing listens there, something else does, or the fake says no.

        """
        status, answer = self._wire.exchange(method, path, body, None)
        if status >= 300:
            raise said_no(status, answer)
        return answer

    def _call(self, method: str, path: str, body: JSON | None, patience: float | None) -> JSON:
        """Call, and return the answer.

        Raises:
            Unanswered: nothing listens there, something else does, or the fake says no.

        """
        status, answer = self._exchange(method, path, body, patience)
        if status == 404 and path and self._exchange("GET", "", None, PATIENCE_SECONDS)[0] == 200:
            plural, _, rest = path.partition("?")[0].strip("/").partition("/")
            raise AdminError(f"the sandbox {self.sandbox!r} has no {plural.removesuffix('s')} {rest.partition('/')[0]}".rstrip())
        if status == 404:
            raise SandboxGoneError(f"{self.root} has no sandbox {self.sandbox!r}; expected the id of one, or default")
        if status >= 300:
            raise said_no(status, answer)
        return answer

    def _exchange(self, method: str, path: str, body: JSON | None, patience: float | None) -> tuple[int, JSON]:
        return self._wire.exchange(method, f"/sandboxes/{quote(self.sandbox, safe='')}{path}", body, patience)
