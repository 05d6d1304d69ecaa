"""What only a directory does: workers share it, a power cut loses nothing if it is durable, and nothing is opened or kept in vain."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from homes import LABEL, Homes, InDirectory, an_image, leave, plan, read, written_in
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store import images
from inbox_mock.store.homes import Share, Start
from inbox_mock.store.homes.directory import Directory
from inbox_mock.store.homes.directory.files import Files, claim
from inbox_mock.store.homes.directory.index import Index

EVEN, ODD = "00000000000a", "00000000000b"


# Workers.


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[tuple[Homes, Homes]]:
    """Two workers of a server that owns a directory."""
    descriptor = claim(tmp_path / "data")
    found = Homes(InDirectory(tmp_path / "data", share=Share(0, 2))), Homes(InDirectory(tmp_path / "data", share=Share(1, 2)))
    yield found
    for homes in found:
        homes.home.close()
    os.close(descriptor)


def test_each_sandbox_belongs_to_one_worker_and_all_of_them_list_it(workers: tuple[Homes, Homes]) -> None:
    first, second = workers
    first.add(EVEN, "even")
    second.add(ODD, "odd")

    assert [homes.home.owns(EVEN) for homes in workers] == [True, False]
    assert [homes.home.owns(ODD) for homes in workers] == [False, True]
    assert first.ids() == second.ids() == [EVEN, ODD]
    assert first.home.totals() == second.home.totals()
    assert (read(first.found(EVEN)), read(second.found(ODD))) == (["even"], ["odd"])


def test_a_worker_looks_after_what_is_due_or_has_expired_of_its_own(workers: tuple[Homes, Homes]) -> None:
    first, second = workers
    first.add(EVEN, due=10)
    second.add(ODD, due=20)
    for homes, sandbox_id in ((first, EVEN), (second, ODD)):
        homes.found(sandbox_id).relabel(replace(LABEL, ttl=1.0))

    assert [list(homes.home.due(30)) for homes in workers] == [[EVEN], [ODD]]
    assert [homes.home.soonest(0) for homes in workers] == [10, 20]
    assert [list(homes.home.expired(30)) for homes in workers] == [[EVEN], [ODD]]


def test_a_worker_sees_what_another_one_has_made_of_a_sandbox(workers: tuple[Homes, Homes]) -> None:
    first, second = workers
    with first.add(EVEN).transaction() as transaction:
        leave(transaction, description="described")

    assert second.found(EVEN).facts.description == {"text": "described"}
    first.home.remove(EVEN)
    assert second.home.find(EVEN) is None


def test_two_processes_never_write_in_one_sandbox(workers: tuple[Homes, Homes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "PATIENCE_SECONDS", 0.01)
    first, second = workers
    storage = first.add(EVEN)
    written_in(storage, "owner")

    with pytest.raises(HomeUnavailable, match="locked"):
        written_in(second.found(EVEN), "stranger")

    assert read(storage) == ["owner"]


def test_a_directory_is_owned_as_long_as_somebody_has_inherited_it(tmp_path: Path) -> None:
    inherited = os.dup(descriptor := claim(tmp_path / "data"))

    os.close(descriptor)
    with pytest.raises(HomeUnavailable, match="in use"):
        Directory(tmp_path / "data")
    os.close(inherited)

    Directory(tmp_path / "data").close()


# Power cuts.


def synced(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files and folders that are brought to the disk while a sandbox is added, replaced and photographed."""
    told: list[str] = []
    fsync = os.fsync

    def tell(descriptor: int) -> None:
        told.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", tell)
    storage = homes.add(EVEN, start=Start(image=an_image("start")))
    with storage.replacement(an_image("image")) as transaction:
        leave(transaction)
    storage.keep_snapshot("a", "now", an_image("a"))
    return told


def test_in_a_durable_directory_each_file_is_on_the_disk_before_it_has_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = Homes(InDirectory(tmp_path / "data", durable=True))

    told = synced(homes, monkeypatch)

    folders = [name for name in told if not name.startswith(".")]
    assert folders == ["sandboxes", EVEN, "images", EVEN, "images"]
    assert [name.startswith(".") for name in told] == [False, True, False, True, False, True, False, True, False]
    homes.home.close()


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_each_commit_reaches_the_disk_in_a_durable_directory_alone(tmp_path: Path, durable: bool, synchronous: int) -> None:
    homes = Homes(InDirectory(tmp_path / "data", durable=durable))
    with homes.add(EVEN).transaction() as transaction:
        assert transaction.db.value("PRAGMA synchronous") == synchronous
        assert transaction.db.value("PRAGMA journal_mode") == "wal"

    homes.home.close()


# What is kept.


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(EVEN).keep_snapshot("a", "now", an_image("a"))
    homes.home.close()

    assert all(stat.S_IMODE(found.stat().st_mode) == 0o700 for found in (tmp_path / "data").iterdir() if found.is_dir())
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_the_tokens_in_the_index_are_for_its_owner_alone_in_a_directory_that_others_may_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(EVEN)

    assert {found.name: stat.S_IMODE(found.stat().st_mode) for found in (tmp_path / "data").glob("index.*")} == {
        f"index.sqlite{suffix}": 0o600 for suffix in ("", "-shm", "-wal")
    }

    homes.home.close()


def files_of(data: Path) -> set[str]:
    return {str(found.relative_to(data)) for found in data.rglob("*") if found.is_file()}


def test_nothing_is_left_of_what_was_removed_replaced_or_forgotten(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    before = files_of(tmp_path / "data")
    storage = homes.add(EVEN, start=Start(image=an_image("start")))
    for text in ("one", "two"):
        with storage.replacement(an_image(text)) as transaction:
            leave(transaction)
        storage.keep_snapshot("a", "now", an_image(text))
    storage.sleep()

    found = files_of(tmp_path / "data") - before
    assert len([name for name in found if name.startswith("sandboxes/")]) == 1
    assert len([name for name in found if name.startswith("images/")]) == 2
    homes.home.remove(EVEN)
    assert files_of(tmp_path / "data") == before
    homes.home.close()


@pytest.mark.parametrize("cut_off", ["adding", "removing"])
def test_what_is_left_of_a_sandbox_whose_adding_or_removal_was_cut_off_is_deleted_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_off: str
) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(ODD, "kept")
    before = files_of(tmp_path / "data")
    if cut_off == "removing":
        homes.add(EVEN)
        monkeypatch.setattr(Files, "delete_folder", cut)
    else:
        monkeypatch.setattr(Index, "add", cut)

    with pytest.raises(KeyboardInterrupt):
        homes.add(EVEN) if cut_off == "adding" else homes.home.remove(EVEN)
    left = files_of(tmp_path / "data") - before
    monkeypatch.undo()
    homes.reopen()

    assert f"sandboxes/{EVEN}/1.sqlite" in left
    assert {name for name in files_of(tmp_path / "data") if name.startswith(("sandboxes/", "unfinished/"))} <= before
    assert read(homes.found(ODD)) == ["kept"]
    homes.home.close()


def test_a_sandbox_whose_adding_was_finished_but_for_its_mark_is_kept(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(EVEN, "kept")
    (tmp_path / "data" / "unfinished" / EVEN).touch()
    homes.reopen()

    assert read(homes.found(EVEN)) == ["kept"]
    assert not list((tmp_path / "data" / "unfinished").iterdir())
    homes.home.close()


def test_a_directory_that_a_kill_left_with_an_index_in_which_nothing_was_created_is_used(tmp_path: Path) -> None:
    Directory(tmp_path / "data").close()
    (tmp_path / "data" / "index.sqlite").unlink()
    with closing(sqlite3.connect(tmp_path / "data" / "index.sqlite")) as index:
        index.execute("PRAGMA journal_mode = WAL")

    homes = Homes(InDirectory(tmp_path / "data"))
    homes.add(EVEN, "even")

    assert homes.ids() == [EVEN]
    homes.home.close()


def cut(*_given: object) -> None:
    raise KeyboardInterrupt


def test_a_sandbox_whose_files_somebody_deletes_under_a_running_server_refuses_what_is_written(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    storage = homes.add(EVEN, "kept")
    written_in(storage, "more")
    (tmp_path / "data").rename(tmp_path / "elsewhere")

    with pytest.raises(HomeUnavailable, match=r"1\.sqlite: No such file"):
        written_in(storage, "in vain")
    (tmp_path / "elsewhere").rename(tmp_path / "data")

    assert read(storage) == ["kept", "more"]
    homes.home.close()


def test_a_sandbox_that_nobody_refers_to_is_closed(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    storage = homes.add(EVEN)
    written_in(storage, "text")
    before, entry = open_files(tmp_path), storage.facts
    assert before

    del storage

    assert not open_files(tmp_path)
    assert homes.found(EVEN).facts == entry
    homes.home.close()


def open_files(folder: Path) -> list[str]:
    """The databases of sandboxes that this process has open."""
    found = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [name for name in found if name.startswith(str(folder)) and "/sandboxes/" in name]


def test_the_index_is_not_written_as_long_as_lists_would_show_the_same(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    storage = homes.add(EVEN)
    with storage.transaction() as transaction:
        plan(transaction, 50)
    known = storage.facts
    index = tmp_path / "data" / "index.sqlite-wal"
    before = index.read_bytes()

    for text in ("one", "two"):
        with storage.transaction() as transaction:
            written = transaction.facts
            transaction.db.execute("INSERT INTO timeline (due_at, kind, about, happened) VALUES ('2030', ?, '', 1)", (text,))
            assert written == known

    assert index.read_bytes() == before
    homes.home.close()


def test_what_is_due_earlier_is_in_the_index_before_it_is_certain(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    storage = homes.add(EVEN, due=50)
    told = []
    with storage.transaction() as transaction:
        plan(transaction, 20)
        transaction.db.set_trace_callback(lambda sql: told.append((sql, list(homes.home.due(20)))) if sql == "COMMIT" else None)

    assert told == [("COMMIT", [EVEN])]
    homes.home.close()


def test_a_database_can_be_opened_by_any_program_that_reads_sqlite_once_it_is_closed(tmp_path: Path) -> None:
    homes = Homes(InDirectory(tmp_path / "data"))
    written_in(homes.add(EVEN), "text")
    homes.home.close()

    with closing(images.open_file(tmp_path / "data" / "sandboxes" / EVEN / "1.sqlite", durable=False)) as db:
        assert db.value("SELECT count(*) FROM timeline") == 1
