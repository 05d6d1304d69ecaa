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


class Unanswered(Exception):  # noqa: N818 - the user's situation, not an error of ours
    """What was asked for did not happen. The text says why; ``fields`` pairs each field at fault with what was expected there."""

    def __init__(self, text: str, *fields: tuple[str, str]) -> None:
        super().__init__(text)
        self.fields = fields


class AdminClient:
    """Speaks to one sandbox; paths begin where the sandbox's own address ends."""

    def __init__(self, url: str, sandbox: str, token: str | None = None) -> None:
        self.root = url.rstrip("/").removesuffix("/api/v3")
        self.sandbox = sandbox
        self._token = token

    def get(self, path: str) -> JSON:
        """Read."""
        return self._call("GET", path, None, PATIENCE_SECONDS)

    def post(self, path: str, body: JSON) -> JSON:
        """Write; it may take as long as it takes, since webhooks may have to be sent on the way."""
        return self._call("POST", path, body, None)

    def patch(self, path: str, body: JSON) -> JSON:
        """Change."""
        return self._call("PATCH", path, body, None)

    def _call(self, method: str, path: str, body: JSON | None, patience: float | None) -> JSON:
        """Call, and return the answer.

        Raises:
            Unanswered: nothing listens there, something else does, or the fake says no.

        """
        status, answer = self._exchange(method, path, body, patience)
        if status == 404 and path and self._exchange("GET", "", None, PATIENCE_SECONDS)[0] == 200:
            plural, record_id = path.strip("/").split("/")[:2]
            raise Unanswered(f"the sandbox {self.sandbox!r} has no {plural.removesuffix('s')} {record_id}")
        if status == 404:
            raise Unanswered(f"{self.root} has no sandbox {self.sandbox!r}; expected the id of one, or default")
        if status >= 300:
            fields = ((str(error["field"]), str(error["expected"])) for error in answer.get("errors", ()))
            raise Unanswered(str(answer.get("detail") or answer.get("title") or status), *fields)
        return answer

    def _exchange(self, method: str, path: str, body: JSON | None, patience: float | None) -> tuple[int, JSON]:
        from http.client import HTTPException

        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        target = f"/__admin/sandboxes/{quote(self.sandbox, safe='')}{path}"
        try:
            connection = self._connection()
            try:
                connection.connect()
                connection.sock.settimeout(patience)
                connection.request(method, target, None if body is None else json.dumps(body), headers)
                answer = connection.getresponse()
                content, kind = answer.read(), answer.headers.get_content_type()
            finally:
                connection.close()
        except ConnectionRefusedError:
            raise Unanswered(
                f"nothing listens at {self.root}: start the fake with inbox-mock serve, or say where it is with --url"
            ) from None
        except TimeoutError:
            raise Unanswered(f"no answer from {self.root}") from None
        except (OSError, HTTPException, ValueError, OverflowError) as error:
            raise Unanswered(f"no answer from {self.root}: {str(error) or type(error).__name__}") from None
        return answer.status, self._read(answer.status, content, kind)

    def _connection(self) -> "HTTPConnection":
        from http.client import HTTPConnection, HTTPSConnection

        parts = urlsplit(self.root)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise Unanswered(f"the server's root cannot be {self.root!r}; expected something like http://127.0.0.1:8089")
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
            raise Unanswered(f"something answers at {self.root}, but not as the Inbox Mock does (status {status}): is --url right?")
        return found
