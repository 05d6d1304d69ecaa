"""``inbox-mock write``: write into a conversation as the guest, staff or the host."""

import click

from inbox_mock.cli import on_a_server, print_json
from inbox_mock.cli.completion import channels
from inbox_mock.client import SandboxClient

WRITERS = ("guest", "staff", "host")
FOR_STAFF = "is for --as staff: what guests and hosts write on the channel is there already"


@click.command("write")
@click.argument("conversation_id", type=int)
@click.argument("content")
@click.option(
    "--as",
    "writer",
    type=click.Choice(WRITERS),
    default="guest",
    show_default=True,
    help="The guest, staff in the Smily app, or the host in the channel's own app.",
)
@click.option("--internal", is_flag=True, help="A note among hosts (staff only).")
@click.option(
    "--channel",
    metavar="NAME|none",
    envvar="INBOX_MOCK_WRITE_CHANNEL",
    shell_complete=channels,
    help="Where it goes (staff only).  [default: the conversation's default channel]",
)
@click.option("--attach", type=int, multiple=True, metavar="ID", help="An attachment's id; may be repeated.")
@on_a_server(content="CONTENT", channel="--channel", internal="--internal", attachments="--attach", **{"from": "--as"})
def command(
    *,
    sandbox: SandboxClient,
    as_json: bool,
    conversation_id: int,
    content: str,
    writer: str,
    internal: bool,
    channel: str | None,
    attach: tuple[int, ...],
) -> None:
    """Write CONTENT into a conversation; print whether it reaches the guest."""
    body: dict[str, object] = {"from": writer, "content": content, "attachments": list(attach)}
    if writer != "staff" and (internal or channel is not None):
        raise click.UsageError(f"{'--internal' if internal else '--channel'} {FOR_STAFF}.")
    if internal:
        body["internal"] = True
    if channel is not None:
        body["channel"] = None if channel == "none" else channel
    answer = sandbox.admin("POST", f"/conversations/{conversation_id}/messages", body)
    if as_json:
        print_json(answer)
        return
    message_id, why = answer["message"]["id"], "; ".join(answer["why"])
    if why:
        click.echo(f"Message {message_id}: {why}")
    elif writer == "staff":
        click.echo(f"Message {message_id}: relayed, the guest sees it some seconds later")
    else:
        click.echo(f"Message {message_id}: written by the {writer}")
