"""Commands run in this process, with all that they print."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

from pipelines.cli import main


def abate(*words: str) -> tuple[int, str]:
    """Return the exit code of a command, and everything that it printed on either stream."""
    printed = io.StringIO()
    before, sys.argv = sys.argv, ["abate", *words]
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
        return code, printed.getvalue()
    finally:
        sys.argv = before
    return 0, printed.getvalue()
