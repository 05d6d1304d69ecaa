"""``pytest --pyargs inbox_contracts.provider``: the same trial, a test for each property."""

import os
import subprocess
import sys
from pathlib import Path

from provider.hostile import nobody


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest in a folder that is nobody's project, with no other plugin than ours: those of others take seconds to import."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "inbox_contracts.plugin", *words]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120, env=env)


def test_each_property_is_a_test(tmp_path: Path, served: str) -> None:
    done = run(tmp_path, "--pyargs", "inbox_contracts.provider", "--inbox-url", served, "-k", "[etag] or [patch]")

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_without_an_address_it_says_which_option_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "--pyargs", "inbox_contracts.provider")

    assert done.returncode == 4
    assert "--inbox-url URL is missing" in done.stderr


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "without.py").write_text("import sys\nsys.modules['hypothesis'] = None\n")

    done = run(tmp_path, "-p", "without", "--pyargs", "inbox_contracts.provider", "--inbox-url", nobody())

    assert done.returncode == 4
    assert "hypothesis is missing: install the extra contracts, in a checkout by pip install '.[contracts]'" in done.stderr


def test_a_server_that_is_down_ends_the_run_with_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, "--pyargs", "inbox_contracts.provider", "--inbox-url", nobody())

    assert done.returncode == 2
    assert "nothing listens there" in done.stdout
    assert "Traceback" not in done.stdout


def test_its_options_are_unknown_to_other_runs(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("def test_mine() -> None: ...\n")

    assert "unrecognized arguments: --inbox-url" in run(tmp_path, "--inbox-url", "http://127.0.0.1:1", "test_mine.py").stderr


def test_a_run_that_meets_it_by_accident_skips_it(tmp_path: Path) -> None:
    package = Path(__file__).parents[2] / "contracts" / "inbox_contracts" / "provider"

    done = run(tmp_path, str(package), "-q")

    assert done.returncode == 0, done.stdout
    assert "passed" not in done.stdout
    assert "skipped" in done.stdout
