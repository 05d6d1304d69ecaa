"""The gem: its own tests, and what its README shows."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from howto.tours import environment
from inbox_mock import __version__
from languages import skip_without
from processes import PATIENCE_SECONDS

GEM = Path(__file__).resolve().parents[2] / "kits" / "ruby"
SHOWN = re.compile(r"<!-- (rspec|minitest) -->\n```ruby\n# (\S+)\n(.*?)```", re.DOTALL)


@pytest.fixture(autouse=True, scope="module")
def _needs_ruby() -> None:
    skip_without("rspec")
    skip_without("rack")


def ran(*command: str, cwd: Path = GEM, **more: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=environment() | more, capture_output=True, text=True, check=False, timeout=4 * PATIENCE_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_specs_pass(served: str) -> None:
    assert ", 0 failures" in ran("rspec", "-I", "lib", INBOX_MOCK_URL=served)


def test_its_tests_of_minitest_pass(served: str) -> None:
    assert ", 0 failures, 0 errors" in ran("ruby", "-w", "-I", "lib", "test/inbox_mock_test.rb", INBOX_MOCK_URL=served)


def test_it_has_the_version_of_the_package_and_holds_what_it_needs() -> None:
    told = ran("ruby", "-e", "gem = Gem::Specification.load(ARGV[0]); puts gem.version, gem.files", "bookingsync-inbox-mock.gemspec")
    version, *files = told.split()

    assert version == __version__
    assert sorted(files) == sorted(["LICENSE", "README.md", *(str(path.relative_to(GEM)) for path in GEM.rglob("lib/**/*.rb"))])


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Write the files that the README shows; for each, which runner is to run it."""
    for runner, name, content in SHOWN.findall((GEM / "README.md").read_text()):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
        yield runner, name


def test_what_the_projects_readme_shows_of_it_passes(tmp_path: Path, served: str) -> None:
    (shown,) = re.findall(r"<!-- rspec -->\n```ruby\n(.*?)```", (GEM.parents[1] / "README.md").read_text(), re.DOTALL)
    (tmp_path / "inbox_spec.rb").write_text(f"{shown}\nRSpec.configure {{ |config| config.include(YourProgram) }}")
    ran("rspec", "-I", "lib", "-I", "spec", "--require", "your_program", str(tmp_path / "inbox_spec.rb"), INBOX_MOCK_URL=served)


def test_what_its_readme_shows_passes(tmp_path: Path, served: str) -> None:
    files = list(written(tmp_path))
    ran("rspec", "-I", str(GEM / "lib"), *(name for runner, name in files if runner == "rspec"), cwd=tmp_path, INBOX_MOCK_URL=served)
    for runner, name in files:
        if runner == "minitest":
            ran("ruby", "-w", "-I", str(GEM / "lib"), name, cwd=tmp_path, INBOX_MOCK_URL=served)
    assert len(files) == 4
