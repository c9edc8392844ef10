"""What every command line of the project shares: UTF-8 output and one-line errors."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from catalog.errors import QingyuanError

USER_ERROR = 2
"""Exit code for input the user can mend."""


def use_utf8() -> None:
    """Make output UTF-8 on every system, Windows pipes included."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def fail(message: str, *, code: int = USER_ERROR) -> None:
    """Print ``message`` on standard error and exit with ``code``."""
    sys.stderr.write(message.rstrip("\n") + "\n")
    sys.exit(code)


def run(command: Callable[[], object]) -> None:
    """Run a command line: UTF-8, and a user's mistake is one line and exit code 2."""
    use_utf8()
    try:
        command()
    except QingyuanError as error:
        fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


def say(text: str = "") -> None:
    """Print one line of output."""
    sys.stdout.write(text + "\n")
