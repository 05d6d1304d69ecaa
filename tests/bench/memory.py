"""What the server holds: with one sandbox, and with a thousand that were each read once."""

from collections.abc import Iterator

from psutil import Process

from bench.children import Child, fake
from bench.figures import Figure

SANDBOXES = 1_000
MEGABYTE = 1024 * 1024


def measure(rounds: int) -> Iterator[Figure]:
    """Resident memory, once: it does not vary."""
    del rounds
    with fake() as server:
        connection = server.connect()
        connection.call("GET", "/api/v3/inbox/conversations")
        alone = megabytes(server)
        for _ in range(SANDBOXES):
            made = connection.call("POST", "/__admin/sandboxes", {"scenario": "agency"}).json
            connection.call("GET", "/api/v3/inbox/conversations", token=made["token"])
        yield Figure(subject="memory, idle", target=45, unit="MB", rounds=[alone])
        yield Figure(
            subject=f"memory, {SANDBOXES:,} idle sandboxes",
            target=200,
            unit="MB",
            rounds=[crowded := megabytes(server)],
            note=f"{(crowded - alone) * 1024 / SANDBOXES:.0f} kB each",
        )


def megabytes(server: Child) -> float:
    """Resident memory."""
    resident: int = Process(server.process.pid).memory_info().rss
    return resident / MEGABYTE
