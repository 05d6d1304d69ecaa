"""A fake of the BookingSync (Smily) Inbox API, and of the channels behind it."""

__version__ = "0.2.0"
