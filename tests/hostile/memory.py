"""What a stranger may send or make, as large as it gets: the server and the command stay below a ceiling of memory."""

from collections.abc import Callable
from pathlib import Path

from builders import a_booking, a_message, a_scenario
from fake import Caller
from hostile.attacks import Run, attack
from hostile.children import MEGABYTE, ended, served

FILE_MB, FILE_MOST_MB, OBJECT_MOST_MB = 100, 150, 400
PAIRS, DEPTH, FORKS, ENTRIES = 1_000_000, 5_000_000, 400, 3_000
LETTERS = "x" * 18_000
FORM = "application/x-www-form-urlencoded"


Ask = Callable[[Caller], object]


def form(caller: Caller) -> None:
    """A form with a million fields."""
    for body in (b"a=b&" * PAIRS, b"&" * PAIRS, b"".join(b"%d=1&" % number for number in range(PAIRS))):
        for path in ("/oauth/token", "/oauth/authorize"):
            caller.call("POST", path, body, headers={"Content-Type": FORM})


def nesting(caller: Caller) -> None:
    """JSON that nests millions of times, or holds as many values."""
    for body in (b"[" * DEPTH, b'{"a":' * (DEPTH // 5), b"[" + b"0," * DEPTH + b"0]", b'"' + b"\\u0000" * (DEPTH // 6) + b'"'):
        for path in ("/api/v3/inbox/messages", "/__admin/sandboxes"):
            caller.call("POST", path, body)


def forks(caller: Caller) -> None:
    """Forks of forks, none of which is deleted."""
    made = caller.call("POST", "/__admin/sandboxes", {"scenario": "agency"}).json["id"]
    for _ in range(FORKS):
        answer = caller.call("POST", f"/__admin/sandboxes/{made}/fork", {})
        if answer.status != 201:
            break
        made = answer.json["id"]


def snapshots(caller: Caller) -> None:
    """Snapshots of a sandbox under as many names."""
    made = caller.call("POST", "/__admin/sandboxes", {"scenario": "agency"}).json["id"]
    for number in range(FORKS):
        caller.call("POST", f"/__admin/sandboxes/{made}/snapshots", {"name": f"s{number}"})


def journal_and_report(caller: Caller) -> None:
    """Entries as large as they are kept, and a report of them."""
    stay = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])
    made = caller.call("POST", "/__admin/sandboxes", {"scenario": stay}).json
    client = Caller(caller.transport, made["token"])
    for number in range(ENTRIES):
        if number % 2:
            client.get("/inbox/messages", per_page=2)
        else:
            client.post("/inbox/messages", a_message(content=LETTERS))
    for _ in range(3):
        for address in ("report", "report?format=html", "report?format=junit", "report?format=text", "timeline", "journal"):
            caller.call("GET", f"/__admin/sandboxes/{made['id']}/{address}")


def addresses_and_headers(caller: Caller) -> None:
    """Addresses and headers as long as the server reads them, which the journal keeps."""
    made = caller.call("POST", "/__admin/sandboxes", {"scenario": "empty"}).json
    client = Caller(caller.transport, made["token"])
    for number in range(ENTRIES // 6):
        client.get("/rentals", a="x" * 200_000 if number % 2 else "x", headers={"X-Long": "y" * 200_000})


def names(caller: Caller) -> None:
    """Lists of ids, names and associations that do not end."""
    made = caller.call("POST", "/__admin/sandboxes", {"scenario": "agency"}).json
    client = Caller(caller.transport, made["token"])
    for parameter in ("ids", "fields", "include", "status", "updated_since"):
        client.get(f"/bookings?{parameter}={'1,' * 100_000}")


def growing_scenarios(caller: Caller) -> None:
    """Scenarios that say how much they would become, and lists that are long themselves."""
    guests = {"count": 10**9, "bookings": 10**9, "messages": 10**9}
    for more in (
        {"rentals": [{"id": number} for number in range(1, 200_000)]},
        {"bookings": [a_booking(guest={"fullname": LETTERS * 50})]},
        {"generate": guests},
        {"messages": [{"repeat": 10**9, "booking": 80, "content": LETTERS}]},
        {"timeline": [{"at": "+1h", "do": "guest_writes", "booking": 80, "message": LETTERS, "repeat": 10**6}]},
    ):
        caller.call("POST", "/__admin/sandboxes", {"scenario": a_scenario(**more)})


ASKED: dict[Ask, int] = {
    form: 200,
    nesting: 300,
    forks: 400,
    snapshots: 400,
    journal_and_report: 350,
    addresses_and_headers: 300,
    names: 200,
    growing_scenarios: OBJECT_MOST_MB,
}
"""How many megabytes more than before the server may take meanwhile."""


@attack(
    does="forms, bodies, journals, reports, forks, snapshots, lists and scenario files grow as far as they can",
    holds="the server and the command stay below a ceiling of memory each, and the server answers afterwards",
    share=11,
)
def memory_ceilings(run: Run) -> None:
    cases = [*(in_server(run, ask, most) for ask, most in ASKED.items()), large_file(run)]
    run.random().shuffle(cases)
    for number, case in enumerate(cases):
        if number and run.is_over:
            break
        case()


def in_server(run: Run, ask: Ask, most: int) -> Callable[[], None]:
    """The memory that a fresh server takes more while it is asked."""

    def case() -> None:
        with served(run) as server:
            before = server.resident_mb
            ask(server.mock.caller(base=""))
            grown = server.peak_mb - before
        run.hold(grown <= most, f"{ask.__doc__} The server takes {grown:.0f} MB more, expected at most {most}")
        run.measure(f"{ask.__name__} {grown:+.0f} MB")

    return case


def large_file(run: Run) -> Callable[[], None]:
    """A scenario file that is far too large."""

    def case() -> None:
        file = write_large(run.folder)
        found = ended(run, "scenarios", str(file))
        file.unlink()
        run.hold(
            found.code in {1, 2} and not found.is_broken, f"a file of {FILE_MB} MB: the command ends with {found.code}: {found.last_line}"
        )
        run.hold(
            found.peak_mb <= FILE_MOST_MB,
            f"a file of {FILE_MB} MB: the command takes {found.peak_mb:.0f} MB, expected at most {FILE_MOST_MB}",
        )
        run.measure(f"a file of {FILE_MB} MB: {found.seconds:.1f} s, {found.peak_mb:.0f} MB")

    return case


def write_large(folder: Path) -> Path:
    """Write a scenario that is valid and far too large."""
    file = folder / "large.yaml"
    line = b"- {id: 1, name: " + b"x" * 200 + b"}\n"
    file.write_bytes(b"rentals:\n" + line * (FILE_MB * MEGABYTE // len(line)))
    return file
