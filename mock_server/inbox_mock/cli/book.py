"""``inbox-mock book``: book as a guest."""

from math import ceil

import click

from inbox_mock.channels import policies
from inbox_mock.cli import on_a_server, print_json, said_again
from inbox_mock.cli.completion import channels
from inbox_mock.client import JSON, SandboxClient


@click.command("book")
@click.option("--channel", default="airbnb", show_default=True, shell_complete=channels, help="Where the guest books.")
@click.option("--rental", type=int, help="The rental's id.  [default: the first]")
@click.option("--guest", metavar="NAME", help="The guest's full name.")
@click.option("--start", metavar="TIME", help="When the stay begins: a time or a date.  [default: in 30 days]")
@click.option("--end", metavar="TIME", help="When it ends.  [default: in 37 days]")
@click.option("--conversation-delay", metavar="10m|0s|never", help="When the conversation comes.  [default: as the channel does]")
@click.option(
    "--host/--no-host",
    default=None,
    envvar="INBOX_MOCK_HOST_PARTICIPANT",
    help="Whether the channel adds a host.  [default: as the channel does]",
)
@on_a_server(
    channel="--channel",
    rental_id="--rental",
    start_at="--start",
    end_at="--end",
    conversation_delay="--conversation-delay",
    **{"guest.fullname": "--guest"},
)
def command(
    *,
    sandbox: SandboxClient,
    as_json: bool,
    channel: str,
    rental: int | None,
    guest: str | None,
    start: str | None,
    end: str | None,
    conversation_delay: str | None,
    host: bool | None,
) -> None:
    """Book as a guest, on Airbnb unless --channel names another channel."""
    wanted = {
        "channel": channel,
        "rental_id": rental,
        "guest": None if guest is None else {"fullname": guest},
        "start_at": start,
        "end_at": end,
        "conversation_delay": conversation_delay,
        "host_participant": host,
    }
    answer = sandbox.admin("POST", "/bookings", {name: found for name, found in wanted.items() if found is not None})
    if as_json:
        print_json(answer)
        return
    booking = answer["booking"]
    click.echo(f"Booking {booking['id']}: rental {booking['links']['rental']}, {booking['start_at']} to {booking['end_at']}, {channel}.")
    click.echo(_next(booking, channel, conversation_delay))


def _next(booking: JSON, channel: str, delay: str | None) -> str:
    """Return a line about the booking's conversation, and the command that opens it."""
    opened = booking["links"]["conversations"]
    if opened:
        return f"Its conversation is {opened[0]}."
    policy = policies().get(channel)
    if policy is not None and policy.opens_after is None:
        return f"It gets no conversation by itself: {channel} opens none, and a client may."
    if delay == "never":
        return f"Its conversation never comes, unless you let {channel} open it: POST S/bookings/{booking['id']}/conversation."
    wait = delay or ("10m" if policy is None or policy.opens_after is None else f"{ceil(policy.opens_after[1] / 60)}m")
    return f"Its conversation is still to come. Let it: inbox-mock clock advance {wait}{said_again()}"
