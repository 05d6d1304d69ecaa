"""Packages of the Python and the npm registry, each in the version that is named, in a folder of its own that git ignores."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree, which
from subprocess import PIPE, STDOUT, TimeoutExpired, run

KEPT = Path(__file__).parents[3] / "build" / "peers"
INSTALLED = "installed"
MINUTES = 10


class MissingError(Exception):
    """A peer cannot be had here; its text says why."""


@dataclass(frozen=True)
class Package:
    """A package, and the commands that install it into a folder."""

    name: str
    version: str
    commands: Sequence[Sequence[str]]
    needs: str

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return KEPT / f"{self.name.replace('/', '-')}-{self.version}"

    def install(self) -> Path:
        """Install it, unless it is; the folder.

        Raises:
            MissingError: it cannot be installed.
        """
        if not which(self.needs):
            raise MissingError(f"needs {self.needs}")
        done = self.folder / INSTALLED
        if not done.exists() or done.read_text() != str(self.commands):
            rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            for command in self.commands:
                self._run(command)
            done.write_text(str(self.commands))
        return self.folder

    def _run(self, command: Sequence[str]) -> None:
        try:
            ran = run(command, cwd=self.folder, stdout=PIPE, stderr=STDOUT, text=True, timeout=60 * MINUTES, check=False)
        except (OSError, TimeoutExpired) as error:
            raise MissingError(f"cannot be installed: {error}") from None
        if ran.returncode:
            raise MissingError(f"cannot be installed: {(ran.stdout.strip() or 'no reason given').splitlines()[-1]}")


def pip(name: str, number: str, extras: str = "") -> Package:
    """A package of the Python registry, in a virtual environment with the project's own versions of pytest and requests."""
    wanted = f"{name}[{extras}]=={number}" if extras else f"{name}=={number}"
    beside = [f"{other}=={version(other)}" for other in ("pytest", "requests")]
    install = [str(Path("bin", "python")), "-m", "pip", "install", "--quiet", wanted, *beside]
    return Package(name, number, ([sys.executable, "-m", "venv", "."], install), sys.executable)


def npm(name: str, number: str) -> Package:
    """A package of the npm registry."""
    return Package(name, number, (["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", ".", f"{name}@{number}"],), "npm")
