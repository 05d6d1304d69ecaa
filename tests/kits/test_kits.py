"""The test kits for other languages belong to this version of the fake, and are locked and licensed as it is."""

import json
from pathlib import Path

from inbox_mock import __version__

ROOT = Path(__file__).parents[2]
NODE = ROOT / "kits" / "node"


def test_the_kit_for_node_has_the_version_of_the_fake() -> None:
    package, lock = (json.loads((NODE / name).read_text()) for name in ("package.json", "package-lock.json"))

    assert package["version"] == lock["version"] == lock["packages"][""]["version"] == __version__
    assert f"bookingsync-inbox-mock-{__version__}.tgz" in (NODE / "README.md").read_text()


def test_the_kit_for_node_brings_nothing_along() -> None:
    assert "dependencies" not in json.loads((NODE / "package.json").read_text())


def test_what_tests_the_kit_for_node_is_locked_by_its_hashes_and_not_by_where_it_was_found() -> None:
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]
    locked = {name: one for name, one in packages.items() if name}

    assert all("integrity" in one and "resolved" not in one for one in locked.values())
    assert "omit-lockfile-registry-resolved=true" in (NODE / ".npmrc").read_text().splitlines()


def test_each_kit_has_the_licence_of_the_fake() -> None:
    kits = [path for path in (ROOT / "kits").iterdir() if path.is_dir()]

    assert kits
    assert {(kit / "LICENSE").read_text() for kit in kits} == {(ROOT / "LICENSE").read_text()}


def test_each_kit_is_listed() -> None:
    page = (ROOT / "kits" / "README.md").read_text()

    assert all(f"]({kit.name}/README.md)" in page for kit in (ROOT / "kits").iterdir() if kit.is_dir())
