"""The guides in docs: their files are written, their commands run, and what they print is what the guides say."""

import re
from pathlib import Path

import pytest

from howto.tours import served, steps, walk, write_files
from languages import NEEDED, missing, skip_unless_required

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WALKED = ["point-your-client-here", "in-ci", "reproduce-an-edge-case", "from-a-bug-report-to-a-failing-test"]
GUIDES = [*WALKED, "alternatives"]


@pytest.mark.parametrize("name", WALKED)
def test_every_step_prints_what_the_guide_says(name: str, tmp_path: Path) -> None:
    page = DOCS / f"{name}.md"
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    write_files(page, tmp_path)
    shown = {f"examples/{language}/": language for language in NEEDED} | {"rspec bug_spec.rb": "rspec"}
    lacking = {piece: reason for piece, language in shown.items() if piece in page.read_text() and (reason := missing(language))}
    with served(page, tmp_path, without=tuple(lacking)) as root:
        walk(page, root, tmp_path, without=tuple(lacking))
    if lacking:
        skip_unless_required(f"all but {', '.join(f'{piece} ({reason})' for piece, reason in lacking.items())}")


@pytest.mark.parametrize("name", WALKED)
def test_a_guide_is_walked_and_not_skipped(name: str) -> None:
    assert len(steps(DOCS / f"{name}.md")) >= 4


@pytest.mark.parametrize("name", GUIDES)
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    for address in re.findall(r"\]\(([^)#]+)", (DOCS / f"{name}.md").read_text()):
        if not address.startswith("http"):
            assert (DOCS / address).exists(), address
