"""The files of a directory of sandboxes: each is written as a whole or not at all, and never changed except by SQLite.

FORMAT                     which format it all has, and the version of the program that wrote it
lock                       locked by the server that owns the directory; holds its process id
index.sqlite               what is known of all sandboxes
sandboxes/ID/N.sqlite      the database of a sandbox in its Nth generation; the highest N counts
sandboxes/ID/N.sqlite-ledger  what reads have left in its journal since it was written last
images/SHA256              starts and snapshots, by the hash of what they hold
unfinished/ID              a mark, as long as a sandbox is being added or removed
drafts/                    what is being written or deleted; emptied when a server begins to own the directory
"""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from inbox_mock import __version__
from inbox_mock.console.whole_files import draft
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.migrations import FORMAT

SAID = "Data of the Inbox Mock, format {format}, written by version {version}.\n"
_SAID = re.compile(re.escape(SAID).replace(r"\{format\}", r"(\d{1,9})").replace(r"\{version\}", r"(\S{1,99})"))
LEDGER = "-ledger"
"""With what the name of the file ends that holds what was gathered beside a database; the rest is the database's."""
_GENERATION = re.compile(r"([1-9]\d{0,17})\.sqlite")
FOREIGN = {"lock", "lost+found"}  # what may be in a directory before anything is
PROBE_BYTES = 1024 * 1024


@contextmanager
def naming_path(path: Path) -> Iterator[None]:
    """Raise `HomeUnavailable` with the path in place of an `OSError`."""
    try:
        yield
    except OSError as error:
        raise HomeUnavailable(f"{error.filename or path}: {error.strerror}") from None


def claim(path: Path) -> int:
    """Make a directory this process's own, and return what is to be closed to give it up; processes that inherit it own it too.

    Raises:
        HomeUnavailable: it cannot be; the text says why. Nothing was changed.
    """
    with naming_path(path):
        if not path.exists():
            path.mkdir(mode=0o700, parents=True)
        strangers = [found.name for found in path.iterdir() if found.name not in FOREIGN]
        if strangers and not (path / "FORMAT").exists():
            raise HomeUnavailable(f"{path} holds {min(strangers)!r} and no FORMAT: expected an empty directory, or one of the Inbox Mock")
        said = _format_of(path / "FORMAT") if strangers else ""
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            _lock(path, descriptor)
            for name in ("sandboxes", "images", "unfinished", "drafts"):
                _folder(path / name)
            for left in (path / "drafts").iterdir():
                _delete(left)
            if said != (saying := SAID.format(format=FORMAT, version=__version__)):
                draft(path / "drafts" / "FORMAT", saying.encode()).replace(path / "FORMAT")
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        raise HomeUnavailable(
            f"{path} is in use by process {owner}; one server at a time owns a directory: stop it, or use another one"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _format_of(file: Path) -> str:
    said = file.read_bytes()[:1000].decode(errors="replace")
    found = _SAID.fullmatch(said)
    if found is None:
        raise HomeUnavailable(f"{file} says {said[:80]!r}; expected {SAID.format(format=FORMAT, version=__version__)!r}")
    if int(found[1]) > FORMAT:
        raise HomeUnavailable(
            f"{file}: the data has format {found[1]}, written by version {found[2]}; this is {__version__}, which reads formats up to "
            f"{FORMAT}: use version {found[2]} or a newer one"
        )
    return said


def _folder(path: Path) -> None:
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise HomeUnavailable(f"{path} is no directory; expected one of the Inbox Mock's")


class Files:
    """The files below a directory. With ``durable``, what was written is there after a power cut."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path, self.durable = path, durable

    def write(self, path: Path, content: bytes) -> None:
        """Write a file under a new name, or in place of another one: whoever looks sees all of it or nothing."""
        with naming_path(path):
            made = draft(self.path / "drafts" / path.name, content)
            try:
                if self.durable:
                    _sync(made)
                made.replace(path)
            except BaseException:
                made.unlink(missing_ok=True)
                raise
            if self.durable:
                _sync(path.parent)

    def index(self) -> Path:
        """Return the file of the index, which holds the tokens of all sandboxes; it is made if there is none, for its owner alone.

        Raises:
            HomeUnavailable: it is missing while there are sandboxes, or no regular file.
        """
        path = self.path / "index.sqlite"
        with naming_path(path):
            found = os.lstat(path) if os.path.lexists(path) else None
            if found is not None and not stat.S_ISREG(found.st_mode):
                raise HomeUnavailable(f"{path} is no regular file; expected the index of the sandboxes")
            if found is None and self.holds_sandboxes():
                raise HomeUnavailable(f"{path} is missing: expected the index of the sandboxes that are beside it")
            if found is None:
                os.close(os.open(path, os.O_CREAT | os.O_NOFOLLOW, 0o600))
        return path

    def holds_sandboxes(self) -> bool:
        """Whether there is a folder of a sandbox."""
        return any((self.path / "sandboxes").iterdir())

    def folder(self, sandbox_id: str) -> Path:
        """Return where a sandbox's databases are."""
        return self.path / "sandboxes" / sandbox_id

    @contextmanager
    def unfinished(self, sandbox_id: str) -> Iterator[None]:
        """Mark a sandbox as one whose folder may be there although the index does not know it, until the block has ended well."""
        mark = self.path / "unfinished" / sandbox_id
        with suppress(OSError):  # a full disk keeps nobody from removing
            mark.touch(mode=0o600)
        yield
        with naming_path(mark):
            mark.unlink(missing_ok=True)

    def left_unfinished(self) -> list[str]:
        """Return the ids of sandboxes that were being added or removed when a process ended."""
        with naming_path(self.path / "unfinished"):
            return [mark.name for mark in (self.path / "unfinished").iterdir()]

    def make_folder(self, sandbox_id: str) -> None:
        """Make the folder of a new sandbox, without what may be left there of one that was never finished."""
        folder = self.folder(sandbox_id)
        with naming_path(folder):
            self.delete_folder(sandbox_id)
            folder.mkdir(mode=0o700)
            if self.durable:
                _sync(folder.parent)

    def delete_folder(self, sandbox_id: str) -> None:
        """Delete a sandbox's folder, if it exists."""
        folder = self.folder(sandbox_id)
        with naming_path(folder):
            if folder.exists() or folder.is_symlink():
                doomed = Path(mkdtemp(dir=self.path / "drafts"))
                folder.replace(doomed / sandbox_id)
                shutil.rmtree(doomed)

    def database(self, sandbox_id: str) -> tuple[int, Path]:
        """Return the generation of a sandbox and its database.

        Raises:
            HomeUnavailable: there is none, or what stands in its place is no file.
        """
        folder = self.folder(sandbox_id)
        with naming_path(folder):
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise HomeUnavailable(f"{folder} is no directory; expected one with a sandbox's database")
            found = [int(name[1]) for file in folder.iterdir() if (name := _GENERATION.fullmatch(file.name))]
            if not found:
                raise HomeUnavailable(f"{folder} holds no database; expected N.sqlite, where N is the sandbox's generation")
            path = folder / f"{max(found)}.sqlite"
            if not stat.S_ISREG(path.lstat().st_mode):
                raise HomeUnavailable(f"{path} is no regular file; expected a sandbox's database")
        return max(found), path

    def check_database(self, sandbox_id: str, generation: int) -> None:
        """Check that a sandbox's database, which is open, has its name: what is written into a file without one is lost.

        Raises:
            HomeUnavailable: somebody has deleted it.
        """
        path = self.folder(sandbox_id) / f"{generation}.sqlite"
        with naming_path(path):
            path.stat()

    def forget_earlier(self, sandbox_id: str, generation: int) -> None:
        """Delete the databases of earlier generations."""
        folder = self.folder(sandbox_id)
        with naming_path(folder):
            for file in folder.iterdir():
                found = _GENERATION.fullmatch(file.name.removesuffix("-wal").removesuffix(LEDGER))
                if found and int(found[1]) < generation:
                    file.unlink()

    def image(self, name: str) -> Path:
        """Return the file of a start or a snapshot."""
        return self.path / "images" / name

    def keep_image(self, content: bytes) -> str:
        """Keep a start or a snapshot, and return its name."""
        name = sha256(content).hexdigest()
        if not self.image(name).exists():
            self.write(self.image(name), content)
        return name

    def read_image(self, name: str) -> bytes:
        """Return a start or a snapshot.

        Raises:
            HomeUnavailable: it cannot be read, or is not as it was written.
        """
        path = self.image(name)
        with naming_path(path), os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read()
        if sha256(content).hexdigest() != name:
            raise HomeUnavailable(f"{path} is not as it was written: its SHA-256 is not its name any more")
        return content

    def delete_image(self, name: str) -> None:
        """Delete a start or a snapshot, if it exists."""
        with naming_path(self.image(name)):
            self.image(name).unlink(missing_ok=True)

    def check(self) -> None:
        """Check that the disk takes what a request may write.

        Raises:
            HomeUnavailable: it does not.
        """
        with naming_path(self.path):
            draft(self.path / "drafts" / "probe", bytes(PROBE_BYTES)).unlink()


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
