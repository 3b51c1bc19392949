"""``python -m sketchdesign``, and what the console script starts."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C ends it in silence, even while it is still loading."""
    try:
        from sketchdesign.cli.main import main as run_command_line

        run_command_line()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
