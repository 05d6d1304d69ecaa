"""Every mistake on the command line is told in one good sentence, with exit code 2, whatever the command."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.walked import COMMANDS, needed_by
from cli.wording import clumsy_in
from processes import Ran, run

PATHS = sorted(path for path in COMMANDS if path)
LONG = "x" * 5000


def wrong_values(option: click.Parameter, folder: Path) -> Iterator[str]:
    """Return values that a parameter cannot have, by its type."""
    kind = option.type
    if isinstance(kind, click.types.FloatParamType | click.types.IntParamType):
        yield from ("seven", "7seven", "nan", "1e999", "--", LONG)
    if isinstance(kind, click.IntRange | click.FloatRange):
        yield from (str(bound) for bound in (kind.min and kind.min - 1, kind.max and kind.max * 2) if bound)
    if isinstance(kind, click.Choice):
        yield from ("nonsense", kind.choices[0][:-1], kind.choices[0].upper() + "x", LONG)
    if isinstance(kind, click.Path):
        yield __file__ if isinstance(option, click.Option) and str(option.metavar).startswith("DIR") else str(folder)
    if kind.name in {"duration", "manual|real|60x", "ADDRESS"}:
        yield from ("soon", "-1", LONG)
    if kind.name == "FILE":
        yield from (str(folder), str(folder / "none"))


def mistakes(path: tuple[str, ...], folder: Path) -> Iterator[list[str]]:
    """Return arguments of a command, each with one mistake."""
    command = COMMANDS[path]
    needed = needed_by(command)
    yield ["--nonsense", *needed]
    yield [*needed, "--frmat", "json"]
    for option in command.params:
        if isinstance(option, click.Argument):
            if option.required:
                yield []
            yield from ([wrong] for wrong in wrong_values(option, folder))
        elif isinstance(option, click.Option) and not option.is_flag:
            yield [*needed, option.opts[-1]]
            yield from ([option.opts[-1], wrong, *needed] for wrong in wrong_values(option, folder))
    if isinstance(command, click.Group):
        yield ["nonsense"]
        yield [f"{next(iter(command.list_commands(click.Context(command))))}x"]
    elif not any(isinstance(one, click.Argument) and one.nargs == -1 for one in command.params):
        yield [*needed, "further", "arguments"]


def told(ran: Ran, status: int = 2) -> str:
    """Return the sentence of an error, without how to use the command."""
    assert ran.returncode == status, ran
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    *usage, last = ran.stderr.rstrip("\n").split("\n")
    assert all(line == "" or line.startswith(("Usage: ", "Try '", "  ")) for line in usage), ran.stderr
    return last


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_a_mistake_is_told_in_one_sentence(path: tuple[str, ...], tmp_path: Path) -> None:
    for arguments in mistakes(path, tmp_path):
        ran = run(*path, *arguments)
        sentence = told(ran, 127 if path == ("run",) and "cannot start" in ran.stderr else 2)

        assert sentence.startswith(("Error: ", "inbox-mock: ")), arguments
        assert clumsy_in(sentence) == {}, (arguments, sentence)
        assert len(sentence) < 600, arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no\x9b31mne"],
        ["no\x9b31mne"],
        ["report", "--no\x9b31mne"],
        ["report", "ex\x9b31mtra"],
        ["sandboxes", "no\x9b31mne"],
        ["sandboxes", "show", "ex\x9b31mtra"],
        ["completion", "no\x9b31mne"],
        ["report", "--format", "no\x9b31mne"],
        ["report", "--allow\x9b=x"],
        ["admin", "get_clock", "\x9b31m"],
    ],
    ids=repr,
)
def test_what_was_typed_is_shown_without_its_control_characters(arguments: list[str]) -> None:
    ran = run(*arguments)

    assert ran.returncode == 2
    assert all(character.isprintable() or character == "\n" for character in ran.stderr), ran.stderr


def takes_texts(parameter: click.Parameter) -> bool:
    """Whether what a parameter takes is sent or compared, and no name of a file or argument of another program."""
    return not isinstance(parameter.type, click.Path | click.types.UnprocessedParamType) and parameter.type.name != "FILE"


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_bytes_that_are_no_utf_8_are_refused_where_a_text_is_expected(path: tuple[str, ...]) -> None:
    for parameter in COMMANDS[path].params:
        if not takes_texts(parameter) or getattr(parameter, "is_flag", False):
            continue
        flag = [parameter.opts[-1]] if isinstance(parameter, click.Option) else needed_by(COMMANDS[path])[: parameter.nargs == -1]
        ran = run(*path, *flag, "secret\udcff")

        assert "found bytes that are no UTF-8; expected a text" in told(ran)
        assert "secret" not in told(ran)


def test_the_name_of_a_file_that_is_written_may_hold_any_bytes(tmp_path: Path) -> None:
    assert "nowhere: found no scenario" in told(run("serve", "--scenario", "nowhere", "--port-file", str(tmp_path / "a\udcff")))


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if isinstance(command, click.Group)], ids=" ".join)
def test_the_list_of_commands_breaks_off_no_sentence(path: tuple[str, ...]) -> None:
    listed = run(*path, "--help").stdout.partition("Commands:")[2]

    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("name", ["show", "reset", "delete", "fork"])
def test_a_sandbox_that_is_named_by_an_argument_is_told_where_it_belongs(name: str) -> None:
    assert told(run("sandboxes", name, "abc")) == "Error: found the argument 'abc'; expected a sandbox as --sandbox ID"


@pytest.mark.parametrize("name", ["create", "prune"])
def test_where_no_sandbox_is_needed_none_is_asked_for(name: str) -> None:
    assert "--sandbox" not in told(run("sandboxes", name, "abc"))
    assert "--sandbox" not in run("sandboxes", name, "--help").stdout
