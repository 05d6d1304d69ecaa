"""Two answers to each request, and where they differ: those of a recording and of the fake, or those of two servers."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from inbox_mock.recordings import Lost


class Absent:
    """Stands for what is not there; null is there."""

    def __repr__(self) -> str:
        """Return it for people."""
        return "(not there)"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference. ``kind`` is its stable code, ``where`` the place in the answer; ``recorded`` and ``ours`` are what was found there.

    A kind is ``WHAT:ABOUT``, such as ``field-type:conversations.source_id``; `kinds` describes each WHAT.
    """

    kind: str
    where: str
    recorded: object
    ours: object


STATE = ("status:*", "record-*", "field-value:*", "link-*", "meta-*", "header-value:Link", "header-value:X-Total-*", "include-*", "error-*")
"""What depends on the records that there are when a request comes."""
LINKS = ("header-value:Link", "meta-value:Link")
"""The addresses of pages, in which the query is repeated."""
CAUSES: dict[Lost, tuple[str, ...]] = {
    Lost.AUTHORIZATION: ("status:*", "header-*:WWW-Authenticate"),
    Lost.REQUEST_HEADERS: ("status:*",),
    Lost.REQUEST_BODY: ("request-lost:*",),
    Lost.QUERY_ORDER: LINKS,
    Lost.QUERY_REPEATED: LINKS,
    Lost.HOST: ("template-value:*", "header-value:Location", *LINKS),
    Lost.RESPONSE_BODY: ("body-lost:*",),
    Lost.BINARY: ("body-value:*", "body-lost:*"),
    Lost.SPELLING: ("*-number:*",),
    Lost.CUT: ("body-*",),
    Lost.CONTENT_TYPE: ("header-*:Content-Type",),
    Lost.DATE: ("header-extra:Date",),
    Lost.ADDED: ("header-extra:*",),
}
OF_TIME: dict[Lost, tuple[str, ...]] = {Lost.TIME: STATE, Lost.ORDER: STATE}
"""What can be another where requests come at another time, or in another order: only once one has written."""


def cause_of(difference: Difference, lost: Iterable[Lost], *, wrote: bool) -> Lost | None:
    """Return what a recorder lost of an exchange that explains a difference; ``wrote`` says whether a request so far was a write."""
    for one in Lost:
        patterns = CAUSES.get(one, ()) + (OF_TIME.get(one, ()) if wrote else ())
        if one in lost and any(fnmatchcase(difference.kind, pattern) for pattern in patterns):
            return one
    return None
