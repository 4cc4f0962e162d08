"""The command `abate`."""

import os
import sys
from pathlib import Path

from pipelines.cli import (  # noqa: F401 (each adds its commands)
    building,
    checking,
    defining,
    importing,
    measuring,
    profiling,
    rates,
    releasing,
    restating,
    secure,
)
from pipelines.cli.shared import app
from pipelines.definitions import InputError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line: wrong input ends with one line per problem and exit code 1."""
    try:
        app()
    except InputError as error:
        for message in error.messages:
            print(f"abate: {message}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        place = f" ({Path(error.filename).name})" if error.filename else ""
        print(f"abate: {error.strerror or error}{place}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("ABATE_DEBUG"):
            raise
        print(
            f"abate: a fault of Abate itself ({type(error).__name__}); nothing was published;"
            " ABATE_DEBUG=1 shows where",
            file=sys.stderr,
        )
        sys.exit(1)
    except KeyboardInterrupt:
        print("abate: stopped; nothing was published", file=sys.stderr)
        sys.exit(1)
