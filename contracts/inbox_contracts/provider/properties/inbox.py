"""The inbox as a whole: whatever is written in whatever order, the server behaves as the reference model does.

The model takes each write and the id in the server's answer, and predicts what must be read from then on.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inbox_contracts.provider.api import JSON, by_id, records_of
from inbox_contracts.provider.expectations import expect, same
from inbox_contracts.provider.resources import address_of, path_of
from inbox_contracts.provider.search import Search
from inbox_contracts.provider.trial import Trial, claim
from inbox_contracts.provider.workspace import SENT_AT
from inbox_mock.domain.fidelity import assumed, documented

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine

EXAMPLES, STEPS = 30, 25


@claim(
    "inbox-model",
    fidelity=documented("/reference/endpoints/inbox_conversations, inbox_participants, inbox_messages, inbox_attachments"),
    reads=False,
)
def inbox_model(trial: Trial) -> None:
    """Conversations, participants, messages, attachments go the way of a reference model, whatever is written in whatever order."""
    trial.play(_machine(trial), examples=EXAMPLES, steps=STEPS)


MANY, SEVERAL = 30, 12
"""More messages than a program that counts on few would name."""


@claim("many-messages", fidelity=documented("/reference/endpoints/inbox_conversations: messages"), reads=False)
def many_messages(trial: Trial) -> None:
    """Thirty messages alike are records of their own: their conversation names each, and a dozen participants; lists answer each."""
    with trial.workspace() as workspace:
        made = [workspace.new("messages") for _ in range(MANY)]
        written = {message["id"] for message in made}
        same(len(written), MANY, "the number of ids of thirty messages, which say the same")
        found = workspace.api.one(f"{path_of('conversations')}/{workspace.id('conversations')}", include="messages")
        for ids, where in ((found["links"]["messages"], "in its links"), ([one["id"] for one in found["messages"]], "included in it")):
            same(sorted(ids), sorted(written), f"the messages of conversation {found['id']}, {where}")
        taking_part = {workspace.id("participants"), *(workspace.new("participants")["id"] for _ in range(SEVERAL))}
        shown = workspace.api.one(f"{path_of('conversations')}/{workspace.id('conversations')}")["links"]["participants"]
        same(sorted(shown), sorted(taking_part), f"the participants of conversation {found['id']}, in its links")
        listed = {record["id"] for record in workspace.api.all_of(path_of("messages"), updated_since=made[0]["updated_at"])}
        same(listed & written, written, f"the ids in the list of messages updated since {made[0]['updated_at']}, among those written")
        several = workspace.api.get(f"{path_of('messages')}/{','.join(map(str, sorted(written)))}")
        same({record["id"] for record in records_of(several)}, written, f"{several.about}: the ids")


@claim("last-message", fidelity=assumed("no recording shows a conversation before and after a message in it"), reads=False)
def last_message(trial: Trial) -> None:
    """A message moves its conversation's last_message_at and updated_at, and its sender's last_message_sent_at."""
    with trial.workspace() as workspace:
        path = address_of("conversations", workspace.id("conversations"))
        before = workspace.api.one(path)
        sender = workspace.id("participants")
        workspace.advance("3s")
        message = workspace.new("messages", sent_at="2030-06-02T09:30:00Z")
        after, told = workspace.api.one(path), f"after message {message['id']}"
        same(after["last_message_at"], message["sent_at"], f"last_message_at of conversation {after['id']}, {told}")
        if workspace.sandbox is not None:
            moved = after["updated_at"] > before["updated_at"]
            expect(moved, f"updated_at of conversation {after['id']}, {told}, is still {after['updated_at']}")
        found = workspace.api.one(address_of("participants", sender))["last_message_sent_at"]
        same(found, message["sent_at"], f"last_message_sent_at of participant {sender}, {told}")


def _machine(trial: Trial) -> "type[RuleBasedStateMachine]":  # noqa: C901 - rules are methods, and hypothesis wants them in a class
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

    texts = st.sampled_from(["Hello", "¿Qué tal?", "first\nsecond", "🙂", " spaces ", "<b>&amp;</b>"])
    nth = st.integers(0, 5)

    class Beside(RuleBasedStateMachine):
        """The server and the model, side by side."""

        def __init__(self, search: Search) -> None:
            super().__init__()
            self.search, self.inbox, self.steps = search, InboxModel(), list[str]()
            self.search.begin({})
            self.opened = trial.workspace()
            self.workspace = self.opened.__enter__()

        def teardown(self) -> None:
            self.opened.__exit__(None, None, None)

        @contextmanager
        def step(self, told: str) -> Iterator[None]:
            """Take a step, and compare everything after it."""
            self.steps.append(told)
            self.search.told = {f"step {number}": step for number, step in enumerate(self.steps, 1)}
            with self.search.noting():
                yield
                self.compare()

        def compare(self) -> None:
            for plural, known in self.inbox.shown().items():
                if known:
                    path = f"{path_of(plural)}/{','.join(map(str, known))}"
                    found = {i: as_shown(plural, record) for i, record in by_id(self.workspace.api.all_of(path)).items()}
                    for record_id, wanted in known.items():
                        same(found.get(record_id), wanted, f"{plural} {record_id}, after {self.steps[-1]}")

        def pick(self, plural: str, number: int) -> int:
            ids = list(getattr(self.inbox, plural))
            return int(ids[number % len(ids)])

        @rule(subject=texts)
        def open_conversation(self, subject: str) -> None:
            with self.step(f"a conversation about {subject!r} is made"):
                new_id = self.workspace.new("conversations", subject=subject)["id"]
                self.inbox.conversations[new_id] = {"subject": subject, "closed": False, "spam": False, "assignee": None}

        @precondition(lambda self: self.inbox.conversations)
        @rule(number=nth, flag=st.sampled_from(["closed", "spam"]), on=st.booleans())
        def flag(self, number: int, flag: str, on: bool) -> None:  # noqa: FBT001 - hypothesis calls it by name
            conversation = self.pick("conversations", number)
            with self.step(f"conversation {conversation} is {'' if on else 'not '}{flag}"):
                self.workspace.change("conversations", conversation, {{"closed": "closed", "spam": "marked_as_spam"}[flag]: on})
                self.inbox.conversations[conversation][flag] = on

        @precondition(lambda self: self.inbox.conversations)
        @rule(number=nth, somebody=st.booleans())
        def assign(self, number: int, somebody: bool) -> None:  # noqa: FBT001 - hypothesis calls it by name
            conversation = self.pick("conversations", number)
            with self.step(f"conversation {conversation} is assigned to {'a host' if somebody else 'nobody'}"):
                host = self.workspace.id("hosts") if somebody else None
                self.workspace.change("conversations", conversation, {"assignee_id": host})
                self.inbox.conversations[conversation]["assignee"] = host

        @precondition(lambda self: self.inbox.conversations)
        @rule(number=nth)
        def take_part(self, number: int) -> None:
            conversation = self.pick("conversations", number)
            with self.step(f"a host takes part in conversation {conversation}"):
                host = self.workspace.id("hosts")
                made = self.workspace.new("participants", conversation_id=conversation, member_id=host, member_type="Host")
                expect(made["id"] not in self.inbox.participants, f"a new participant has the id {made['id']}, which another one has")
                self.inbox.add_participant(made["id"], conversation, host)

        @precondition(lambda self: self.inbox.participants)
        @rule(number=nth, on=st.booleans())
        def read(self, number: int, on: bool) -> None:  # noqa: FBT001 - hypothesis calls it by name
            participant = self.pick("participants", number)
            with self.step(f"participant {participant} has {'' if on else 'not '}read"):
                self.workspace.change("participants", participant, {"read": on})
                self.inbox.participants[participant]["read"] = on

        @precondition(lambda self: self.inbox.participants)
        @rule(where=nth, who=nth, content=texts, attached=st.booleans())
        def post(self, where: int, who: int, content: str, attached: bool) -> None:  # noqa: FBT001 - hypothesis calls it by name
            conversation, sender = self.pick("conversations", where), self.pick("participants", who)
            attachments = [self.pick("attachments", where)] if attached and self.inbox.attachments else []
            with self.step(f"participant {sender} writes {content!r} into conversation {conversation}"):
                least = {"conversation_id": conversation, "sender_id": sender, "origin": "bookingsync_inbox", "visibility": "internal"}
                message = {**least, "content": content, "sent_at": SENT_AT, "attachment_ids": attachments}
                answer = self.workspace.attempt("messages", message)
                allowed = self.inbox.may_send(conversation, sender)
                same(answer.status, 201 if allowed else 422, f"{answer.about}: the status of participant {sender}'s message there")
                if allowed:
                    self.inbox.post(records_of(answer)[0]["id"], conversation, sender, content, attachments)

        @precondition(lambda self: self.inbox.messages)
        @rule(number=nth, content=texts)
        def edit(self, number: int, content: str) -> None:
            message = self.pick("messages", number)
            with self.step(f"message {message} becomes {content!r}"):
                self.workspace.change("messages", message, {"content": content})
                self.inbox.messages[message]["content"] = content

        @rule(name=texts)
        def upload(self, name: str) -> None:
            with self.step(f"an attachment called {name!r} is uploaded"):
                self.inbox.attachments[self.workspace.new("attachments", name=name)["id"]] = {"name": name}

        @precondition(lambda self: self.inbox.messages and self.inbox.attachments)
        @rule(number=nth, which=nth)
        def attach(self, number: int, which: int) -> None:
            message, attachment = self.pick("messages", number), self.pick("attachments", which)
            with self.step(f"attachment {attachment} is tied to message {message}"):
                self.workspace.api.put(f"/inbox/messages/{message}/add_attachment", "attachments", {"id": attachment})
                self.inbox.attach(message, attachment)

    return Beside


@dataclass
class InboxModel:
    """Conversations, participants, messages and attachments, each by its id, in the order in which they were made."""

    conversations: dict[int, JSON] = field(default_factory=dict)
    participants: dict[int, JSON] = field(default_factory=dict)
    messages: dict[int, JSON] = field(default_factory=dict)
    attachments: dict[int, JSON] = field(default_factory=dict)

    def add_participant(self, new_id: int, conversation_id: int, host_id: int) -> None:
        """A host takes part, perhaps more than once."""
        self.participants[new_id] = {"conversation": conversation_id, "host": host_id, "read": False}

    def may_send(self, conversation_id: int, participant_id: int) -> bool:
        """Only who takes part in a conversation sends messages there."""
        return bool(self.participants[participant_id]["conversation"] == conversation_id)

    def post(self, new_id: int, conversation_id: int, participant_id: int, content: str, attachment_ids: Iterable[int]) -> None:
        """A message belongs to one conversation and one sender for ever."""
        self.messages[new_id] = {
            "conversation": conversation_id,
            "sender": participant_id,
            "content": content,
            "attachments": list(attachment_ids),
        }

    def attach(self, message_id: int, attachment_id: int) -> None:
        """An attachment is tied once; a second time changes nothing."""
        tied = self.messages[message_id]["attachments"]
        if attachment_id not in tied:
            tied.append(attachment_id)

    def shown(self) -> JSON:
        """Return the readable state by resource and id: attributes, and links as sets of ids."""
        return {
            "conversations": {
                conversation_id: {
                    **known,
                    "participants": {i for i, each in self.participants.items() if each["conversation"] == conversation_id},
                    "messages": {i for i, each in self.messages.items() if each["conversation"] == conversation_id},
                }
                for conversation_id, known in self.conversations.items()
            },
            "participants": {i: dict(each) for i, each in self.participants.items()},
            "messages": {i: {**each, "attachments": set(each["attachments"])} for i, each in self.messages.items()},
            "attachments": {
                attachment_id: {**known, "messages": {i for i, each in self.messages.items() if attachment_id in each["attachments"]}}
                for attachment_id, known in self.attachments.items()
            },
        }


def as_shown(plural: str, record: JSON) -> JSON:
    """Return the part of a server's record that the model has, in the model's terms."""
    links = record["links"]
    match plural:
        case "conversations":
            return {
                "subject": record["subject"],
                "closed": record["closed_at"] is not None,
                "spam": record["marked_as_spam_at"] is not None,
                "assignee": links["assignee"],
                "participants": set(links["participants"]),
                "messages": set(links["messages"]),
            }
        case "participants":
            return {"conversation": links["conversation"], "host": links["member"]["id"], "read": record["read_at"] is not None}
        case "messages":
            return {
                "conversation": links["conversation"],
                "sender": links["sender"],
                "content": record["content"],
                "attachments": set(links["attachments"]),
            }
        case _:
            return {"name": record["name"], "messages": set(links["messages"])}
