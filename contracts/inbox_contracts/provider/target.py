"""The server on trial: what kind of server it is, and how it is called."""

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

import orjson

from inbox_contracts.provider.api import BASE, Api, plural_of
from inbox_contracts.provider.expectations import PropertyViolation
from inbox_contracts.provider.http import ApiResponse, NoAnswer, TrialConnection
from inbox_mock.client import JSON, PREFIX, AdminClient, AdminError, SandboxClient

REAL = ("bookingsync.com", "smily.com")


class NoTrial(Exception):  # noqa: N818 - the user's situation, not an error of ours
    """The trial cannot start or continue; the text is one line that says why."""


@dataclass
class Target:
    """A server on trial. ``scenario`` is what its sandboxes are created from, if it is a fake with an admin API."""

    connection: TrialConnection
    token: str | None = None
    scenario: str | None = None
    admin_token: str | None = None

    @property
    def is_fake(self) -> bool:
        """Whether the server can create sandboxes."""
        return self.scenario is not None

    @property
    def api(self) -> Api:
        """The API with the token that was given."""
        return Api(self.connection, self.token)

    @property
    def admin(self) -> AdminClient:
        """The fake's admin API."""
        return AdminClient(self.connection.root, self._send)

    def create_sandbox(self, scenario: object = None, **more: object) -> SandboxClient:
        """Create a sandbox with a manual clock."""
        return self.admin.create_sandbox(scenario or self.scenario, clock={"mode": "manual"}, **more)

    def _send(self, method: str, path: str, body: JSON | None) -> tuple[int, JSON]:
        headers = {"Content-Type": "application/json"}
        if self.admin_token is not None:
            headers["Authorization"] = f"Bearer {self.admin_token}"
        unlogged = path == "/sandboxes" or method == "DELETE"
        content = None if body is None else orjson.dumps(body)
        answer = self.connection.send(method, f"{PREFIX}{path}", headers, content, unlogged=unlogged)
        found: JSON = answer.json if answer.body else {}
        if answer.status >= 300:
            raise AdminError(f"{answer.about}: {found.get('detail') or found.get('title')} {found.get('errors') or ''}".rstrip())
        return answer.status, found


def root_of(url: str) -> str:
    """Return the root of a server, given by its root or by the base URL of its API.

    Raises:
        NoTrial: it is no http or https address.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NoTrial(f"{url!r} is no address: expected the server's root, such as http://127.0.0.1:8089")
    try:
        _ = parts.port
    except ValueError:
        raise NoTrial(f"{url!r} is no address: its port is no number from 0 to 65535") from None
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(BASE)}"


def detect(
    url: str, token: str | None = None, *, timeout_seconds: float = 10.0, read_only: bool = False, admin_token: str | None = None
) -> Target:
    """Return the target at ``url``: a fake, on which each property gets a separate sandbox, or another server.

    Raises:
        NoTrial: no server answers, the answers are not this API's, or the token is missing or may not read the inbox.
    """
    connection = TrialConnection(root_of(url), timeout_seconds)
    if not read_only and (urlsplit(connection.root).hostname or "").rstrip(".").endswith(REAL):
        raise NoTrial("this is the real service, where guests and staff would see what the trial writes: add --read-only")
    try:
        if token is None:
            answer = connection.send(
                "GET", f"{PREFIX}/sandboxes?limit=1", {} if admin_token is None else {"Authorization": f"Bearer {admin_token}"}
            )
            if _is_fake(answer):
                return Target(connection, scenario="agency", admin_token=admin_token)
            _ask_for_a_token(connection, answer)
        _check_access(Api(connection, token))
    except NoAnswer as error:
        raise NoTrial(f"{connection.root} does not answer: {error}") from None
    except NoTrial:
        connection.close()
        raise
    return Target(connection, token)


def _ask_for_a_token(connection: TrialConnection, answer: ApiResponse) -> NoReturn:
    raise NoTrial(f"{connection.root} creates no sandboxes ({answer.about}): give a token of the account on trial with --token")


def _is_fake(answer: ApiResponse) -> bool:
    """Return whether a response is a fake's list of its sandboxes; raise NoTrial if the fake wants its admin token."""
    if answer.status in {401, 403} and b"admin" in answer.body.lower():
        raise NoTrial(
            f"the server's admin API refuses ({answer.about}): give its token with --admin-token, for sandboxes of the trial's own; "
            "or a token of one sandbox with --token, to judge the server in that one"
        )
    try:
        return answer.status == 200 and "sandboxes" in answer.json
    except (PropertyViolation, TypeError):
        return False


def _check_access(api: Api) -> None:
    """Check that the server answers as this API does, and that the token may read the inbox."""
    answer = api.call("GET", "/inbox/conversations", per_page="1")
    if answer.status == 401:
        raise NoTrial(f"the token is refused: {answer.about} ({answer.header('WWW-Authenticate') or 'without WWW-Authenticate'})")
    if answer.status == 403:
        raise NoTrial(f"the token may not read the inbox: {answer.about}; give one with the scope inbox_read")
    if answer.status == 429:
        raise NoTrial(f"the rate limit is used up: {answer.about}; X-RateLimit-Reset is {answer.header('X-RateLimit-Reset')}")
    if 300 <= answer.status < 400:
        raise NoTrial(f"the server leads elsewhere: {answer.about} to {answer.header('Location')}; give that address")
    try:
        good = answer.status == 200 and plural_of(answer) == "conversations"
    except PropertyViolation as error:
        raise NoTrial(f"this is not the Inbox API: {error}") from None
    if not good:
        begins = answer.body[:60].decode(errors="replace")
        raise NoTrial(f"this is not the Inbox API: {answer.about}, expected 200 with conversations; the body begins with {begins!r}")
