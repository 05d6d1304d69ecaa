"""A copy of the inbox that is kept in step with the service, and answers to guests that reach them once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from inbox_client.api import JSON, Api, Later, LostAnswer, Refused
from inbox_client.webhooks import hint_in, is_signed

LISTS: dict[str, tuple[str, dict[str, str]]] = {
    # Bookings are listed from today on, unless the query says otherwise.
    "bookings": ("bookings", {"from": "1970-01-01"}),
    "conversations": ("inbox/conversations", {}),
    "participants": ("inbox/participants", {}),
    "messages": ("inbox/messages", {}),
    "hosts": ("hosts", {}),
}
INBOX = ("bookings", "conversations", "participants", "messages")
APPLICATION = "Doorkeeper::Application"


class Inbox:
    """What one account's inbox looks like, as far as we have heard.

    ``copy`` holds the records by list and id, as the API writes them. ``unsure`` holds answers of which nobody knows whether they
    arrived, each with the messages of the same words that there were before. Keep them, and ``synced_at``, in a database if they
    are to outlive the process.
    """

    def __init__(self, api: Api, webhook_secret: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.api = api
        self.webhook_secret = webhook_secret
        self.now = now
        self.copy: dict[str, dict[int, JSON]] = {name: {} for name in LISTS}
        self.synced_at: dict[str, str] = {}
        self.hinted: set[int] = set()
        self.unsure: dict[tuple[int, str], set[int]] = {}

    def sync(self) -> None:
        """Bring the copy up to date. Whatever was done before an interruption stays done.

        Raises:
            Later: the service interrupted it.

        """
        for name in INBOX:
            self.catch_up(name)
        self.follow_hints()

    def catch_up(self, name: str) -> None:
        """Fetch what changed in a list since the last time, or all of it the first time.

        The time comes from the service's own clock, and from the *first* page: what changes while later pages are
        being read would otherwise be missed. It counts only when the last page has come. A list that was asked for in full then
        also tells what is gone: of a record that an earlier listing, cut short, has brought, no later one says so.
        """
        path, query = LISTS[name]
        since = {"updated_since": self.synced_at[name]} if name in self.synced_at else {}
        unseen = set() if since else set(self.copy[name])
        synced_at = None
        for page in self.api.pages(path, **query, **since):
            synced_at = synced_at or page.synced_at
            for record in page.records:
                self.remember(name, record)
                unseen.discard(record["id"])
            for record_id in page.deleted_ids:
                self.copy[name].pop(record_id, None)
        for record_id in unseen:
            self.copy[name].pop(record_id, None)
        if synced_at is not None:
            self.synced_at[name] = synced_at

    def remember(self, name: str, record: JSON) -> None:
        """Keep a record, unless a newer state of it is known."""
        known = self.copy[name].get(record["id"])
        if known is None or known["updated_at"] <= record["updated_at"]:
            self.copy[name][record["id"]] = record
            if name == "conversations":
                self.hinted.discard(record["id"])

    def follow_hints(self) -> None:
        """Fetch the conversations that webhooks spoke of and the list did not bring.

        Tying a booking to a conversation moves no ``updated_at``: only a webhook tells of it.
        """
        hinted = sorted(self.hinted)
        if not hinted:
            return
        try:
            for page in self.api.pages(f"inbox/conversations/{','.join(map(str, hinted))}"):
                for record in page.records:
                    self.remember("conversations", record)
        except Refused as refused:
            if refused.status != 404:
                raise
        self.hinted.difference_update(hinted)

    def receive(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Take a webhook, and tell whether it is genuine: answer 2xx if so, and 4xx if not.

        It says that something happened, and perhaps not in the right order: so it only marks what the next sync should
        look at, which also answers the sender at once. Sync soon after. An application hears of every account on which it is
        installed: bring an inbox those of its ``account_id``.
        """
        signature = next((value for name, value in headers.items() if name.lower() == "x-content-signature"), "")
        if not is_signed(self.webhook_secret, signature, body):
            return False
        hint = hint_in(body)
        if hint is not None and hint.kind == "conversation":
            self.hinted.add(hint.record_id)
        return True

    def reply(self, booking_id: int, content: str) -> None:
        """Answer a booking's guest, in the conversation that the booking's channel opened.

        Call it again with the same arguments after Later: a message that has arrived is not sent twice.

        Raises:
            Later: the channel has not opened the conversation yet, or the service cannot answer now.
            Refused: the service does not take the message.

        """
        self.sync()
        conversation = self.conversation_of(booking_id)
        if conversation is None:
            raise Later(f"booking {booking_id} has no conversation yet; its channel will open one")
        said, before = self.said(conversation, content), self.unsure.get((booking_id, content))
        if before is None or said <= before:
            sender = self.host_in(conversation) or self.add_host(conversation)
            try:
                self.say(conversation, sender, content)
            except LostAnswer:
                self.unsure.setdefault((booking_id, content), said)
                raise
        self.unsure.pop((booking_id, content), None)

    def conversation_of(self, booking_id: int) -> JSON | None:
        """Return the conversation in which the guest reads, or None as long as there is none.

        A channel's booking may be tied to a conversation of somebody else's before the channel opens its own, and no
        guest ever reads that one.
        """
        booking = self.copy["bookings"].get(booking_id)
        tied = {found["id"]: found for found in self.copy["conversations"].values() if booking_id in found["links"]["bookings"]}
        for conversation_id in booking["links"]["conversations"] if booking else ():
            if conversation_id in self.copy["conversations"]:
                tied[conversation_id] = self.copy["conversations"][conversation_id]
        if booking is not None and maker_of(booking)[0] == APPLICATION:
            tied = {number: found for number, found in tied.items() if maker_of(found) == maker_of(booking)}
        return tied[min(tied)] if tied else None

    def host_in(self, conversation: JSON) -> JSON | None:
        """Return a Host participant of the conversation: nobody else can speak in it."""
        taking_part = (found for found in self.copy["participants"].values() if found["links"]["conversation"] == conversation["id"])
        return next((found for found in taking_part if found["links"]["member"]["type"] == "Host"), None)

    def add_host(self, conversation: JSON) -> JSON:
        """Add the conversation's assignee as a participant, or the first host where there is none."""
        self.catch_up("hosts")
        if not self.copy["hosts"]:
            raise Later("the account has no host who could answer")
        host_id = conversation["links"]["assignee"] or min(self.copy["hosts"])
        made = self.api.create("inbox/participants", conversation_id=conversation["id"], member_id=host_id, member_type="Host")
        self.remember("participants", made)
        return made

    def said(self, conversation: JSON, content: str) -> set[int]:
        """Return the ids of our messages of these words in the conversation."""
        messages = (found for found in self.copy["messages"].values() if found["links"]["conversation"] == conversation["id"])
        return {found["id"] for found in messages if found["content"] == content and self.is_host(found["links"]["sender"])}

    def is_host(self, participant_id: int) -> bool:
        """Tell whether a participant is a host."""
        participant = self.copy["participants"].get(participant_id)
        return participant is not None and participant["links"]["member"]["type"] == "Host"

    def say(self, conversation: JSON, sender: JSON, content: str) -> None:
        """Send a message as a participant. The guest sees it if its channel is the conversation's ``default_channel``."""
        message = self.api.create(
            "inbox/messages",
            conversation_id=conversation["id"],
            sender_id=sender["id"],
            content=content,
            origin="bookingsync_inbox",
            visibility="external",
            channel=conversation["default_channel"],
            sent_at=self.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        self.remember("messages", message)


def maker_of(record: JSON) -> tuple[str | None, int | None]:
    """Return type and id of who made a record. The documentation does not say whether they are attributes or a link."""
    link = record["links"].get("created_by") or {}
    return record.get("created_by_type", link.get("type")), record.get("created_by_id", link.get("id"))
