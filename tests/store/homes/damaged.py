"""Do to the files of a directory what others may have done to them, and see what is in it."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from homes import ONE
from inbox_mock.store import database


def contents(path: Path) -> dict[str, bytes | str]:
    """What is in a directory; of a link where it leads."""
    return {
        str(found.relative_to(path)): str(found.readlink()) if found.is_symlink() else found.read_bytes() if found.is_file() else ""
        for found in sorted(path.rglob("*"))
    }


def of_one(data: Path) -> Path:
    return data / "sandboxes" / ONE / "1.sqlite"


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_to_its_header(file: Path) -> None:
    os.truncate(file, 50)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def garbage(file: Path) -> None:
    file.write_bytes(b"no database at all " * 1000)


def statements(*sql: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            for one in sql:
                db.execute(one)

    return change


def of_another_program(file: Path) -> None:
    file.unlink()
    statements("CREATE TABLE things (id)", "INSERT INTO things VALUES (1)")(file)


def damaged_pages(file: Path) -> None:
    """Pages in the middle hold what belongs to no tree."""
    content = bytearray(file.read_bytes())
    content[20 * database.PAGE_BYTES : 30 * database.PAGE_BYTES] = os.urandom(10 * database.PAGE_BYTES)
    file.write_bytes(content)


def a_link(file: Path) -> None:
    file.rename(file.parents[2] / "elsewhere.sqlite")
    file.symlink_to(file.parents[2] / "elsewhere.sqlite")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def missing(file: Path) -> None:
    file.unlink()


def linked(file: Path) -> None:
    """A link to a file that is as it was written."""
    file.rename(file.parents[1] / "elsewhere")
    file.symlink_to(file.parents[1] / "elsewhere")
