"""A small, careful client of the BookingSync (Smily) Inbox API. Copy it, and make it yours."""

from inbox_client.api import Api, Later, LostAnswer, Refused
from inbox_client.inbox import Inbox
from inbox_client.webhooks import is_signed

__all__ = ["Api", "Inbox", "Later", "LostAnswer", "Refused", "is_signed"]
