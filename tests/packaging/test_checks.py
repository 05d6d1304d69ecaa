"""What runs at each commit is what ``make check`` runs, and CI runs it, too."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile."""
    (found,) = re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return [line.removeprefix("\t@").replace("$(BIN)", ".venv/bin") for line in found.splitlines()]


def test_a_commit_runs_what_make_check_runs() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]

    assert [hook["entry"] for hook in local["hooks"]] == recipe("check")
    assert all(hook["language"] == "system" and not hook["pass_filenames"] for hook in local["hooks"])


def test_the_hooks_are_what_pre_commit_reads() -> None:
    ran = subprocess.run([BIN / "pre-commit", "validate-config"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_ci_installs_checks_audits_and_tests() -> None:
    ran = re.findall(r"^(begin )?make ([a-z -]+?)(?: ARGS=.*)?$|^(end)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)

    assert [made or end for _, made, end in ran] == [
        *("setup", "schemathesis kits openapi-clients", "check", "audit", "hostile", "crash", "crash", "end"),
        *("test-lowest", "test-newest", "end", "test"),
    ]
    assert [made for beside, made, _ in ran if beside] == ["schemathesis kits openapi-clients", "test-lowest"]
