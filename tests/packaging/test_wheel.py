"""The wheel holds what a user needs, and works without the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_scenarios_the_schema_and_the_markers(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "inbox_mock/_fixtures/scenarios/agency.yaml",
        "inbox_mock/scenarios/scenario.schema.json",
        "inbox_mock/dashboard/static/app.js",
        "inbox_mock/dashboard/static/index.html",
        "inbox_mock/store/schema.sql",
        "inbox_mock/py.typed",
        "inbox_contracts/py.typed",
        "inbox_contracts/schemathesis.toml",
    } <= names
    shipped = {f"inbox_mock/_fixtures/attachments/{path.name}" for path in (ROOT / "fixtures" / "attachments").iterdir()}
    assert shipped <= names


def test_it_holds_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0].split("-")[0] for name in names} == {"inbox_mock", "inbox_contracts", "bookingsync_inbox_mock"}
    assert not [
        name
        for name in names
        if "__pycache__" in name or ("test" in name and not name.startswith(("inbox_contracts/provider/", "inbox_mock/testing/")))
    ]


def test_it_serves_its_own_scenarios(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "from inbox_mock.scenarios.loading import shipped, fixtures; print(fixtures()); print(*[s.name for s in shipped()])"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, timeout=60)

    folder, names = result.stdout.splitlines()
    assert Path(folder) == tmp_path / "inbox_mock" / "_fixtures"
    assert names.split() == sorted(path.stem for path in (ROOT / "fixtures" / "scenarios").glob("*.yaml"))
