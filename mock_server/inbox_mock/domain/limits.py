"""Every limit of what is read, kept and answered, with what happens beyond it; the reference has the table of them."""

from dataclasses import dataclass
from typing import Self

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


class Limit(int):
    """The most that is accepted: a number, and what it is a number of.

    ``unit`` is what is counted, ``what`` is limited, ``beyond`` says what happens to more, ``option`` names the option of `serve`
    that replaces it, if one does, and ``instead`` says what takes more, if something does.
    """

    unit: str
    what: str
    beyond: str
    option: str | None
    instead: str

    def __new__(cls, most: int, unit: str, what: str, beyond: str, option: str | None = None, instead: str = "") -> Self:
        """Return the limit."""
        found = super().__new__(cls, most)
        found.unit, found.what, found.beyond, found.option, found.instead = unit, what, beyond, option, instead
        return found

    def __str__(self) -> str:
        """Return the number with its unit, for people: ``64 MiB``, ``10,000,000 bytes``, ``100 names``."""
        for size, name in ((MEBIBYTE, "MiB"), (KIBIBYTE, "KiB")):
            if self.unit == "bytes" and not self % size:
                return f"{int(self) // size:,} {name}"
        return f"{int(self):,} {self.unit}"


# A request.
BODY = Limit(64 * MEBIBYTE, "bytes", "the body of a request", "413")
ADMIN_BODY = Limit(16 * MEBIBYTE, "bytes", "the body of a call of the admin API", "413")
ADMIN_FILE = Limit(
    16 * MEBIBYTE,
    "bytes",
    "a recording, a scenario file or a bundle that is sent to the admin API",
    "413; `inbox-mock import` and `serve --bundle` read larger ones",
    instead="inbox-mock import and inbox-mock serve --bundle read larger files",
)
FORM = Limit(1 * MEBIBYTE, "bytes", "a body sent to `/oauth`", "413")
ADMIN_TOKENS = Limit(100, "lines", "a file of `serve --admin-token-file`, each with a token", "an error, exit code 2")
BODIES = Limit(256 * MEBIBYTE, "bytes", "all bodies that are read or held at one time", "503, with `Retry-After`")
JSON_VALUES = Limit(200_000, "values", "JSON in a body", "400")
PARAMETERS = Limit(5_000, "parameters", "a query, and a form", "400; of a multipart form 413")
HEAD = Limit(512 * KIBIBYTE, "bytes", "the first line of a request, and its headers", "414, and 431")
FIELDS = Limit(1_000, "headers", "a request", "431")
HEADS = Limit(
    512,
    "heads",
    "heads of requests, of at most 2 KiB each, that are kept in case they come again",
    "those that came least recently are read anew",
)
CHUNK_LINE = Limit(4 * KIBIBYTE, "bytes", "the line before a chunk, with its extensions", "400")
HEAD_TIME = Limit(20, "seconds", "the time in which the head of a request comes", "408")
BODY_TIME = Limit(60, "seconds", "the time in which the body of a request comes", "408")
IDLE_TIME = Limit(10, "seconds", "the time without a byte, on any connection", "408; between requests, the connection is closed")
LEVELS = Limit(100, "levels", "nesting in a body of the admin API, and in a scenario", "400; of a scenario, an error")
NAMES = Limit(100, "names", "`fields` and `include`, each", "the rest is ignored")
MONTHS = Limit(1_200, "months", "`months` of bookings", "as many")
UPLOAD = Limit(9_999_999, "bytes", "a file that is uploaded", "422: is too big")

# An answer.
LINK = Limit(65_000, "bytes", "`Link` in an answer", "414")
WHY = Limit(1_000, "characters", "`X-Mock-Why` in an answer", "cut, with `...` at the end")

PROBLEMS = Limit(
    100,
    "problems",
    "mistakes that are said of a body of the admin API, and unknown keys of one object in a scenario",
    "the rest is not said",
)

CHECKED_WHOLE = Limit(10_000, "values", "a body of the admin API, or a scenario, of which every mistake is said", "the first one is")

# What a sandbox keeps.
JOURNAL = Limit(10_000, "entries", "the journal of a sandbox", "the oldest are deleted")
JOURNALED = Limit(
    16 * KIBIBYTE, "characters", "a body, a path, a query and all headers of a request or a receiver in the journal, each", "cut"
)
COMMANDS = Limit(10_000, "commands", "what is logged beside the journal to repeat a run", "the oldest are deleted")
WHOLE_BODIES = Limit(
    32 * MEBIBYTE,
    "bytes",
    "bodies of requests longer than the journal holds, kept to repeat a run",
    "a replay ends before the first that is not",
)
SANDBOX = Limit(1024 * MEBIBYTE, "bytes", "a sandbox, its journal included", "507 until it is reset", "--max-sandbox-bytes")
SANDBOXES = Limit(20_000, "sandboxes", "sandboxes, the default one included", "422 at `sandboxes`", "--max-sandboxes")
SANDBOXES_SIZE = Limit(
    4096 * MEBIBYTE, "bytes", "all sandboxes, each as it was when it last began or slept", "422 at `sandboxes`: none is made", "--max-bytes"
)
SANDBOX_RATE = Limit(
    100_000,
    "requests a second",
    "requests of the API and of OAuth to a sandbox, in each process",
    "503, with `Retry-After`",
    "--max-sandbox-rate",
)
NOTE = Limit(1_000, "characters", "the note of a sandbox", "422 at `note`")
UPLOADS = Limit(256 * MEBIBYTE, "bytes", "the files of a sandbox", "422 at `file`")
FAULTS = Limit(1_000, "faults", "faults of a sandbox", "422 at `faults`")
WEBHOOKS = Limit(100, "subscriptions", "webhook subscriptions of a sandbox", "422 at `webhooks`")
ADDRESS = Limit(2_048, "characters", "the address of a webhook subscription", "422 at `url`; of a scenario, an error")
SNAPSHOTS = Limit(100, "snapshots", "snapshots of a sandbox", "422 at `name`")
IMAGES = Limit(512 * MEBIBYTE, "bytes", "snapshots of all sandboxes", "422 at `name`")
CHECKPOINTS = Limit(1_000, "checkpoints", "checkpoints of a sandbox", "the oldest are dropped")
CHECKPOINTS_OF_ONE = Limit(
    64 * MEBIBYTE, "bytes", "checkpoints of a sandbox; one that takes more than half of this has none", "the oldest are dropped"
)
CHECKPOINTS_SIZE = Limit(256 * MEBIBYTE, "bytes", "checkpoints of all sandboxes of a process", "the oldest of the sandbox are dropped")
LINGERING = Limit(1_000, "tokens or lists", "what a fault keeps striking", "the oldest are no longer struck")

# Work at once.
THREADS = Limit(512, "threads", "requests answered at once", "they wait")
SLOW_CLIENTS = Limit(
    384,
    "requests",
    "requests answered at once that wait for a client: for its body, or until it reads the answer",
    "503, with `Retry-After`; an answer is cut",
)
IDLE_CONNECTIONS = Limit(
    512, "connections", "connections that wait for a request, or for the rest of its head", "those idle for longest are closed"
)
WAITING = Limit(8, "requests", "admin calls that wait for news at once", "answered at once")
EVENTS = Limit(1_000, "events", "one advance of a clock `until` something, or without time passing", "it stops, and says so")
STORE_CONNECTIONS = Limit(
    8, "connections", "connections of a process to PostgreSQL: for requests, and as many for clocks that advance", "they wait, 3 s; 503"
)
STORE_HELD = Limit(
    60, "seconds", "the time in which a process that has a sandbox in PostgreSQL to itself does nothing there", "others get it; 503"
)
STORE_SILENCE = Limit(12, "seconds", "the time in which PostgreSQL says nothing, 5 of them while others use a sandbox", "503")
HAPPENED = Limit(1_000, "events", "the answer to an advance of a clock", "the latest are listed, and the `count` of all")

KEPT = Limit(256 * MEBIBYTE, "bytes", "what starts keep for the next ones in the cache folder", "the oldest is deleted")

CACHE = Limit(4 * MEBIBYTE, "bytes", "answers that a sandbox keeps until a record changes", "they are kept no longer")
CACHES = Limit(64 * MEBIBYTE, "bytes", "answers that all sandboxes of a process keep", "no more are kept")
LOGGED = Limit(10_000, "lines", "lines of the log that wait to be written", "they are dropped, and counted in the next line")

# What is listed.
LISTED = Limit(200, "records", "a page of sandboxes, of deliveries, of events past or to come, or of a thread", "422 at `limit`")

# What is read.
SCENARIO = Limit(32 * MEBIBYTE, "bytes", "a scenario: a file, or its texts with each alias counted", "an error")
SCENARIO_VALUES = Limit(1_000_000, "values and keys", "a scenario, each alias counted as what it stands for", "an error")
SCENARIO_RECORDS = Limit(
    250_000, "records", "what a scenario lists and generates, with a token for each application and account", "an error"
)
SCENARIO_TEXT = Limit(16 * MEBIBYTE, "characters", "the messages that a scenario lists, each times its `repeat`", "an error")
RECORDED = Limit(32 * MEBIBYTE, "bytes", "an entry of a recording, and a body of it when it is unpacked", "an error")
RECORDED_VALUES = Limit(2_000_000, "values", "an entry of a recording, and a recording in YAML", "an error")
RECORDING = Limit(64 * MEBIBYTE, "bytes", "a recording in YAML or TOML, and the bodies of all mappings of WireMock", "an error")
ARCHIVE = Limit(4096 * MEBIBYTE, "bytes", "the files in an archive of recordings, unpacked", "an error")
ARCHIVED = Limit(20_000, "files", "an archive of recordings", "an error")
RATIO = Limit(500, "times", "how much larger the files in an archive of recordings are than the archive", "an error")
BUNDLE = Limit(256 * MEBIBYTE, "bytes", "a bundle", "an error")
UNPACKED = Limit(1024 * MEBIBYTE, "bytes", "what is in a bundle, unpacked", "an error")
PACKED = Limit(200, "times", "how much longer a file in a bundle is unpacked", "an error")
RECEIVED = Limit(16 * KIBIBYTE, "bytes", "the answer of a receiver of webhooks", "the rest is not read")
EXPORTED = Limit(128 * MEBIBYTE, "bytes", "the bodies of all exchanges that are exported", "422 at `of`")
ANSWER = Limit(256 * MEBIBYTE, "bytes", "the body of an answer that a command reads", "an error, exit code 2")
TRIED_ANSWER = Limit(32 * MEBIBYTE, "bytes", "the body of an answer of a server on trial", "the claim fails")
INTERIM = Limit(100, "interim answers", "answers 1xx before an answer that is read", "an error; a claim of a server on trial fails")
DRIVER_LINE = Limit(8 * MEBIBYTE, "bytes", "an answer of a driver", "the trial fails: `RUBBISH`")
DRIVER_STDERR = Limit(4 * KIBIBYTE, "bytes", "what a driver writes to stderr, as a trial shows it", "the middle is left out, and counted")


FILES = frozenset({"recordings", "bundles"})
"""The calls of the admin API that take a file, by their address."""


def of_body(path: str) -> Limit:
    """Return the limit of the body of a request to a path."""
    first, _, second = path.strip("/").partition("/")
    if first == "__admin":
        return ADMIN_FILE if second in FILES else ADMIN_BODY
    return FORM if first == "oauth" else BODY


def too_large(most: Limit, found: str = "") -> str:
    """Say that a body is larger than it may be, what was ``found``, and what takes larger ones."""
    return f"the body may have {most}{found}" + (f"; {most.instead}" if most.instead else "")


def all_of_them() -> list[Limit]:
    """Return every limit, in the order of the table."""
    return [found for found in globals().values() if isinstance(found, Limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The limits that options of `serve` replace; each field is named after its option."""

    max_sandboxes: int = SANDBOXES
    max_bytes: int = SANDBOXES_SIZE
    max_sandbox_bytes: int = SANDBOX
    max_sandbox_rate: int = SANDBOX_RATE
