"""A PostgreSQL server of the tests' own, and databases in it. It refuses to be run by root, so it is another user's then."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PACKAGE = "postgresql"
QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "300", "listen_addresses": ""}


@dataclass
class Postgres:
    """A running server; ``folder`` holds its socket."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str = "postgres", **options: str) -> str:
        """The URL of a database."""
        given = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql://postgres@/{database}?host={self.folder}{given}"

    def run(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Execute statements."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def made(self) -> str:
        """Make a database; its name."""
        name = f"test_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} STRATEGY file_copy")
        return name

    def empty(self) -> str:
        """The URL of a database in which there is nothing, the same one each time."""
        self.run("DROP SCHEMA IF EXISTS inbox_mock CASCADE")
        return self.url()

    def control(self, *command: str) -> None:
        """Let ``pg_ctl`` do something, such as stop it."""
        _as_its_user(f"{_programs()}/pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", *command)


def installed() -> str | None:
    """Why there is no server, or None."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed: the extra postgres brings it"
    return None if _programs() else f"PostgreSQL is not installed: the Debian package {PACKAGE} brings it"


@contextmanager
def running(**settings: str) -> Iterator[Postgres]:
    """Run a server with a data directory of its own."""
    why = installed()
    if why is not None:
        assert os.environ.get("INBOX_MOCK_SERVERS") != "required", why
        pytest.skip(why)
    with TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder, "data")
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, _user())
            shutil.chown(folder, _user())
        _as_its_user(f"{_programs()}/initdb", "--pgdata", str(data), "--auth", "trust", "--username", "postgres", "--no-sync",
                     "--encoding", "UTF8", "--no-locale")  # fmt: skip
        lines = (QUICK | {"unix_socket_directories": folder} | settings).items()
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines)
        server = Postgres(Path(folder))
        server.control("--log", str(data / "log"), "start")
        try:
            yield server
        finally:
            server.control("--mode", "immediate", "stop")


def _programs() -> str | None:
    """The folder of the newest version that is installed."""
    if found := shutil.which("initdb"):
        return str(Path(found).parent)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1].parent) if versions else None


def _user() -> str:
    return "nobody" if os.system("id -u postgres > /dev/null 2>&1") else "postgres"  # noqa: S605


def _as_its_user(*command: str) -> None:
    drop = ["setpriv", "--reuid", _user(), "--regid", _user(), "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")
