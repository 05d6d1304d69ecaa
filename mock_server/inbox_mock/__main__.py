"""``inbox-mock``, and ``python -m inbox_mock``: the command line; signals end it in one way from before its first imports on."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from inbox_mock.console.stopping import STOP

        STOP.run(_run)
    except KeyboardInterrupt:  # before signals are handled
        sys.exit(130)


def _run() -> None:
    from inbox_mock.console.ending import without_traceback

    with without_traceback():
        from inbox_mock.cli import main as command

        command(prog_name="inbox-mock")


if __name__ == "__main__":
    main()
