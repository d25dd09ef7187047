"""`python -m returnctl`, and the installed command."""

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:  # before anything heavier is imported: scripts ask this often
        from returnctl import __version__

        sys.stdout.write(f"returnctl {__version__}\n")
        return
    from returnctl.cli import cli

    cli(prog_name="returnctl")


if __name__ == "__main__":
    main()
