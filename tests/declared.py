"""What every shipped declaration of a kind must keep to, and what the examples for contributors are held to as well."""

import re

from inbox_mock.conduct.model import Rule
from inbox_mock.faults.declaration import Fault, RequestFault

RULES_MAY_IMPORT = ("inbox_mock.domain", "inbox_mock.conduct", "collections.")
RULES_MAY_NOT_IMPORT = {"orjson", "requests", "inbox_contracts", "inbox_mock", "sqlite3"}


def assert_rule_explains_itself(rule: Rule) -> None:
    """A rule says why, by whom, what to do, and what is no violation of it."""
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    for text in (rule.why, rule.fix):
        assert text.endswith(".")
        assert len(text) < 320
    assert rule.source.startswith(("developers.bookingsync.com/", "assumed: "))
    assert not rule.title.endswith(".")
    assert rule.title[0].islower()
    assert bool(rule.exceptions) == (rule.find is not None)
    assert rule.find is None or (rule.find.__doc__ or "").startswith("Yield ")


def assert_imports_of_rules(source: str) -> None:
    """A module of rules needs the standard library, evidence and the domain only."""
    imported = set(re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE))

    assert {module for module in imported if "." in module and not module.startswith(RULES_MAY_IMPORT)} == set()
    assert imported.isdisjoint(RULES_MAY_NOT_IMPORT)


def row_of_the_reference(fault: Fault) -> str:
    """A fault's row in the reference."""
    return f"| `{fault.kind}` | {'requests' if isinstance(fault, RequestFault) else 'webhooks'} | {fault.says} |"
