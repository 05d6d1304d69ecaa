"""Run the tests with other versions than the locked ones: ``versions.py lowest`` or ``versions.py newest``, then pytest's arguments.

``lowest``: the oldest Python and the lowest versions that pyproject.toml allows. ``newest``: the newest of both that can be
had here. The environment is made anew each time, beside .venv. Left out are tests of the locked versions themselves, and what
quotes the words of one. ``--short`` in place of pytest's arguments, as CI says it, runs the tests of `MEETS`.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from lock import DECLARED_IN, ROOT, declared, shipped

OLDEST = (3, 11)
RESOLUTION = {"lowest": "lowest-direct", "newest": "highest"}
UV = str(Path(sys.executable).parent / "uv")
LEFT_OUT = (
    "--ignore=tests/packaging",
    "--deselect=tests/wire/test_same_as_before_the_move.py::test_every_answer_is_the_same_as_before_the_move[bodies that cannot be read]",
)
MEETS = {
    "tests/admin/test_guard.py": ("flask", "werkzeug"),
    "tests/admin/test_sandboxes.py": ("jsonschema-rs", "orjson"),
    "tests/api/test_addressing.py": ("werkzeug",),
    "tests/api/test_casting.py": ("marshmallow",),
    "tests/cli/test_health.py": ("click",),
    "tests/cli/test_terminal.py::test_a_person_reads_a_table_with_headings_folded_to_the_terminal": ("rich",),
    "tests/docs": ("flask-swagger-ui", "markdown-it-py"),
    "tests/client/test_http_exchange.py": ("python",),
    "tests/domain/test_zones.py": ("tzdata",),
    "tests/in_process/test_calling_the_real_address.py": ("requests", "responses", "urllib3"),
    "tests/in_process/test_libraries.py": ("requests", "responses", "urllib3"),
    "tests/openapi": ("apispec",),
    "tests/plugin/test_judged_tests.py::test_a_test_that_fails_shows_the_journal_and_the_conduct": ("pytest",),
    "tests/plugin/test_the_plugin.py::test_each_test_has_a_sandbox_of_its_own_on_one_server": ("pytest",),
    "tests/plugin/test_the_plugin.py::test_the_markers_are_registered": ("pytest",),
    "tests/plugin/test_the_plugin.py::test_the_scenario_is_chosen_by_a_marker": ("pytest",),
    "tests/provider/test_bad_input.py::test_of_a_document_the_server_that_is_asked_alone_is_called_and_only_to_read": ("schemathesis",),
    "tests/provider/test_properties.py::test_a_broken_server_is_noticed_by[created]": ("hypothesis",),
    "tests/reporting": ("junitparser",),
    "tests/scenarios/test_mistakes.py": ("jsonschema-rs", "pyyaml"),
    "tests/scenarios/test_dates.py": ("isodate",),
    "tests/scenarios/test_scenario_files.py": ("isodate", "pyyaml"),
    "tests/store/homes/test_bad_databases.py": ("python",),
    "tests/store/homes/test_postgresql.py": ("psycopg",),
    "tests/telemetry/test_metrics.py": ("prometheus-client",),
}
"""Where each dependency, and Python itself, is met the most: a version that will not do has failed there."""
ASK = "import sys; print(*sys.version_info[:2])"


def pythons() -> Iterator[tuple[tuple[int, ...], Path]]:
    """Yield each supported Python that is found, on the path or in pyenv's folder, with its version."""
    folders = [*map(Path, os.get_exec_path()), *Path("~/.pyenv/versions").expanduser().glob("*/bin")]
    for path in (path for folder in folders for path in folder.glob("python3.[0-9]*") if path.name.replace(".", "").isalnum()):
        try:
            asked = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=True, timeout=20)
            version = tuple(map(int, asked.stdout.split()))
        except (OSError, ValueError, subprocess.SubprocessError):
            continue  # a name that stands for nothing that runs
        if version >= OLDEST:
            yield version, path


def make(folder: Path, python: Path, resolution: str) -> None:
    """Make an environment: what the project and its extras need, then the tools of the tests, which change nothing of that."""

    def uv(*command: str) -> str:
        ran = subprocess.run([UV, "--quiet", *command], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        return ran.stdout

    uv("venv", "--clear", "--python", str(python), str(folder))
    into = ("--python", str(folder))
    extras = ",".join(tomllib.loads(DECLARED_IN.read_text())["project"]["optional-dependencies"])
    uv("pip", "install", *into, "--resolution", resolution, "--editable", f".[{extras}]")
    held = folder / "held.txt"
    held.write_text(uv("pip", "freeze", *into, "--exclude-editable"))
    tools = [str(tool) for name, tool in declared(tomllib.loads(DECLARED_IN.read_text())).items() if name not in shipped()]
    uv("pip", "install", *into, "--constraint", str(held), *tools)


def main(which: str, *arguments: str) -> int:
    version, python = (min if which == "lowest" else max)(pythons())
    folder = ROOT / f".venv-{which}"
    make(folder, python, RESOLUTION[which])
    found = {line.partition("==")[0]: line.partition("==")[2] for line in (folder / "held.txt").read_text().splitlines()}
    versions = ", ".join(f"{name} {found[name]}" for name in sorted(shipped()))
    sys.stdout.write(f"{which}: Python {'.'.join(map(str, version))}, {versions}\n")
    sys.stdout.flush()
    chosen = MEETS if arguments == ("--short",) else arguments
    tests = [str(folder / "bin" / "pytest"), "-n", "auto", "--dist", "worksteal", *LEFT_OUT, *chosen]
    return subprocess.run(tests, cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
