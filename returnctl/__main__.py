"""`python -m returnctl`, and the installed command."""

import gc
import os
import sys

#: Objects made before the next look for rubbish: nearly all that a command makes stays until its end.
FEW_LOOKS = 50_000


def main() -> None:
    if sys.argv[1:] == ["--version"]:  # before anything heavier is imported: scripts ask this often
        from returnctl import __version__

        try:
            os.write(1, f"returnctl {__version__}\n".encode())
        except OSError:
            pass  # a full disk, or nobody there: the long way says it, with the right exit code
        else:
            return
    # Imports make tens of thousands of objects that all stay: looking for rubbish among them is most of their wait.
    gc.set_threshold(FEW_LOOKS)
    from returnctl.cli import cli

    try:
        cli(prog_name="returnctl")
    finally:
        gc.freeze()  # nor is there anything to find in them as the interpreter ends, which would take as long again


if __name__ == "__main__":
    main()
