from pathlib import Path

from inbox_mock.store import rows
from rows_of_schema import source


def test_rows_have_the_columns_of_the_schema() -> None:
    """Print them anew with `python tests/rows_of_schema.py`."""
    assert Path(rows.__file__).read_text(encoding="utf-8") == source()
