"""What is published is made of what git tracks and nothing else, and anybody can make the same bytes from the same commit."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = {
    "mock_server/inbox_mock/": "inbox_mock/",
    "contracts/inbox_contracts/": "inbox_contracts/",
    "docs/": "inbox_mock/_guides/",
    "kits/README.md": "inbox_mock/_guides/kits/README.md",
    "kits/node/README.md": "inbox_mock/_guides/kits/node/README.md",
    "kits/ruby/README.md": "inbox_mock/_guides/kits/ruby/README.md",
    "fixtures/": "inbox_mock/_fixtures/",
}
"""Where tracked files are in the wheel; the others are not in it."""
STRAY = (".env", "notes.txt", "mock_server/inbox_mock/secret.txt", "mock_server/inbox_mock/plugin.py", "fixtures/scenarios/mine.yaml")

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="what git tracks is known in a checkout alone"
)


def built(folder: Path, umask: int, **environment: str) -> tuple[Path, Path]:
    """Run ``make dist`` in a clone in which files lie that git does not track; the source distribution and the wheel."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True, timeout=60)
    for name in STRAY:
        (folder / name).write_text("untracked")
    with (folder / "README.md").open("a") as file:
        file.write("uncommitted")
    make = ["make", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/ready", "dist"]
    subprocess.run(make, cwd=folder, env=os.environ | environment, umask=umask, check=True, capture_output=True, timeout=120)
    wheel, source = sorted((folder / "dist").iterdir(), key=lambda path: path.suffix, reverse=True)
    return source, wheel


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(tmp_path_factory.mktemp("one") / "clone", 0o022)


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "-z", "--name-only", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    return listed.stdout.rstrip("\0").split("\0")


def test_the_source_distribution_holds_what_git_tracks_and_its_own_metadata(dist: tuple[Path, Path], tracked: list[str]) -> None:
    with tarfile.open(dist[0]) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]

    assert sorted(names) == sorted([*tracked, "PKG-INFO"])


def test_the_wheel_holds_the_tracked_files_of_the_packages_and_its_own_metadata(dist: tuple[Path, Path], tracked: list[str]) -> None:
    names = [name for name in zipfile.ZipFile(dist[1]).namelist() if ".dist-info/" not in name]

    assert sorted(names) == sorted(name.replace(of, at) for name in tracked for of, at in PLACES.items() if name.startswith(of))


def test_another_clone_at_another_time_makes_the_same_bytes(dist: tuple[Path, Path], tmp_path: Path) -> None:
    again = built(tmp_path / "another folder", 0o077, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="1", SOURCE_DATE_EPOCH="1")

    assert [path.name for path in again] == [path.name for path in dist]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in dist]
