"""Every address in an answer, and what is found behind it."""

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

ABSOLUTE = re.compile(r"""https?://[^\s"'<>\\`),;]+""")
LOADED = re.compile(r"""(?:href|src|action|data-document)="([^"#][^"]*)\"""")
IMPORTED = re.compile(r"""(?:from |import ?\(?)"([./][^"]+)\"""")
STYLED = re.compile(r"""url\(["']?([^"')]+)""")
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
EXAMPLES = frozenset({"http://127.0.0.1:9000", "http://localhost:3000", "http://localhost"})
"""Where the documents and the builders have programs of the user's own: receivers, and applications."""
WRITTEN = re.compile("/docs/(?:guides/|search$)")
"""Pages whose text has addresses of a fake as it is started there: what they link to counts alone."""
TEMPLATE = re.compile(r"(?:\{|%7B)[^{}%]+(?:\}|%7D)")


@dataclass
class Crawl:
    """Answers of the fake at ``root``, from those that a test has got to all that they lead to.

    ``strangers`` lead to this machine, and not to the fake as clients see it; ``failed`` lead to it and to nothing there.
    """

    root: str
    session: requests.Session
    token: str
    seen: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)

    def read(self, answer: requests.Response) -> None:
        """Note every address in an answer, and follow those that lead here."""
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        told = "" if kind.startswith("image/") or "/swagger/" in answer.url else unescape(answer.text)
        of_prose = WRITTEN.search(urlsplit(answer.url).path) is not None
        found = set(ABSOLUTE.findall("\n".join(["" if of_prose else told, *answer.headers.values()])))
        pattern = {"text/html": LOADED, "text/javascript": IMPORTED, "text/css": STYLED}.get(kind)
        if pattern is not None:
            found |= {urljoin(answer.url, path) for path in pattern.findall(told) if not path.startswith("data:")}
        for address in sorted(found):
            self._follow(address)

    def _follow(self, address: str) -> None:
        parts = urlsplit(address)
        if not f"{address}/".startswith(f"{self.root}/"):
            if parts.hostname in LOCAL and f"{parts.scheme}://{parts.netloc}" not in EXAMPLES:
                self.strangers.add(address)
            return
        expanded = TEMPLATE.sub("1", address.partition("#")[0])
        if expanded in self.seen:
            return
        self.seen.add(expanded)
        of_api = "/api/v3" in parts.path
        headers = {"Authorization": f"Bearer {self.token}"} if of_api else {"Accept": "text/html"}
        answer = self.session.get(expanded, headers=headers, timeout=30)
        nobody = of_api and answer.status_code == 404 and answer.headers["Content-Type"].startswith("application/vnd.api+json")
        if answer.status_code == 200 and f"{answer.url}/".startswith(f"{self.root}/"):
            self.read(answer)
        elif not nobody:  # a template may be filled in with the id of no record
            self.failed[address] = answer.status_code
