"""Clients that do not bear what happens on the way."""

from typing import Any

from urllib3.exceptions import HTTPError

from inbox_client import Api, Inbox, Later, LostAnswer, Refused
from inbox_client.api import Answer
from inbox_client.inbox import INBOX
from mutants.clients.broken import broken


@broken("calls again at once when the hour is used up", "RAT001", "rate_limit")
class HammersTheRateLimit(Api):
    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        try:
            return super().exchange(method, url, **more)
        except Later as later:
            if later.not_before is None:
                raise
            return super().exchange(method, url, **more)


@broken("tries a token that was refused once more before it gets a new one", "AUT001", "token_expires_midway")
class GoesOnWithADeadToken(Api):
    def call(self, method: str, url: str, **more: Any) -> Answer:
        for _ in range(2):
            answer = self.exchange(method, url, headers={"Authorization": f"Bearer {self.token}"}, **more)
            if answer.status != 401:
                return answer
        return super().call(method, url, **more)


@broken("keeps its first refresh token", "AUT002", "token_expires")
class KeepsItsFirstRefreshToken(Api):
    def refresh(self) -> None:
        first = self.refresh_token
        try:
            super().refresh()
        except Refused as refused:
            raise Later(str(refused)) from refused
        self.refresh_token = first


@broken("gives up when the answer to a refresh is lost", "STUCK", "lost_refresh")
class GivesUpAfterALostRefresh(Api):
    lost = False

    def refresh(self) -> None:
        if self.lost:
            raise Later("somebody has to connect the account again")
        self.lost = True
        super().refresh()
        self.lost = False


@broken("never refreshes its token", "STUCK", "token_expires")
class NeverRefreshes(Api):
    def refresh(self) -> None:
        raise Later("somebody has to connect the account again")


@broken("waits for ever once the hour was used up", "STUCK", "rate_limit")
class GivesUpAtTheRateLimit(Inbox):
    limited = False

    def sync(self) -> None:
        if self.limited:
            raise Later("the hour's requests were used up once")
        try:
            super().sync()
        except Later as later:
            self.limited = later.not_before is not None
            raise


class Frail(Api):
    """Is not prepared for something that may happen to a request."""

    def bears(self, lost: LostAnswer) -> bool:
        raise NotImplementedError

    def exchange(self, method: str, url: str, **more: Any) -> Answer:
        try:
            return super().exchange(method, url, **more)
        except LostAnswer as lost:
            if self.bears(lost):
                raise
            raise RuntimeError(str(lost)) from lost


@broken("is not prepared for an error of the server's", "CRASH", "server_error")
class DiesOfAServerError(Frail):
    def bears(self, lost: LostAnswer) -> bool:
        return lost.__cause__ is not None


@broken("is not prepared for an answer that does not come", "CRASH", "unsent_message")
class DiesOfALostAnswer(Frail):
    def bears(self, lost: LostAnswer) -> bool:
        return not isinstance(lost.__cause__, HTTPError)


@broken("is not prepared for an answer that cannot be read", "CRASH", "spoiled_answer")
class DiesOfASpoiledAnswer(Frail):
    def bears(self, lost: LostAnswer) -> bool:
        return lost.__cause__ is None or "Remote end closed" in str(lost)


@broken("asks whose account it is with a token that was refused, before it gets a new one", "AUT001", "token_expires_midway")
class AsksWhoseItIs(Api):
    def call(self, method: str, url: str, **more: Any) -> Answer:
        for _ in range(2):
            if self.token is None:
                self.refresh()
            authorized = {"Authorization": f"Bearer {self.token}"}
            answer = self.exchange(method, url, headers=authorized, **more)
            if answer.status != 401:
                break
            self.exchange("GET", f"{self.url}/me", headers=authorized)
            self.token = None
        if answer.status >= 400:
            raise Refused(f"{method} {url}: {answer.status} {answer.body}", answer.status)
        return answer


@broken("looks how many requests are left once the hour is used up", "RAT001", "rate_limit")
class LooksWhatIsLeft(Api):
    def call(self, method: str, url: str, **more: Any) -> Answer:
        try:
            return super().call(method, url, **more)
        except Later as later:
            if later.not_before is not None:
                self.exchange("GET", f"{self.url}/me", headers={"Authorization": f"Bearer {self.token}"})
            raise


@broken("goes on with the next list when the hour is used up", "RAT001", "rate_limit")
class GoesOnWithTheNextList(Inbox):
    def sync(self) -> None:
        limited = 0
        for name in INBOX:
            try:
                self.catch_up(name)
            except Later as later:
                if later.not_before is None or limited:
                    raise
                limited = later.not_before
        if limited:
            raise Later("the hour's requests are used up", limited)
        self.follow_hints()


@broken("gets a new token when the hour is used up, and calls again", "RAT001", "rate_limit")
class TakesALimitForAnExpiry(Api):
    def call(self, method: str, url: str, **more: Any) -> Answer:
        try:
            return super().call(method, url, **more)
        except Later as later:
            if later.not_before is None:
                raise
            self.token = None
            return super().call(method, url, **more)
