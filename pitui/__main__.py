"""Run pitui as `python -m pitui`."""

from pitui.cli.main import main

if __name__ == "__main__":
    main()
