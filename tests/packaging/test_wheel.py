"""The wheel holds what a user needs, and works without the checkout."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from inbox_mock.docs import guides

OF_TESTS = ("inbox_contracts/provider/", "inbox_mock/testing/", "inbox_mock/recordings/writing/", "inbox_mock/_guides/")
"""What has to do with tests, and is shipped."""
ROOT = Path(__file__).parents[2]
OWN_NAMES = ("contracts", "fixtures", "mock_server", "tests")
"""Packages that a user's project may have, which are folders of this repository, too."""
OF_AN_EXTRA = ("hypothesis", "_hypothesis", "schemathesis")
"""What ``[contracts]`` brings, for trials alone: the plugin needs none of it."""
A_TEST = """
from urllib.request import Request, urlopen

import contracts
import fixtures
import mock_server

import inbox_contracts
import inbox_mock


def test_the_projects_own_packages_are_imported():
    assert [module.OWNER for module in (contracts, fixtures, mock_server)] == ["project"] * 3


def test_ours_are_imported_from_the_wheel():
    assert [module.__file__.count("site-packages") for module in (inbox_mock, inbox_contracts)] == [1, 1]


def test_the_plugin_makes_a_sandbox(inbox_mock):
    asked = Request(inbox_mock.url + "/inbox/conversations", headers={"Authorization": "Bearer " + inbox_mock.token})
    assert urlopen(asked, timeout=10).status == 200
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment into which the wheel is installed, and nothing of this checkout."""

    folder: Path

    def run(self, *command: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
        """Run one of its commands in a project's folder."""
        plain = {name: text for name, text in os.environ.items() if not name.startswith(("INBOX_MOCK", "PYTEST", "PYTHON", "COV"))}
        program, *rest = command
        return subprocess.run(
            [self.folder / "bin" / program, *rest], cwd=cwd, env=plain, capture_output=True, text=True, check=False, timeout=120
        )

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Make an environment of the wheel, beside what this one has installed, but for the project itself and its extra."""
    made = Environment(tmp_path_factory.mktemp("clean") / "environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True, timeout=120)
    beside = made.folder.parent / "dependencies"
    beside.mkdir()
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in Path(folder).iterdir():
            if path.suffix != ".pth" and not path.name.startswith(("bookingsync_inbox_mock", *OF_AN_EXTRA)):
                (beside / path.name).symlink_to(path)
    (made.packages / "dependencies.pth").write_text(f"{beside}\n")
    install = [sys.executable, "-m", "pip", "--python", str(made.folder), "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's project with packages of these names of its own, and tests with our plugin in one of them."""
    for name in OWN_NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text('OWNER = "project"\n')
    (tmp_path / "tests" / "test_inbox.py").write_text(A_TEST)
    return tmp_path


def test_it_holds_the_scenarios_the_schema_and_the_markers(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "inbox_mock/_fixtures/scenarios/agency.yaml",
        "inbox_mock/_guides/reference.md",
        "inbox_mock/_guides/decisions/README.md",
        "inbox_mock/_guides/kits/README.md",
        "inbox_mock/_guides/kits/node/README.md",
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

    (information,) = {name.split("/")[0] for name in names} - {"inbox_mock", "inbox_contracts"}
    assert re.fullmatch(r"bookingsync_inbox_mock-[\d.]+\.dist-info", information)
    assert not [name for name in names if "__pycache__" in name or ("test" in name and not name.startswith(OF_TESTS))]


def test_it_has_every_guide_that_a_checkout_has(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "from inbox_mock.docs.guides import known, guide; print(*known()); [guide(name) for name in known()]"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, timeout=60)

    assert result.stdout.split() == list(guides.known())


def test_it_serves_its_own_scenarios(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "from inbox_mock.scenarios.loading import shipped, fixtures; print(fixtures()); print(*[s.name for s in shipped()])"

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path, timeout=60)

    folder, names = result.stdout.splitlines()
    assert Path(folder) == tmp_path / "inbox_mock" / "_fixtures"
    assert names.split() == sorted(path.stem for path in (ROOT / "fixtures" / "scenarios").glob("*.yaml"))


def test_a_project_with_packages_of_these_names_runs_its_tests(environment: Environment, project: Path) -> None:
    ran = environment.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout


def test_the_doctor_finds_no_clash_with_packages_of_other_names(environment: Environment, project: Path) -> None:
    ran = environment.run("inbox-mock", "doctor", "--port", "0", cwd=project)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("ours alone") == 2


@pytest.mark.parametrize("name", ["inbox_mock", "inbox_contracts"])
def test_the_doctor_tells_of_a_package_of_our_name_in_the_project(environment: Environment, project: Path, name: str) -> None:
    own = project / name / "__init__.py"
    own.parent.mkdir()
    own.touch()

    ran = environment.run("inbox-mock", "doctor", "--port", "0", cwd=project)

    assert ran.returncode == 1
    assert re.search(rf"^NO  package {name}: found at .* and at {re.escape(str(own.resolve()))}", ran.stdout, re.MULTILINE), ran.stdout
    assert ran.stdout.count("NO ") == 1


def test_the_doctor_tells_of_another_distribution_that_brings_our_name(environment: Environment, project: Path) -> None:
    information = environment.packages / "other-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (information / "RECORD").write_text("inbox_mock/__init__.py,,\n")
    try:
        ran = environment.run("inbox-mock", "doctor", "--port", "0", cwd=project)
    finally:
        shutil.rmtree(information)

    assert ran.returncode == 1
    assert "NO  package inbox_mock: also comes with other: uninstall that" in ran.stdout


@pytest.mark.parametrize(
    ("own", "settings"),
    [
        ("src/inbox_mock/__init__.py", {}),
        ("lib/inbox_mock.py", {"pytest.ini": "[pytest]\npythonpath = lib\n"}),
        ("lib/inbox_mock.py", {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["lib"]\n'}),
        ("checks/inbox_mock.py", {"setup.cfg": "[tool:pytest]\ntestpaths =\n  checks\n"}),
        ("checks/inbox_mock.py", {"tox.ini": "[pytest]\ntestpaths = checks\n", "pyproject.toml": "= no TOML"}),
    ],
)
def test_the_doctor_looks_where_pytest_would_find_a_package_of_our_name(
    environment: Environment, tmp_path: Path, own: str, settings: dict[str, str]
) -> None:
    (tmp_path / own).parent.mkdir(parents=True)
    (tmp_path / own).touch()
    for name, text in settings.items():
        (tmp_path / name).write_text(text)

    ran = environment.run("inbox-mock", "doctor", "--port", "0", cwd=tmp_path)

    assert ran.returncode == 1
    assert f"and at {tmp_path.resolve() / own}, of which only one can be imported" in ran.stdout, ran.stdout


@pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])
def test_a_test_that_would_import_another_package_of_our_name_fails_in_a_line(
    environment: Environment, tmp_path: Path, fixture: str
) -> None:
    other = tmp_path / "tests" / "inbox_mock.py"
    other.parent.mkdir()
    other.touch()
    (other.parent / "test_inbox.py").write_text(f"def test_it({fixture}):\n    pass\n")

    ran = environment.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=tmp_path)
    doctor = environment.run("inbox-mock", "doctor", "--port", "0", cwd=tmp_path)

    assert ran.returncode == 1
    assert f"the package inbox_mock is imported from {other}, which is not Inbox Mock" in ran.stdout, ran.stdout
    assert "Traceback" not in ran.stdout
    assert f"and at {other.resolve()}, of which only one" in doctor.stdout
