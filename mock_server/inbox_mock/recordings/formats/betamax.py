"""Cassettes of Betamax: as those of VCR for Ruby, in JSON, with the address that answered.

Recorded: betamax 0.9.0 with requests 2.34.2, which replaces the bytes of a body that is no text and was not compressed.
"""

from inbox_mock.recordings.formats import Format
from inbox_mock.recordings.formats.vcr import read

FORMAT = Format(
    title="Betamax",
    entries=("http_interactions",),
    marks=("request.uri", "response.status", "response.url"),
    read=read,
)
