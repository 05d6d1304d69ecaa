"""The options of a server's start."""

from dataclasses import dataclass, field
from pathlib import Path

from inbox_mock.domain.addresses import Network, host_in, is_this_machine
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.domain.limits import Room
from inbox_mock.scenarios import Progress
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import Scenario
from inbox_mock.scenarios.start_cache import StartCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a server's start.

    ``overrides`` apply to the default sandbox; sandboxes' ids and credentials depend on ``seed``, and are random without one;
    ``progress`` is called while the default sandbox is built. Sandboxes are kept in the directory ``data`` or in the PostgreSQL database
    ``store``, by its URL, or in memory without either; with ``durable``, what was answered survives a power cut.
    ``default_ttl`` is for how many seconds those other than the default one are kept unused, if they do not say; None: for good.
    ``public_url`` is the root with which addresses begin, whoever asks, as `addressing.public_root` returns it; ``trusted_proxies`` is
    the number of proxies whose headers are believed. ``log_format`` is how it logs, json or text; None: not at all.
    ``cache`` is what earlier starts have kept for this one. ``bundle`` is the content of a reproduction bundle, which was read without an
    error, and from which the default sandbox goes on in place of the scenario.
    """

    scenario: Scenario
    overrides: Overrides = field(default_factory=Overrides)
    seed: int | None = None
    admin_tokens: tuple[AdminToken, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()
    admin_networks: frozenset[Network] = frozenset()
    webhook_hosts: frozenset[str] = frozenset()
    allowed_origins: frozenset[str] = frozenset()
    progress: Progress | None = None
    data: Path | None = None
    durable: bool = False
    store: str | None = field(default=None, repr=False)  # it may hold a password
    room: Room = Room()  # noqa: RUF009 - it is frozen
    default_ttl: float | None = None
    public_url: str | None = None
    log_format: str | None = None
    trusted_proxies: int = 0
    cache: StartCache | None = None
    bundle: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Where sandboxes are kept, in words; nothing if that is in memory."""
        if self.store is not None:
            from inbox_mock.store.homes.postgresql import opening

            return opening.place(self.store)
        return "" if self.data is None else str(self.data.absolute())

    @property
    def is_published_blindly(self) -> bool:
        """Whether other machines are expected through a proxy that may leave no trace in what it passes on."""
        return self.public_url is not None and not self.trusted_proxies and not is_this_machine(host_in(self.public_url))
