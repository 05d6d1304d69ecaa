"""Comparing a recording with the sandbox that it becomes, and trying which switches would explain what differs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from inbox_mock.comparing.report import ComparisonResult, gather
from inbox_mock.comparing.running import Comparison, Resending
from inbox_mock.comparing.sides import RECEIVER, InProcess
from inbox_mock.comparing.translation import Credentials, Translation
from inbox_mock.domain.fidelity import ASSUMPTIONS, DEFAULTS
from inbox_mock.importing import Imported, import_exchanges
from inbox_mock.importing.calls import webhook_of
from inbox_mock.recordings import Exchange
from inbox_mock.resources.privacy import EVERYTHING

Read = Callable[[], Iterable[Exchange]]
"""Reads the exchanges, from the first one on, each time that it is called: none is kept."""
Progress = Callable[[int, int], None]
Switches = Mapping[str, tuple[object, frozenset[str]]]
"""Switches, each with a value and the kinds of differences that are gone with it."""
NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(slots=True)
class RecordedSandbox:
    """The sandbox of a recording in this process: what that became, and the ``events`` of which webhooks were recorded."""

    imported: Imported
    credentials: Credentials
    side: InProcess
    events: frozenset[str]

    def begin(self, assume: Mapping[str, object] = NONE) -> Resending:
        """Begin anew, with these switches, and return what sends requests to it."""
        scenario = self.imported.scenario
        hears = [{"url": f"http://{RECEIVER}/", "events": sorted(self.events)}] if self.events else []
        more = {"assume": scenario.get("assume", {}) | assume, "tokens": self.credentials.scenario(), "webhooks": hears}
        self.side.begin(scenario | more)
        self.credentials.token = self.side.token or ""
        start = self.imported.start
        return Resending(self.side, self.credentials, Translation(start), start)


def sandbox_of(read: Read) -> RecordedSandbox:
    """Return the sandbox of a recording, with all that it holds.

    Raises:
        RecordingError: it cannot be read.
        NothingToImportError: it shows nothing of the API.
    """
    credentials, events = Credentials(), set[str]()

    def observed() -> Iterator[Exchange]:
        for exchange in read():
            credentials.observe(exchange)
            webhook = webhook_of(exchange)
            events.update(() if webhook is None else [webhook["event"]])
            yield exchange

    imported = import_exchanges(observed(), keep=EVERYTHING)
    return RecordedSandbox(imported, credentials, InProcess(imported.bases[0]), frozenset(events))


def compare_recording(read: Read, sandbox: RecordedSandbox, assume: Mapping[str, object] = NONE) -> ComparisonResult:
    """Send all requests of a recording to its sandbox, begun anew, and return what was compared."""
    return gather(Comparison(sandbox.begin(assume)).run(read()))


def explaining_switches(
    read: Read, sandbox: RecordedSandbox, found: ComparisonResult, kinds: frozenset[str], progress: Progress
) -> Switches:
    """Return the switches with which some of these kinds of differences vanish and no others come, each by a run with another value."""
    current = {**DEFAULTS, **sandbox.imported.scenario.get("assume", {})}
    others = [(name, value) for name, known in ASSUMPTIONS.items() for value in known.choices if value != current[name]]
    explaining: dict[str, tuple[object, frozenset[str]]] = {}
    for number, (name, value) in enumerate(others, 1):
        with_it = compare_recording(read, sandbox, {name: value}).kinds
        gone = kinds - with_it
        if with_it <= found.kinds and len(gone) > len(explaining.get(name, (None, ()))[1]):
            explaining[name] = value, gone
        progress(number, len(others))
    return explaining
