"""A PostgreSQL server of the tests' own, and databases in it. It refuses to be run by root, so it is another user's then."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PACKAGE = "postgresql"
WITH_PASSWORD = "shy"  # the user who has to give a password
ACCESS = f"""
local all {WITH_PASSWORD} scram-sha-256
local all all trust
"""
QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "300", "listen_addresses": ""}


@dataclass
class Postgres:
    """A running server; ``folder`` holds its socket."""

    folder: Path

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The URL of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Execute statements, each for itself; the rows of the last one."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def made(self) -> str:
        """Make a database, and return its name."""
        ((number,),) = self.run("SELECT count(*) FROM pg_database")
        self.run(f"CREATE DATABASE made_{number} STRATEGY file_copy")
        return f"made_{number}"

    def empty(self) -> str:
        """The URL of a database in which there is nothing, the same one each time."""
        self.run("DROP SCHEMA IF EXISTS inbox_mock CASCADE")
        return self.url()

    def lose_connections(self) -> None:
        """End every connection but the one that does so."""
        self.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def start(self) -> None:
        """Start it, if it is not running."""
        if not (self.folder / "data" / "postmaster.pid").exists():
            self._control("--log", str(self.folder / "data" / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``immediate`` is what a crash leaves."""
        self._control("--mode", mode, "stop")

    def _control(self, *command: str) -> None:
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
        (data / "pg_hba.conf").write_text(ACCESS)
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


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
