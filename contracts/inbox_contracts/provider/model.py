"""A reference model of the inbox: what the contract makes of writes, in plain dictionaries.

It is told what was written and with which id the server answered, and says what must be read from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass
class Inbox:
    """Conversations, participants, messages and attachments, each by its id, in the order in which they were made."""

    conversations: dict[int, JSON] = field(default_factory=dict)
    participants: dict[int, JSON] = field(default_factory=dict)
    messages: dict[int, JSON] = field(default_factory=dict)
    attachments: dict[int, JSON] = field(default_factory=dict)

    def open_conversation(self, new_id: int, subject: str) -> None:
        """A client's conversation begins empty, open, and assigned to nobody."""
        self.conversations[new_id] = {"subject": subject, "closed": False, "spam": False, "assignee": None}

    def flag(self, conversation_id: int, flag: str, *, on: bool) -> None:
        """``closed`` and ``spam`` are set and taken back."""
        self.conversations[conversation_id][flag] = on

    def assign(self, conversation_id: int, host_id: int | None) -> None:
        """A host, or nobody, looks after a conversation."""
        self.conversations[conversation_id]["assignee"] = host_id

    def add_participant(self, new_id: int, conversation_id: int, host_id: int) -> None:
        """A host takes part, perhaps more than once."""
        self.participants[new_id] = {"conversation": conversation_id, "host": host_id, "read": False}

    def read(self, participant_id: int, *, on: bool) -> None:
        """A participant has read everything, or has not."""
        self.participants[participant_id]["read"] = on

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

    def edit(self, message_id: int, content: str) -> None:
        """Content can be changed."""
        self.messages[message_id]["content"] = content

    def upload(self, new_id: int, name: str) -> None:
        """An attachment is there before any message has it."""
        self.attachments[new_id] = {"name": name}

    def attach(self, message_id: int, attachment_id: int) -> None:
        """An attachment is tied once; a second time changes nothing."""
        tied = self.messages[message_id]["attachments"]
        if attachment_id not in tied:
            tied.append(attachment_id)

    def shown(self) -> JSON:
        """Return all that is to be read, by resource and id: attributes, and links as sets of ids."""
        return {
            "conversations": {
                conversation_id: {
                    "subject": known["subject"],
                    "closed": known["closed"],
                    "spam": known["spam"],
                    "assignee": known["assignee"],
                    "participants": {i for i, each in self.participants.items() if each["conversation"] == conversation_id},
                    "messages": {i for i, each in self.messages.items() if each["conversation"] == conversation_id},
                }
                for conversation_id, known in self.conversations.items()
            },
            "participants": {i: dict(each) for i, each in self.participants.items()},
            "messages": {i: {**each, "attachments": set(each["attachments"])} for i, each in self.messages.items()},
            "attachments": {
                attachment_id: {
                    "name": known["name"],
                    "messages": {i for i, each in self.messages.items() if attachment_id in each["attachments"]},
                }
                for attachment_id, known in self.attachments.items()
            },
        }


def as_shown(plural: str, record: JSON) -> JSON:
    """Return the part of a server's record that the model knows, in the model's words."""
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
