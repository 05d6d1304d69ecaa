"""Rules of conduct: one file each, exporting ``RULE``."""

from mock_server.domain.conduct import Rule
from mock_server.domain.discovery import discover

RULES: tuple[Rule, ...] = tuple(sorted(discover(__name__, "RULE", Rule).values(), key=lambda rule: rule.code))
