"""The figures of the product's structure, and their limits, which `make check` asks for."""

import subprocess
import sys
from pathlib import Path

FIGURES = Path(__file__).parents[1] / "figures.py"


def checked(root: Path, **modules: str) -> "subprocess.CompletedProcess[str]":
    """Check a tree whose package has such modules."""
    package = root / "mock_server" / "inbox_mock"
    package.mkdir(parents=True)
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, str(FIGURES), "--root", str(root), "--check", "--no-walks"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_tree_within_the_limits_passes(tmp_path: Path) -> None:
    assert checked(tmp_path, one="from inbox_mock import other\n", other="").returncode == 0


def test_two_modules_that_import_each_other_are_named(tmp_path: Path) -> None:
    found = checked(tmp_path, one="from inbox_mock import other\n", other="def later():\n    import inbox_mock.one\n")

    assert found.returncode == 1
    assert "  inbox_mock.one\n  inbox_mock.other\n" in found.stdout
    assert found.stdout.endswith("import circles: found 1; expected at most 0\n")


def test_a_module_that_is_too_long_fails(tmp_path: Path) -> None:
    found = checked(tmp_path, one="\n" * 331)

    assert found.returncode == 1
    assert found.stdout.endswith("lines of the longest module: found 331; expected at most 330\n")


def test_too_many_ignored_types_fail(tmp_path: Path) -> None:
    found = checked(tmp_path, one="x = 1  # type: ignore[assignment]\n" * 26)

    assert found.returncode == 1
    assert "type: ignore in the product: found 26; expected at most 25" in found.stdout
