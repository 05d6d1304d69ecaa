"""``inbox-mock completion``: completion in shells, and the completion of scenarios and channels."""

from typing import TYPE_CHECKING

import click

from inbox_mock.channels import policies
from inbox_mock.cli import main

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_INBOX_MOCK_COMPLETE"
HOW = {
    "bash": 'eval "$(inbox-mock completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(inbox-mock completion zsh)"   in ~/.zshrc',
    "fish": "inbox-mock completion fish > ~/.config/fish/completions/inbox-mock.fish",
}


def scenarios(_ctx: click.Context, _option: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Complete a shipped scenario's name, or else a file's."""
    from click.shell_completion import CompletionItem

    from inbox_mock.scenarios import fixtures

    names = sorted(path.stem for path in (fixtures() / "scenarios").glob("*.yaml"))
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def channels(_ctx: click.Context, _option: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Complete a channel."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in policies() if name.startswith(incomplete)]


@click.command("completion", epilog="\b\n" + "\n".join(HOW.values()))
@click.argument("shell", type=click.Choice(SHELLS))
def command(*, shell: str) -> None:
    """Print what lets a SHELL complete commands, options, scenarios, channels and events."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click completes nothing in {shell}")
    click.echo(kind(main, {}, "inbox-mock", VARIABLE).source())
