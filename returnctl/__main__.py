"""`python -m returnctl`, and the installed command."""

import os
import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:  # before anything heavier is imported: scripts ask this often
        from returnctl import __version__

        try:
            os.write(1, f"returnctl {__version__}\n".encode())
        except OSError:
            pass  # a full disk, or nobody there: the long way says it, with the right exit code
        else:
            return
    from returnctl import rubbish

    rubbish.seldom()
    from returnctl.cli import cli

    try:
        cli(prog_name="returnctl")
    finally:
        rubbish.no_more()


if __name__ == "__main__":
    main()
