"""Comparing a recording with the sandbox that it becomes, and trying which switches would explain what differs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inbox_mock.comparing.credentials import Credentials
from inbox_mock.comparing.report import Found, gather
from inbox_mock.comparing.running import Comparison, Resending
from inbox_mock.comparing.sides import InProcess
from inbox_mock.comparing.translation import Translation
from inbox_mock.domain.fidelity import ASSUMPTIONS, DEFAULTS
from inbox_mock.importing import Imported, import_exchanges
from inbox_mock.recordings.exchange import Exchange

Read = Callable[[], Iterable[Exchange]]
"""Reads the exchanges, from the first one on, each time that it is called: none is kept."""
Progress = Callable[[int], None]
Switches = Mapping[str, tuple[object, frozenset[str]]]
"""Switches, each with a value and the kinds of differences that are gone with it."""
KEEP = frozenset({"texts", "names"})


@dataclass(slots=True)
class RecordedSandbox:
    """The sandbox of a recording in this process. ``imported`` is what the recording became."""

    imported: Imported
    credentials: Credentials
    side: InProcess

    def begin(self, assume: Mapping[str, object]) -> Comparison:
        """Begin anew, with these switches, and return a comparison with it."""
        scenario = self.imported.scenario
        self.side.begin(scenario | {"assume": scenario.get("assume", {}) | assume, "tokens": self.credentials.scenario()})
        self.credentials.token = self.side.token or ""
        known = {plural: frozenset(record["id"] for record in records) for plural, records in scenario["records"].items()}
        start = self.imported.start
        return Comparison(Resending(self.side, self.credentials, Translation(known, start), start))


def sandbox_of(read: Read, progress: Progress | None = None) -> RecordedSandbox:
    """Return the sandbox of a recording, with all that it holds.

    Raises:
        RecordingError: it cannot be read.
        NothingToImportError: it shows nothing of the API.
    """
    credentials = Credentials()

    def observed() -> Iterator[Exchange]:
        for exchange in read():
            credentials.observe(exchange)
            yield exchange

    imported = import_exchanges(observed(), keep=KEEP, progress=progress)
    return RecordedSandbox(imported, credentials, InProcess(imported.bases[0] if imported.bases else ""))


def compare_recording(
    read: Read, sandbox: RecordedSandbox, progress: Progress | None = None, assume: Mapping[str, object] | None = None
) -> Found:
    """Send all requests of a recording to its sandbox, begun anew, and return what was compared."""
    comparison = sandbox.begin(assume or {})

    def compared() -> Iterator[Any]:
        for number, exchange in enumerate(read(), 1):
            yield comparison.compare(exchange)
            if progress is not None:
                progress(number)

    return gather(compared())


def explaining_switches(read: Read, sandbox: RecordedSandbox, kinds: frozenset[str], progress: Progress | None = None) -> Switches:
    """Return the switches with which differences of these kinds vanish and no others come, each by a run with its other value."""
    current = {**DEFAULTS, **sandbox.imported.scenario.get("assume", {})}
    found: dict[str, tuple[object, frozenset[str]]] = {}
    for name, assumption in ASSUMPTIONS.items():
        for value in assumption.choices:
            if value != current[name]:
                remaining = compare_recording(read, sandbox, progress, {name: value}).kinds
                if remaining < kinds and len(kinds - remaining) > len(found.get(name, (None, frozenset()))[1]):
                    found[name] = value, kinds - remaining
    return found
