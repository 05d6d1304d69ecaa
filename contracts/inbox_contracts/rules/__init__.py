"""Rules of conduct: one file each, exporting ``RULE``."""

from inbox_mock.conduct.model import Rule
from inbox_mock.domain.discovery import discover

RULES: tuple[Rule, ...] = tuple(sorted(discover(__name__, "RULE", Rule).values(), key=lambda rule: rule.code))
