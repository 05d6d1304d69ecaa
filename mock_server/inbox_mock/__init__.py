"""A fake of the BookingSync (Smily) Inbox API, and of the channels behind it."""

from time import time

__version__ = "0.2.0"
IMPORTED_AT = time()
"""When this process began to import the package, by the wall clock, in seconds."""
