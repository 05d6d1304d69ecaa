"""Keyed random numbers: a draw depends on the seed, the purpose and the subject, never on earlier draws."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from inbox_mock.domain.access import SECRET_DIGITS

Chance = Callable[[int], str]
"""Returns a number of random bytes as hex digits, which nobody can guess."""


@dataclass(frozen=True, slots=True)
class Dice:
    """The random numbers of one sandbox. Credentials are drawn by ``chance``, if there is it, and not from the seed."""

    seed: int
    chance: Chance | None = None

    def hex(self, purpose: str, about: object, digits: int) -> str:
        """Draw ``digits`` hex digits, at most 128."""
        return self._drawn(purpose, about).hex()[:digits]

    def share(self, purpose: str, about: object) -> float:
        """Draw a number from 0 up to, not including, 1."""
        return (int.from_bytes(self._drawn(purpose, about)[:7]) >> 4) / 16**13

    def between(self, purpose: str, about: object, low: int, high: int) -> int:
        """Draw a whole number from ``low`` to ``high``, both included."""
        return low + int(self.share(purpose, about) * (high - low + 1))

    def secret(self, purpose: str, about: object) -> str:
        """Draw what follows the sandbox's id in a credential."""
        return self.hex(purpose, about, SECRET_DIGITS) if self.chance is None else self.chance(SECRET_DIGITS // 2)

    def _drawn(self, purpose: str, about: object) -> bytes:
        return blake2b(f"{self.seed}/{purpose}/{about}".encode()).digest()
