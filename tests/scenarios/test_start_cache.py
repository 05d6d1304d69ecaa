"""What a start keeps for the next one, and what is never taken from there."""

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest

from inbox_mock.app import Fake, Options, create_app
from inbox_mock.scenarios import build, fixtures, loading
from inbox_mock.scenarios import start_cache as keeping
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find
from inbox_mock.scenarios.start_cache import StartCache, open_cache
from lowered import lower
from processes import serving

SHIPPED = sorted(path.stem for path in (fixtures() / "scenarios").glob("*.yaml"))
STANDING, RUNNING = Overrides(mode="manual"), Overrides(mode="real")
AN_HOUR = 3600


@pytest.fixture
def earlier(tmp_path: Path) -> StartCache:
    return StartCache(tmp_path / "cache", "this code")


def start(earlier: StartCache | None, overrides: Overrides = STANDING, seed: int | None = 0, name: str = "picture-and-pdf") -> Fake:
    loading._read.cache_clear()  # noqa: SLF001 - another process has read nothing
    return create_app(Options(scenario=find(name, earlier), overrides=overrides, seed=seed, cache=earlier), wall=lambda: 1_800_000_000.0)


def image(fake: Fake) -> bytes:
    return fake.sandboxes.get("default").image()[0]


def tokens(fake: Fake) -> list[str]:
    with fake.sandboxes.get("default").work() as work:
        return [str(row["secret"]) for row in work.db.every("SELECT secret FROM tokens")]


def nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*_given: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(build, "build_image", made)
    monkeypatch.setattr(loading, "from_text", made)


def files(earlier: StartCache) -> list[Path]:
    return sorted(earlier.folder.iterdir()) if earlier.folder.is_dir() else []


def test_the_next_start_makes_nothing_and_begins_with_the_same_bytes(earlier: StartCache, monkeypatch: pytest.MonkeyPatch) -> None:
    first = image(start(earlier))
    nothing_is_made(monkeypatch)

    assert image(start(earlier)) == first


def test_a_start_that_keeps_nothing_begins_with_the_same_bytes(earlier: StartCache) -> None:
    assert image(start(earlier)) == image(start(earlier)) == image(start(None))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_that_was_kept_is_the_one_that_was_read(name: str, earlier: StartCache, monkeypatch: pytest.MonkeyPatch) -> None:
    read, again = find(name), find(name, earlier)
    nothing_is_made(monkeypatch)
    loading._read.cache_clear()  # noqa: SLF001
    known = find(name, earlier)

    for one in (again, known):
        assert (one.name, one.data, one.folder, one.mistake) == (read.name, read.data, read.folder, read.mistake)
        assert list(one.data) == list(read.data)
        assert one.text == read.text


def test_credentials_are_drawn_anew_at_each_start_unless_they_follow_from_a_seed(earlier: StartCache) -> None:
    def drawn(seed: int | None) -> tuple[str, ...]:
        return tuple(tokens(start(earlier, seed=seed)))

    assert drawn(0) == drawn(0)
    assert set(drawn(None)).isdisjoint(drawn(None))
    assert set(drawn(None)).isdisjoint(drawn(0))


@pytest.mark.parametrize(
    "other", [replace(STANDING, seed=8), replace(STANDING, strict=True), replace(STANDING, rate_limit=5), Overrides(mode="manual", rate=2)]
)
def test_other_overrides_are_another_image(other: Overrides, earlier: StartCache) -> None:
    start(earlier)

    assert image(start(earlier, other)) == image(start(None, other))


def test_other_code_takes_nothing_of_it(earlier: StartCache, monkeypatch: pytest.MonkeyPatch) -> None:
    start(earlier)
    nothing_is_made(monkeypatch)

    with pytest.raises(AssertionError):
        start(replace(earlier, code="other code"))


def test_of_a_running_clock_the_scenario_is_kept_and_no_image(earlier: StartCache) -> None:
    start(earlier, RUNNING)

    assert len(files(earlier)) == 1


def test_a_scenario_of_the_user_is_kept_and_no_image_since_other_files_may_be_part_of_it(earlier: StartCache, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("description: of the user's own\n")

    start(earlier, name=str(own))
    assert len(files(earlier)) == 1

    own.write_text("description: of the user's own, changed\n")
    assert find(str(own), earlier).data["description"] == "of the user's own, changed"


def test_an_error_in_a_scenario_that_was_kept_has_its_line(earlier: StartCache, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("accounts: [{id: 1}]\nwebhooks:\n  - url: http://192.0.2.1/\n")

    told = set()
    for _ in range(2):
        with pytest.raises(ScenarioError) as refused:
            start(earlier, name=str(own))
        told.add(str(refused.value))

    assert len(told) == 1
    assert told.pop().startswith(f"{own}:3: ")


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_nothing(path: Path) -> None:
    path.write_bytes(sha256().digest())


def foreign(path: Path) -> None:
    content = b"another program's"
    path.write_bytes(sha256(content).digest() + content)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


def of_everybody(path: Path) -> None:
    damage_unnoticed(path)
    path.chmod(0o666)


def of_another_user(path: Path) -> None:
    damage_unnoticed(path)
    try:
        os.chown(path, os.geteuid() + 1, -1)
    except PermissionError:
        pytest.skip("only root gives files away")


def damage_unnoticed(path: Path) -> None:
    """What only the check of the owner can find."""
    content = path.read_bytes()[32:].replace(b"Villas", b"Yurts.")
    path.write_bytes(sha256(content).digest() + content)


@pytest.mark.parametrize(
    "harm",
    [damaged, truncated, emptied, of_nothing, foreign, a_pipe, a_folder, a_link, of_everybody, of_another_user],
    ids=lambda harm: str(harm.__name__),
)
def test_what_is_wrong_with_a_file_makes_the_start_do_without_it(harm: Callable[[Path], None], earlier: StartCache) -> None:
    first = image(start(earlier))
    for path in files(earlier):
        harm(path)

    assert image(start(earlier)) == first


def test_a_folder_that_cannot_be_made_or_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    for folder in (tmp_path / "file" / "cache", tmp_path / "file", Path("/proc/cache"), Path("/dev/null")):
        assert image(start(StartCache(folder, "this code"))) == image(start(None))


def test_files_are_the_users_alone_whatever_their_mask(earlier: StartCache) -> None:
    before = os.umask(0)
    try:
        start(earlier)
    finally:
        os.umask(before)

    assert earlier.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files(earlier)} == {0o600}


def test_the_oldest_makes_room_and_what_is_too_large_is_not_kept(earlier: StartCache, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "KEPT", 1_000)
    for number in range(3):
        earlier.put(bytes(400), f"{number}")
        for path in files(earlier):
            os.utime(path, (path.stat().st_mtime - 1,) * 2)
    earlier.put(bytes(1_000), "too large")
    (earlier.folder / "of the user").write_bytes(bytes(2_000))
    earlier.put(bytes(400), "3")

    assert [number for number in range(4) if earlier.get(f"{number}") == bytes(400)] == [2, 3]
    assert earlier.get("too large") is None
    assert (earlier.folder / "of the user").exists()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package, imported an hour after its last change."""
    copied = copytree(keeping.PACKAGE / "channels", tmp_path / "package")
    monkeypatch.setattr(keeping, "PACKAGE", copied)
    monkeypatch.setattr(keeping, "IMPORTED_AT", copied.stat().st_ctime + AN_HOUR)
    return copied


def code(folder: Path) -> str:
    found = open_cache(folder)
    assert found is not None
    return found.code


def test_code_is_the_same_as_long_as_none_of_its_files_changes(package: Path, tmp_path: Path) -> None:
    before = code(tmp_path)
    changed = package / "airbnb.py"
    written, times = changed.read_text(), changed.stat()

    changed.write_text(written.replace("airbnb", "AIRBNB"))
    os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert before != code(tmp_path)
    assert code(tmp_path) == code(tmp_path)


def test_a_file_that_is_added_makes_other_code(package: Path, tmp_path: Path) -> None:
    before = code(tmp_path)
    (package / "vrbo.py").write_text("")

    assert before != code(tmp_path)


def test_what_is_compiled_of_it_does_not_matter(package: Path, tmp_path: Path) -> None:
    before = code(tmp_path)
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "airbnb.pyc").write_bytes(b"")

    assert before == code(tmp_path)


def test_nothing_is_kept_if_the_code_may_have_changed_since_it_was_imported(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "IMPORTED_AT", package.stat().st_ctime - 1)

    assert open_cache(tmp_path) is None


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/inbox-mock"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/sam/.cache/inbox-mock"),
        ("linux", {}, "/home/sam/.cache/inbox-mock"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "/home/sam/Library/Caches/inbox-mock"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/inbox-mock"),
        ("win32", {}, "/home/sam/AppData/Local/inbox-mock"),
    ],
)
def test_the_folder_is_where_the_system_keeps_what_can_be_made_again(
    platform: str, environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch, package: Path
) -> None:
    del package
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/sam", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)

    found = open_cache()

    assert found is not None
    assert found.folder == Path(expected)


def test_serve_keeps_what_it_makes_where_it_is_told_to(tmp_path: Path) -> None:
    with serving(tmp_path, "--clock", "manual", "--cache", str(tmp_path / "cache")):
        assert len(list((tmp_path / "cache").iterdir())) == 2


def test_serve_keeps_nothing_where_that_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    with serving(tmp_path, "--clock", "manual", "--cache", "off"):
        assert not (tmp_path / "caches").exists()
        assert not Path("off").exists()
