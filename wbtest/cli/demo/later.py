"""Start the background worker once the story is told.

The worker lives by the machine's clock. While the story lives in the past, it would end tests whose
last day is still to come there. Run as a file, so that nothing is loaded while it only waits.
"""

import os
import sys
import time
from pathlib import Path

LOOK_SECONDS = 0.2


def command(done: Path) -> tuple[str, ...]:
    """What starts the worker as soon as this file is there."""
    return sys.executable, "-I", __file__, str(done.resolve())


def main(done: Path, *arguments: str) -> None:
    """Wait for the file, then become the worker; end with whoever started us."""
    parent = os.getppid()
    while not done.exists():
        if os.getppid() != parent:
            return
        time.sleep(LOOK_SECONDS)
    os.execv(sys.executable, [sys.executable, "-m", "wbtest", "worker", *arguments])  # noqa: S606


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
