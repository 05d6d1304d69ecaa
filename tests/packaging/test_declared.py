"""Whatever the product imports from elsewhere is declared in pyproject.toml, not left to what its dependencies happen to need."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from lock import DECLARED_IN, ROOT, by_name, of_extras, shipped
from versions import MEETS

PROJECT = tomllib.loads(DECLARED_IN.read_text())
OURS = {"inbox_mock", "inbox_contracts"}
FOR_TYPES_ALONE = {"_typeshed"}


def imported(source: Path) -> Iterator[str]:
    """Yield the packages that a module names in an import, or in ``files("package")``."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.Call(func=ast.Name(id="files"), args=[ast.Constant(value=str(package))]):
                yield package


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        ("mock_server/inbox_mock", [*PROJECT["project"]["dependencies"], *of_extras(PROJECT, "postgres")]),
        ("contracts/inbox_contracts", [*PROJECT["project"]["dependencies"], *of_extras(PROJECT)]),
    ],
    ids=["fake", "judge"],
)
def test_whatever_is_imported_is_declared(folder: str, wanted: list[str]) -> None:
    of = packages_distributions()
    packages = {name.partition(".")[0] for source in (ROOT / folder).rglob("*.py") for name in imported(source)}
    foreign = packages - OURS - FOR_TYPES_ALONE - sys.stdlib_module_names

    assert {package for package in foreign if not {name.lower() for name in by_name(of[package])} & by_name(wanted).keys()} == set()


def test_the_short_run_with_other_versions_meets_python_and_every_dependency() -> None:
    assert {name for names in MEETS.values() for name in names} == {"python", *shipped()}
    assert [place for place in MEETS if not (ROOT / place.partition("::")[0]).exists()] == []
