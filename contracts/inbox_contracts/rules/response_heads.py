"""The heads of answers: how long a status line with its headers may be for clients and proxies in common use."""

from collections.abc import Iterator
from dataclasses import dataclass

from inbox_mock.conduct.model import Evidence, Rule, Violation


@dataclass(frozen=True, slots=True)
class HeadLimit:
    """What a client or proxy reads in its default settings, in bytes: the value of one ``header``, and a whole ``head``."""

    reader: str
    header: int | None = None
    head: int | None = None

    def is_passed(self, header: int, head: int) -> bool:
        """Return whether an answer cannot be read, by the bytes of its longest header and of its head."""
        return (self.header is not None and header > self.header) or (self.head is not None and head > self.head)

    def __str__(self) -> str:
        known = ((self.header, "a header"), (self.head, "a head"))
        return f"{self.reader} ({', '.join(f'{size:,} {what}' for size, what in known if size is not None)})"


# Measured in November 2026 by bisection of one header's length, with some 170 bytes of other headers; those are added where the
# limit is one of the whole head, and only the header was measured. niquests reads this much when the head comes in several
# segments. Left out is what reads more than the fake sends (65,000 bytes of Link): requests 2.34.2, urllib3 2.8.0 and urllib
# (65,528 a header), http.rb, curl, httpx, browsers, Java, Deno, Bun, Go, Ruby's net/http, PHP's streams, Apache HttpClient.
LIMITS = (
    HeadLimit("nginx 1.22.1 as a proxy", head=4_095),
    HeadLimit("Apache httpd 2.4.71 as a proxy", header=8_185),
    HeadLimit("Varnish 7.1.1", header=8_186, head=32_000),
    HeadLimit("aiohttp 3.14.5", header=8_190),
    HeadLimit("HAProxy 2.6.12", head=15_276),
    HeadLimit("Node 18 to 26 and axios 1.21.1", head=16_384),
    HeadLimit("niquests 3.21.2", head=16_796),
    HeadLimit("tornado 6.6.1, wget 1.21.3 and lighttpd 1.4.69", head=65_536),
)


@Rule(
    code="HDR001",
    title="got an answer whose head is longer than clients or proxies in common use can read",
    why="Behind such a proxy, or with such a client, the call fails each time, and the error names no cause: 502, 400, "
    "HPE_HEADER_OVERFLOW.",
    source="assumed: the real service sends a Link as long as the address makes it; limits measured in November 2026",
    fix="Name at most 100 ids in a path, and ask for the others in further calls: Link repeats the address up to four times.",
    severity="note",
    exceptions=("up to 100 ids in a path, or fields and include alone: everything measured reads the answer",),
)
def ask_for_short_heads(evidence: Evidence) -> Iterator[Violation]:
    """Yield the answer with the longest head, if there are clients or proxies that cannot read it."""
    longest = max(evidence.calls, key=lambda entry: entry.head_bytes, default=None)
    if longest is None:
        return
    name, value = max(longest.headers.items(), key=lambda header: len(header[1]), default=("", ""))
    failing = [str(limit) for limit in LIMITS if limit.is_passed(len(value), longest.head_bytes)]
    if failing:
        size = f"a head of about {longest.head_bytes:,} bytes, with {len(value):,} in {name}"
        yield Violation(f"got {size}; limits that it passes: {'; '.join(failing)}", (longest.id,))
