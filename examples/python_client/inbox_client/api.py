"""HTTP: tokens that expire, pages that continue, hours that are used up, answers that never come.

Nothing here waits. What cannot be done now raises Later, and whoever schedules the work asks again.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

JSON = dict[str, Any]

TIMEOUT_SECONDS = 30
ENVELOPE = {"links", "linked", "meta"}
SYNCED_AT = "X-Updated-Since-Request-Synced-At"
NEXT = re.compile(r'<([^>]*)>\s*;[^,<]*\brel="?next\b')
"""The address of the next page, in a Link header."""


class Later(Exception):  # noqa: N818 - not an error: a time has not come
    """Not now. ``not_before`` is the Unix time of the rate limit's reset, where that is what to wait for."""

    def __init__(self, why: str, not_before: int | None = None) -> None:
        super().__init__(why)
        self.not_before = not_before


class LostAnswer(Later):
    """Nobody can tell whether the request was carried out: its answer never came, or was an error of the server's."""


class Refused(Exception):  # noqa: N818 - the service's word for it
    """The request was understood and turned down: asking again changes nothing."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """An answer that came, and is whole. ``next_url`` is where its list goes on."""

    status: int
    headers: Mapping[str, str]
    body: JSON
    next_url: str | None

    @property
    def records(self) -> list[JSON]:
        """The records: they stand under the one key that is not part of the envelope."""
        found: list[JSON] = next(records for key, records in self.body.items() if key not in ENVELOPE)
        return found

    @property
    def deleted_ids(self) -> list[int]:
        """The ids of records that are gone since ``updated_since``."""
        found: list[int] = self.body["meta"].get("deleted_ids", [])
        return found

    @property
    def synced_at(self) -> str:
        """What to send as ``updated_since`` the next time, if this is the first page of a list."""
        return self.headers[SYNCED_AT]


def refusal_in(data: bytes) -> JSON:
    """Return what a refusal says. The service writes JSON; what stands before it, pages."""
    try:
        return dict(json.loads(data))
    except (ValueError, TypeError):
        return {"text": data.decode(errors="replace")}


class Api:
    """One account's access to the API."""

    def __init__(
        self, api_url: str, *, token: str, refresh_token: str, client_id: str, client_secret: str, http: PoolManager | None = None
    ) -> None:
        self.http = http or PoolManager()
        self.url = api_url.rstrip("/")
        self.token: str | None = token
        self.refresh_token = refresh_token
        self.client = {"client_id": client_id, "client_secret": client_secret}

    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        """Yield the pages of a list, one request each.

        Raises:
            Later: the service cannot answer now.
            Refused: it does not want to.

        """
        page = self.call("GET", f"{self.url}/{path}", fields=query)
        yield page
        while page.next_url is not None:
            page = self.call("GET", page.next_url)
            yield page

    def create(self, path: str, **attributes: object) -> JSON:
        """Create a record, and return it as the service has it.

        Raises:
            LostAnswer: it may be there now, or not.
            Later: it is not there, and may be created later.
            Refused: it cannot be created.

        """
        plural = path.rpartition("/")[2]
        return self.call("POST", f"{self.url}/{path}", json={plural: [attributes]}).records[0]

    def call(self, method: str, url: str, **more: Any) -> Answer:  # noqa: ANN401 - what requests takes
        """Call with a token that is good, as far as anybody knows. One that was refused is never used again."""
        for _ in range(2):
            if self.token is None:
                self.refresh()
            answer = self.exchange(method, url, headers={"Authorization": f"Bearer {self.token}"}, **more)
            if answer.status < 300:
                return answer
            if answer.status != 401:
                raise Refused(f"{method} {url}: {answer.status} {answer.body}", answer.status)
            self.token = None
        raise Later(f"{method} {url}: a token that was fresh a moment ago is refused")

    def refresh(self) -> None:
        """Get a new token. Its successor comes along, and must be kept: the old refresh token is good until the new token is used.

        Raises:
            Later: the service cannot answer now.
            Refused: the account's owner has to connect it again.

        """
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token, **self.client}
        answer = self.exchange("POST", urljoin(self.url, "/oauth/token"), fields=form, encode_multipart=False)
        if answer.status >= 300:
            raise Refused(f"the token cannot be refreshed: {answer.status} {answer.body}", answer.status)
        self.token, self.refresh_token = answer.body["access_token"], answer.body["refresh_token"]

    def exchange(self, method: str, url: str, **more: Any) -> Answer:  # noqa: ANN401 - what requests takes
        """Send one request. What comes back is a success or a refusal; everything else is for later."""
        try:
            answer = self.http.request(method, url, timeout=TIMEOUT_SECONDS, retries=False, redirect=False, **more)
            body = answer.json() if answer.status < 300 else refusal_in(answer.data)
        except (HTTPError, ValueError) as error:
            raise LostAnswer(f"{method} {url}: {error}") from error
        if answer.status >= 500:
            raise LostAnswer(f"{method} {url}: {answer.status}")
        if answer.status == 429:
            reset = answer.headers.get("X-RateLimit-Reset")
            raise Later(f"{method} {url}: the hour's requests are used up", not_before=None if reset is None else int(reset))
        following = NEXT.search(answer.headers.get("Link", ""))
        return Answer(answer.status, answer.headers, body, following and following[1])
