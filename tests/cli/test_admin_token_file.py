"""``--admin-token-file``: the admin token, kept out of the list of processes."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest

import processes
from cli.walked import COMMANDS
from inbox_mock.app import Options
from inbox_mock.domain import limits
from inbox_mock.domain.admin_tokens import AdminToken
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import serving
from processes import run


@pytest.fixture(scope="module")
def guarded() -> object:
    with serving(Options(scenario=find("empty"), admin_tokens=(AdminToken("open sesame"),))) as server:
        yield server.url


def a_token(folder: Path, content: bytes = b"open sesame\n", mode: int = 0o600) -> str:
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


def test_every_command_that_takes_the_token_takes_it_from_a_file_too() -> None:
    taking = {path: {flag for option in command.params for flag in option.opts} for path, command in COMMANDS.items()}
    taking = {path: flags for path, flags in taking.items() if "--admin-token" in flags}

    assert {("serve",), ("check", "server"), ("clock", "advance"), ("admin",)} <= set(taking)
    assert all("--admin-token-file" in flags for flags in taking.values())
    for path in taking:
        help_text = next(
            option.help for option in COMMANDS[path].params if isinstance(option, click.Option) and option.name == "admin_token"
        )
        assert "list of processes" in str(help_text)


@pytest.mark.parametrize("content", [b"open sesame\n", b"open sesame", b"open sesame\r\n"])
def test_it_opens_the_admin_api(guarded: str, tmp_path: Path, content: bytes) -> None:
    result = run("clock", "--url", guarded, "--admin-token-file", a_token(tmp_path, content))

    assert (result.returncode, result.stderr) == (0, "")


def test_it_may_come_from_the_environment_before_a_subcommand_and_wins_over_a_token_there(guarded: str, tmp_path: Path) -> None:
    token = a_token(tmp_path)

    assert run("clock", "--url", guarded, env={"INBOX_MOCK_ADMIN_TOKEN_FILE": token}).returncode == 0
    assert run("clock", "--url", guarded, env={"INBOX_MOCK_ADMIN_TOKEN": "open sesame"}).returncode == 0
    assert run("clock", "--url", guarded, "--admin-token-file", token, "advance", "1h").returncode == 0
    assert run("clock", "--url", guarded, "--admin-token-file", token, env={"INBOX_MOCK_ADMIN_TOKEN": "wrong"}).returncode == 0
    assert run("clock", "--url", guarded, "--admin-token", "open sesame", env={"INBOX_MOCK_ADMIN_TOKEN_FILE": token}).returncode == 0
    assert run("clock", "--url", guarded).returncode == 2


def test_given_twice_it_is_refused(tmp_path: Path) -> None:
    result = run("clock", "--admin-token", "open sesame", "--admin-token-file", a_token(tmp_path))

    assert result.returncode == 2
    assert "found --admin-token and --admin-token-file; expected one of them" in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"one\ntwo\n", b"\xff\n", b"x" * 5000, b"\x1b[2J\n", b" open\n", b"open \n", "clé".encode()]
)
def test_a_file_that_holds_no_token_is_refused(tmp_path: Path, content: bytes) -> None:
    result = run("clock", "--admin-token-file", a_token(tmp_path, content))

    assert result.returncode == 2
    assert "does not hold a token: " in result.stderr


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path, Path(os.devnull)):
        result = run("serve", "--admin-token-file", str(path))
        assert result.returncode == 2
        assert "is no regular file; expected one that holds the token" in result.stderr


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter; pytest's own are closed to them."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.mark.parametrize(("mode", "above"), [(0o640, 0o700), (0o604, 0o710), (0o604, 0o700)])
def test_a_file_in_a_folder_that_others_may_not_enter_is_not_warned_of(guarded: str, open_folder: Path, mode: int, above: int) -> None:
    (open_folder / "closed").mkdir(above)

    assert run("clock", "--url", guarded, "--admin-token-file", a_token(open_folder / "closed", mode=mode)).stderr == ""


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_file_that_others_may_read_is_warned_of(guarded: str, open_folder: Path, mode: int) -> None:
    result = run("clock", "--url", guarded, "--admin-token-file", token := a_token(open_folder, mode=mode))

    assert result.returncode == 0
    assert result.stderr == f"inbox-mock: warning: other users of this machine may read the token in {token}: chmod 600 keeps it to you\n"


def test_it_is_warned_of_once_also_if_a_command_and_its_group_read_it(guarded: str, open_folder: Path) -> None:
    env = {"INBOX_MOCK_ADMIN_TOKEN_FILE": a_token(open_folder, mode=0o640), "INBOX_MOCK_URL": guarded}

    assert run("sandboxes", "show", env=env).stderr.count("warning") == 1


def test_a_file_of_another_user_is_theirs_to_close(guarded: str, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As secrets are that a container or a service is given: it could not read one that was closed to it."""
    token = a_token(open_folder, mode=0o440)
    monkeypatch.setattr(os, "getuid", lambda: Path(token).stat().st_uid + 1)

    assert run("clock", "--url", guarded, "--admin-token-file", token).stderr == ""


@pytest.mark.parametrize("token", ["clé", "open ", "a\nb"])
def test_a_token_that_no_request_can_present_is_refused_and_not_repeated(token: str) -> None:
    for command in ("serve", "clock"):
        result = run(command, "--admin-token", token)

        assert result.returncode == 2
        assert "found what no header can hold; expected printable characters of ASCII" in result.stderr
        assert token not in result.stderr


SEVERAL = b"read ci a-token-that-only-reads\nown alice the-token-of-alice-herself\n"


def test_a_server_takes_several_and_says_to_each_what_its_role_may(tmp_path: Path) -> None:
    with processes.serving(tmp_path, "--admin-token-file", a_token(tmp_path, SEVERAL)) as url:
        of_alice = a_token(tmp_path, SEVERAL.splitlines()[1])
        created = run("sandboxes", "create", "--url", url, "--admin-token-file", of_alice)
        refused = run("sandboxes", "create", "--url", url, "--admin-token", "a-token-that-only-reads")

    assert (created.returncode, created.stderr) == (0, "")
    assert refused.returncode == 2
    assert "found the role read, of the token 'ci'; expected own or all" in refused.stderr


def test_a_file_of_a_server_is_no_token_of_a_user(guarded: str, tmp_path: Path) -> None:
    result = run("clock", "--url", guarded, "--admin-token-file", a_token(tmp_path, SEVERAL))

    assert result.returncode == 2
    assert "holds 2 tokens, as a server takes them; expected your own alone" in result.stderr


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (b"", "line 2: found a blank line"),
        (b"sekrit-of-somebody-else", "line 2: found no role at its beginning"),
        (b"admin bob sekrit-of-somebody-else", "line 2: found no role at its beginning"),
        (b"own sekrit-of-somebody-else", "line 2: found a token of 0 characters"),
        (b"own bob sekrit", "line 2: found a token of 6 characters"),
        (b"own bob sekrit-of-somebody-else ", "line 2: found a token that no header can hold"),
        (b"own b/b sekrit-of-somebody-else", "line 2: found no name after its role"),
        (b"own ci sekrit-of-somebody-else", "line 2: found the name of line 1"),
        (b"own bob a-token-that-only-reads", "line 2: found the token of line 1"),
    ],
)
def test_a_line_that_is_none_is_named_and_no_token_is_told(tmp_path: Path, second: bytes, said: str) -> None:
    result = run("serve", "--admin-token-file", a_token(tmp_path, b"read ci a-token-that-only-reads\n" + second + b"\n"))

    assert result.returncode == 2
    assert f"does not hold tokens: {said}; expected" in result.stderr.replace("\n", " ")
    assert "sekrit-of" not in result.stderr
    assert "a-token" not in result.stderr


@pytest.mark.parametrize("role", ["al", "All", "admin"])
def test_a_line_alone_whose_role_is_none_is_no_token_of_three_words(tmp_path: Path, role: str) -> None:
    for command in ("serve", "clock"):
        result = run(command, "--admin-token-file", a_token(tmp_path, f"{role} chief sekrit-of-somebody-else\n".encode()))

        assert result.returncode == 2
        assert "line 1: found no role at its beginning; expected ROLE NAME TOKEN" in result.stderr.replace("\n", " ")
        assert "sekrit-of" not in result.stderr


def test_more_lines_than_a_server_takes_are_refused(tmp_path: Path) -> None:
    lines = b"".join(b"read user-%d token-of-user-number-%d\n" % (number, number) for number in range(limits.ADMIN_TOKENS + 1))

    assert "found 101 lines; expected at most 100 lines" in run("serve", "--admin-token-file", a_token(tmp_path, lines)).stderr
