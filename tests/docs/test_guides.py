"""The guides under /docs: every one is shown, leads to what is there, and is found by its words."""

import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from werkzeug.test import Client

from docs.test_pages import Links, get, page
from fake import Mock
from inbox_mock.app import Options, create_app
from inbox_mock.docs import guides
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find

ALL = sorted(guides.known())
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ALL)
def test_every_link_and_image_of_a_guide_leads_to_a_page_and_a_heading_that_are_there(mock: Mock, name: str) -> None:
    shown = guides.guide(name)
    here = f"/docs/guides/{name}"
    links = Links(shown.body)

    assert len(links.ids) == len(set(links.ids))
    for address in [*links.leads_to, *links.loaded]:
        target, _, anchor = urljoin(here, address).partition("#")
        if "://" in target:
            assert "127.0.0.1" not in target, "a link to a fake leads to the one that shows the guide"
            assert "localhost" not in target
            continue
        assert target.startswith(("/docs/guides/", "/openapi.json", "/docs/fidelity")) or target == "/", address
        found = get(mock, target)
        assert not anchor or target == "/" or anchor in Links(found.body.decode()).ids, address


def test_a_guide_is_a_page_among_the_others(mock: Mock) -> None:
    text = page(mock, "/docs/guides/testing-with-pytest")

    assert re.findall(r"<title>(.*?)</title>", text) == ["Testing with pytest · Inbox Mock"]
    assert '<a href="/docs/guides/index" aria-current="page">Guides</a>' in text
    assert text.count("<h1") == 1
    assert "@pytest.mark.inbox_scenario(&quot;conversation-never&quot;)" in text
    assert "<!-- " not in text.partition("<article")[2]


@pytest.mark.parametrize("path", ["guides", "search", "api", "guides/reference", "guides/kits/README", "a%20b"])
@pytest.mark.parametrize("public", ["", "https://fake.test/below"])
def test_an_address_with_a_slash_at_its_end_leads_to_the_one_without(path: str, public: str) -> None:
    app = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"), public_url=public or None)).app

    answer = Client(app).get(f"/docs/{path}/?q=late%20answer")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"{public and '/below'}/docs/{path}?q=late%20answer")


def test_the_pages_of_the_kits_are_guides_and_linked_in_both_directions(mock: Mock) -> None:
    kits = {f"kits/{path.relative_to(ROOT / 'kits').with_suffix('')}" for path in (ROOT / "kits").glob("*/README.md")} | {"kits/README"}

    def led_to(name: str) -> set[str]:
        here = f"/docs/guides/{name}"
        return {urljoin(here, address).removeprefix("/docs/guides/") for address in Links(page(mock, here)).leads_to}

    assert {"kits/node/README", "kits/ruby/README"} < kits <= {name for name in ALL if name.startswith("kits/")}
    assert kits <= led_to("index")
    assert {"kits/node/README", "kits/ruby/README", "reference#sandboxes-and-actors"} <= led_to("kits/README")
    assert {"reference#sandboxes-and-actors", "reference#faults"} <= led_to("kits/ruby/README")


def test_the_pages_of_the_kits_are_found() -> None:
    assert guides.search("jest vitest")[0].name == "kits/node/README"


def test_each_guide_is_listed_by_the_first_one_or_by_the_list_of_decisions() -> None:
    listed = {
        urljoin(f"/{name}", link).strip("/") for name in ("index", "decisions/README") for link in Links(guides.guide(name).body).leads_to
    }

    assert set(ALL) - {"index"} <= listed


@pytest.mark.parametrize(
    ("plain", "scrolled"),
    [("<table>", '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>'), ("<pre", '<pre tabindex="0">')],
)
def test_wide_tables_and_programs_scroll_within_themselves(plain: str, scrolled: str) -> None:
    bodies = [guides.guide(name).body for name in ALL]

    assert sum(body.count(plain) for body in bodies) == sum(body.count(scrolled) for body in bodies) > 10


@pytest.mark.parametrize("source", ["<b>bold</b>", "<script>alert(1)</script>", "`<b>`", "[go](javascript:alert(1))", "| <i> |\n|---|\n"])
def test_what_stands_in_a_guide_is_text_and_no_markup(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, source: str
) -> None:
    path = tmp_path_factory.mktemp("guides") / "mine.md"
    path.write_text(f"# Mine\n\n{source}\n")
    monkeypatch.setattr(guides, "known", lambda: {"mine": path})

    body = guides.guide.__wrapped__("mine").body

    assert not re.search(r"<(b|i|script|a)[ >]", body), body


@pytest.mark.parametrize(
    "name",
    [
        "nowhere",
        "reference.md",
        "nothing",
        "../../pyproject",
        "%2e%2e/README",
        "decisions",
        "images",
        "images/nothing.png",
        "images/..%2Findex.md",
    ],
)
def test_nothing_else_is_served(mock: Mock, name: str) -> None:
    assert mock.caller(base="").get(f"/docs/guides/{name}").status == 404


def test_the_address_above_the_guides_leads_to_their_list(mock: Mock) -> None:
    answer = mock.caller(base="").get("/docs/guides")

    assert (answer.status, answer.headers["Location"]) == (302, "/docs/guides/index")


def test_search_tells_the_sections_in_which_all_words_are(mock: Mock) -> None:
    text = page(mock, "/docs/search?q=PYTEST-socket+disable")

    assert '<a href="/docs/guides/testing-with-pytest#pytest-socket">pytest-socket</a>' in text
    assert "<mark>disable</mark>" in text
    assert 'value="PYTEST-socket disable"' in text


def test_a_word_in_a_title_goes_first() -> None:
    assert "limits" in guides.search("limits")[0].section.title.lower()


def searched(monkeypatch: pytest.MonkeyPatch, folder: Path, **texts: str) -> list[guides.SearchHit]:
    """Search guides of these names, ``__`` for a slash, for "red fox"."""
    for name, text in texts.items():
        path = folder / f"{name}.md"
        path.write_text(text)
    monkeypatch.setattr(guides, "known", lambda: {name.replace("__", "/"): folder / f"{name}.md" for name in texts})
    monkeypatch.setattr(guides, "guide", guides.guide.__wrapped__)
    return guides.search("red fox")


def test_titles_go_first_then_most_hits_and_decisions_and_licences_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = searched(
        monkeypatch,
        tmp_path,
        decisions__one="# Red fox\n\nA red fox.\n",
        licences="# Red fox\n\nA red fox.\n",
        once="# Once\n\nA red fox.\n",
        often="# Often\n\nA red fox and a red fox.\n",
        page="# A red fox\n\n## Where\n\nA red fox.\n",
        heading="# Animals\n\n## The red fox\n\nIt is red.\n",
    )

    assert [(one.name, one.section.title) for one in found] == [
        ("page", "A red fox"),
        ("heading", "The red fox"),
        ("page", "Where"),
        ("often", "Often"),
        ("once", "Once"),
        ("decisions/one", "Red fox"),
        ("licences", "Red fox"),
    ]


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("# Tale\n\nA fox is met. It is seen. Then the red fox sleeps. The end.\n", "… Then the red fox sleeps. The end."),
        ("# Red fox\n\nIt sleeps.\n", "It sleeps."),
        ("# Red fox\n\nIt sleeps. Here:\n\n![A red fox](fox.png)\n", "It sleeps. Here: "),
        ("# Red fox\n\n## Where\n\nWe met it. It was a fox.\n", "… It was a fox."),
        (f"# Tale\n\n{'word ' * 200}red fox{' word' * 200}\n", f"… {'word ' * 24}red fox{' word' * 46} …"),
    ],
)
def test_an_excerpt_is_the_sentence_that_has_most_of_the_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, excerpt: str
) -> None:
    assert "".join(searched(monkeypatch, tmp_path, tale=text)[0].pieces) == excerpt


def test_a_title_is_told_once(mock: Mock) -> None:
    assert ">Glossary</a></h2>\n<p>Glossary:" not in page(mock, "/docs/search?q=glossary")


@pytest.mark.parametrize("sought", ["zzzzz", "<script>alert(1)</script>", '"onfocus="x', "[zz", "%FF", "x" * 500])
def test_what_is_not_found_is_said_and_escaped(mock: Mock, sought: str) -> None:
    answer = mock.caller(base="").get("/docs/search", q=sought)

    assert answer.status == 200
    assert "<script>alert" not in answer.body.decode()
    assert '"onfocus' not in answer.body.decode()
    assert f"Found for “{sought[:200]}”: 0" in unescape(answer.body.decode())


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_without_words_nothing_is_sought(mock: Mock, query: str) -> None:
    text = page(mock, f"/docs/search{query}")

    assert "<mark>" not in text
    assert text.count("<h2") == 0


def test_a_server_that_shows_no_guide_does_not_import_what_renders_them() -> None:
    program = "import sys, inbox_mock.flask_app; sys.exit('markdown_it' in sys.modules or 'inbox_mock.docs.guides' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
