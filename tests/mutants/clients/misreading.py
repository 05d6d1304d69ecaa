"""Clients that misread the answer to what they wrote, to a refresh, or an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from inbox_client import Api, Inbox, Later, LostAnswer
from inbox_client.api import JSON, SYNCED_AT, Answer
from mutants.clients.broken import broken
from mutants.clients.writing import SendsAgain


@broken("sends again at once when the answer to a message is no JSON", "MSG003", "spoiled_receipt")
class SendsAgainAfterNonsense(SendsAgain):
    def sends_again(self, lost: LostAnswer) -> bool:
        return isinstance(lost.__cause__, ValueError)


@broken("sends again at once when the answer to a message breaks off", "MSG003", "spoiled_receipt")
class SendsAgainAfterABreak(SendsAgain):
    def sends_again(self, lost: LostAnswer) -> bool:
        return isinstance(lost.__cause__, HTTPError) and "IncompleteRead" in str(lost)


@broken("takes an answer to its message that it cannot read for a refusal", "CRASH", "spoiled_receipt")
class TakesNonsenseForARefusal(Inbox):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        try:
            super().say(conversation, sender, content)
        except LostAnswer as lost:
            if isinstance(lost.__cause__, ValueError):
                raise RuntimeError(str(lost)) from lost
            raise


@broken("adds a host once more when the answer to that cannot be read", "CLUTTER", "spoiled_host")
class AddsAHostAfterNonsense(Inbox):
    def add_host(self, conversation: JSON) -> JSON:
        try:
            return super().add_host(conversation)
        except LostAnswer as lost:
            if lost.__cause__ is None:
                raise
            return super().add_host(conversation)


@broken("takes an answer for said when no host can be added to say it", "LOST", "refused_host")
class SaysNothingWithoutAHost(Inbox):
    def reply(self, booking_id: int, content: str) -> None:
        try:
            super().reply(booking_id, content)
        except LostAnswer as lost:
            if "/inbox/participants" not in str(lost) or not str(lost).startswith("POST"):
                raise


@broken("takes an error of the server's for the end of its authorisation", "STUCK", "spoiled_refresh")
class TakesARefreshErrorForTheEnd(Api):
    ended = False

    def refresh(self) -> None:
        if self.ended:
            raise Later("somebody has to connect the account again")
        try:
            super().refresh()
        except LostAnswer as lost:
            self.ended = lost.__cause__ is None
            raise


@broken("is not prepared for a new token that cannot be read", "CRASH", "spoiled_refresh")
class DiesOfANonsenseToken(Api):
    def refresh(self) -> None:
        try:
            super().refresh()
        except LostAnswer as lost:
            if lost.__cause__ is not None:
                raise RuntimeError(str(lost)) from lost
            raise


@broken("forgets its refresh token as soon as it has sent it", "STUCK", "spoiled_refresh")
class ForgetsWhatItHasSent(Api):
    def refresh(self) -> None:
        if not self.refresh_token:
            raise Later("somebody has to connect the account again")
        try:
            super().refresh()
        except LostAnswer:
            self.refresh_token = ""
            raise


@broken("expects the server's errors to be JSON", "CRASH", "error_page")
class ReadsErrorsAsJson(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        request = self.http.request

        def reading(*given: Any, **options: Any) -> BaseHTTPResponse:
            answer = request(*given, **options)
            if answer.status >= 500:
                answer.json()["errors"]
            return answer

        self.http.request = reading  # type: ignore[method-assign]
        try:
            return super().exchange(method, url, **more)
        except LostAnswer as lost:
            if isinstance(lost.__cause__, ValueError):
                raise RuntimeError(str(lost)) from lost
            raise
        finally:
            self.http.request = request  # type: ignore[method-assign]


class TakesATime(Inbox):
    """Takes the synced-at of an answer to what it wrote for that of a list."""

    @contextmanager
    def taking(self, name: str) -> Iterator[None]:
        exchange = self.api.exchange

        def timed(method: str, url: str, **more: Any) -> Answer:
            answer = exchange(method, url, **more)
            if method == "POST" and url.endswith(f"/{name}") and answer.status < 400:
                self.synced_at[name] = answer.headers[SYNCED_AT]
            return answer

        self.api.exchange = timed  # type: ignore[method-assign]
        try:
            yield
        finally:
            self.api.exchange = exchange  # type: ignore[method-assign]


@broken("takes the time of its message for that of the messages that it has read", "BELIEF", "written_while_answering")
class TakesTheTimeOfItsMessage(TakesATime):
    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        with self.taking("messages"):
            super().say(conversation, sender, content)


@broken("takes the time of the host whom it added for that of the participants whom it has read", "BELIEF", "joined_while_answering")
class TakesTheTimeOfItsHost(TakesATime):
    def add_host(self, conversation: JSON) -> JSON:
        with self.taking("participants"):
            return super().add_host(conversation)
