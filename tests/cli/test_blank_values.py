"""A blank value, which is most often that of a variable that nobody set, is refused wherever it comes from."""

import click
import pytest

from cli.walked import COMMANDS, needed_by
from processes import run

BLANK = ["", " ", "\t\n", "\u3000"]
WITH_PARAMETERS = sorted(path for path, command in COMMANDS.items() if path and command.params)


def options(path: tuple[str, ...]) -> list[click.Option]:
    return [option for option in COMMANDS[path].params if isinstance(option, click.Option)]


def assert_refused(name: str, blank: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    result = run(*arguments, env=env)

    assert result.returncode == 2, arguments
    assert f"{name}" in result.stderr, arguments
    assert f"found {blank!r}; expected a value that is not blank" in result.stderr, arguments


def test_there_are_commands_with_options_at_every_depth() -> None:
    assert {len(path) for path in WITH_PARAMETERS} == {1, 2}
    assert ("check", "client") in WITH_PARAMETERS
    assert sum(map(len, map(options, WITH_PARAMETERS))) > 100


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=" ".join)
def test_on_the_command_line_no_option_takes_it(path: tuple[str, ...]) -> None:
    for option in options(path):
        for flag in [] if option.is_flag else option.opts:
            for blank in BLANK:
                assert_refused(flag, blank, *path, flag, blank)


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=" ".join)
def test_an_option_that_may_come_again_takes_it_nowhere(path: tuple[str, ...]) -> None:
    for option in options(path):
        if option.multiple:
            assert_refused(option.opts[-1], "", *path, option.opts[-1], "1", option.opts[-1], "")


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=" ".join)
def test_in_the_environment_no_option_takes_it(path: tuple[str, ...]) -> None:
    for option in options(path):
        assert isinstance(option.envvar, str)
        for blank in BLANK[:2]:
            assert_refused(option.envvar, blank, *path, *needed_by(COMMANDS[path]), env={option.envvar: blank})


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=" ".join)
def test_no_argument_is_blank(path: tuple[str, ...]) -> None:
    for argument in COMMANDS[path].params:
        if isinstance(argument, click.Argument) and (argument.nargs == 1 or isinstance(argument.type, click.Path)):
            assert_refused("Invalid value for", "", *path, "")


def test_what_the_command_line_says_makes_a_blank_variable_of_no_account() -> None:
    assert run("openapi", "--format", "json", env={"INBOX_MOCK_FORMAT": ""}).returncode == 0


def test_what_a_driver_is_given_may_be_blank() -> None:
    assert "not blank" not in run("check", "client", "--hazard", "none-such", "--", "true", "").stderr
