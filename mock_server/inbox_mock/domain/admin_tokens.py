"""Admin tokens: whose they are, and what their roles may do."""

import re
from dataclasses import dataclass, field

from inbox_mock.domain import limits
from inbox_mock.domain.access import can_be_presented

READ, OWN, ALL = "read", "own", "all"
ROLES = {
    READ: "sees every sandbox, but no credential, and changes nothing",
    OWN: "makes sandboxes, and does everything with those that it made; sees no other",
    ALL: "does everything",
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
LIKE_A_LINE = re.compile(r"\S+ \S+ \S+")
LEAST_CHARACTERS, MOST_CHARACTERS = 16, 4096
EXPECTED = (
    f"ROLE NAME TOKEN: the role {READ}, {OWN} or {ALL}, a name of letters, digits and ._@-, and a token of {LEAST_CHARACTERS} to "
    f"{MOST_CHARACTERS:,} characters"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the admin API; ``name`` is None on this machine without tokens, and with a token that has no name."""

    role: str = ALL
    name: str | None = None

    def may(self, least: str) -> bool:
        """Return whether its role may do what the ``least`` role may."""
        return self.role in enough(least)

    def may_see(self, owner: str | None) -> bool:
        """Return whether sandboxes of an owner are its business."""
        return self.role != OWN or owner == self.name


@dataclass(frozen=True, slots=True)
class AdminToken:
    """A token, and who presents it."""

    token: str = field(repr=False)
    caller: Caller = Caller()

    def __post_init__(self) -> None:
        """Raise ValueError for a token that no request can present, or that belongs to nobody and owns something."""
        if not can_be_presented(self.token) or len(self.token) > MOST_CHARACTERS:
            raise ValueError(
                "found a blank admin token, or one that no header can hold; expected printable ASCII without blanks around it, "
                f"at most {MOST_CHARACTERS:,} characters"
            )
        if self.caller.role not in ROLES or (self.caller.role == OWN and not self.caller.name):
            raise ValueError(f"found an admin token of {self.caller}; expected one of {', '.join(ROLES)}, and a name with the role {OWN}")


def enough(least: str) -> tuple[str, ...]:
    """Return the roles that may do what the ``least`` of them may."""
    roles = tuple(ROLES)
    return roles[roles.index(least) :]


def wanted(least: str) -> str:
    """Return the roles that may do what the ``least`` of them may, in words."""
    *others, last = enough(least)
    return f"{', '.join(others)} or {last}" if others else last


def tokens_in(text: str) -> tuple[AdminToken, ...]:
    """Return the tokens of a file: a line for each, or, alone in its line, one that may do everything; of three words it is none.

    Raises:
        ValueError: a line is none; the text names it, and no token.
    """
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    if len(lines) > limits.ADMIN_TOKENS:
        raise ValueError(f"found {len(lines):,} lines; expected at most {limits.ADMIN_TOKENS}")
    if len(lines) == 1 and lines[0].partition(" ")[0] not in ROLES and not LIKE_A_LINE.fullmatch(lines[0]):
        return (AdminToken(lines[0]),)
    found: list[AdminToken] = []
    for number, line in enumerate(lines, 1):
        one = _token_in(line, number)
        for earlier, other in enumerate(found, 1):
            for what, same in (("token", one.token == other.token), ("name", one.caller.name == other.caller.name)):
                if same:
                    raise ValueError(f"line {number}: found the {what} of line {earlier}; expected one of its own")
        found.append(one)
    return tuple(found)


def _token_in(line: str, number: int) -> AdminToken:
    role, name, token = (*line.split(" ", 2), "", "", "")[:3]
    expected = (
        (line.strip(), "a blank line"),
        (role in ROLES, "no role at its beginning"),
        (NAME.fullmatch(name), "no name after its role"),
        (LEAST_CHARACTERS <= len(token) <= MOST_CHARACTERS, f"a token of {len(token)} characters"),
        (can_be_presented(token), "a token that no header can hold"),
    )
    wrong = next((found for is_so, found in expected if not is_so), None)
    if wrong is not None:
        raise ValueError(f"line {number}: found {wrong}; expected {EXPECTED}")
    return AdminToken(token, Caller(role, name))
