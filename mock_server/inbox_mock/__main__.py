"""``inbox-mock``, and ``python -m inbox_mock``: the command line, with its first imports guarded too."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from inbox_mock.guard import guarded

        with guarded():
            from inbox_mock.cli import main as command

            command(prog_name="inbox-mock")
    except KeyboardInterrupt:  # before the guard is there
        sys.exit(130)


if __name__ == "__main__":
    main()
