"""The folder in which a test writes scenario files."""

from pathlib import Path

import pytest

from scenarios.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
