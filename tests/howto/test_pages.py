"""The pages about the project: they lead to what is there, and are listed where somebody looks for them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RECORDS = DOCS / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("kits/README.md"), *ROOT.glob("kits/*/README.md")])
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
IMAGES_OF_SPEECH = re.compile(r"nothing to blame|need not know anything of us|^## The house|\bbefalls?\b|struck dumb", re.IGNORECASE)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: Path) -> list[str]:
    """The addresses in the first column of a page's tables."""
    return re.findall(r"^\| \[[^\]]*\]\(([^)]+)\)", page.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for address, anchor in LINK.findall(page.read_text()):
        target = page.parent / address if address else page
        assert target.exists(), address
        assert not anchor or anchor in anchors(target), f"{address}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_terms_stand_in_place_of_images(page: Path) -> None:
    assert page.name == "CHANGELOG.md" or IMAGES_OF_SPEECH.findall(page.read_text()) == []


def test_the_index_lists_every_page_once() -> None:
    listed = [(DOCS / address).resolve() for address in rows(DOCS / "index.md")]

    wanted = [page for page in PAGES if page != DOCS / "index.md" and (page.parent != RECORDS or page.name == "README.md")]
    assert sorted(listed) == sorted(page.resolve() for page in wanted)


def test_every_decision_is_listed_in_the_order_of_its_number() -> None:
    records = sorted(path.name for path in RECORDS.glob("*.md") if path.name != "README.md")

    assert rows(RECORDS / "README.md") == records
    assert [name[:4] for name in records] == [f"{number:04}" for number in range(1, len(records) + 1)]


@pytest.mark.parametrize("record", sorted(RECORDS.glob("0*.md")), ids=lambda record: record.stem)
def test_a_decision_is_short_and_says_why(record: Path) -> None:
    text = record.read_text()

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert 10 <= text.count("\n") <= 25


def test_the_glossary_is_in_the_order_of_the_alphabet() -> None:
    words = re.findall(r"^\| \*\*(.*?)\*\*", (DOCS / "glossary.md").read_text(), re.MULTILINE)

    assert words == sorted(words, key=str.lower)
    assert len(words) >= 40


def test_the_architecture_fits_on_a_page() -> None:
    assert (ROOT / "ARCHITECTURE.md").read_text().count("\n") <= 120


def test_the_latest_version_in_the_changelog_is_the_one_that_is_installed() -> None:
    version = re.search(r'__version__ = "(.*)"', (ROOT / "mock_server/inbox_mock/__init__.py").read_text())
    latest = re.search(r"^## \[([\d.]+)\] \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert version is not None
    assert latest is not None
    assert latest[1] == version[1]


def test_what_is_added_in_one_place_is_named_with_the_test_that_shows_it() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text().partition("## Where what belongs")[2].partition("\n## ")[0]
    shown = re.findall(r"^\| [^|]+ \| [^|]+ \| `(tests/[^`]+)` \|$", table, re.MULTILINE)

    assert shown
    for name in shown:
        assert "plugged(" in (ROOT / name).read_text(), f"{name} plugs nothing in"


def test_every_path_that_the_page_for_contributors_names_is_there() -> None:
    roots = [ROOT, ROOT / "mock_server/inbox_mock", ROOT / "contracts/inbox_contracts"]
    examples = {"NAME", "vrbo", "NNNN", "say_who_you_are"}
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", (ROOT / "CONTRIBUTING.md").read_text()))

    assert named
    for name in (name for name in named if not any(example in name for example in examples)):
        assert any((root / name).exists() for root in roots), name
