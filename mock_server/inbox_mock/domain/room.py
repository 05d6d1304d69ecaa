"""What a server has room for, as far as its options say: the rest is in `inbox_mock.domain.limits`."""

from dataclasses import dataclass

from inbox_mock.domain import limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The limits that options of `serve` replace; each is named as its option is."""

    max_sandboxes: int = limits.SANDBOXES
    max_bytes: int = limits.SANDBOXES_SIZE
    max_sandbox_bytes: int = limits.SANDBOX
    max_sandbox_rate: int = limits.SANDBOX_RATE
