"""The program `pitui`, also as `python -m pitui`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C counts from here on, while it is imported too."""
    try:
        from pitui.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("pitui: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
