"""Processes and threads, where the system may have none to give for a while."""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


def start_patiently(start: Callable[[], None], is_over: Callable[[], bool]) -> None:
    """Call ``start`` as soon as the system lets it make a process or thread.

    Raises what the system says once ``is_over()``.
    """
    pause = threading.Event()
    is_told = False
    while True:
        try:
            _try_one()
            start()
        except (OSError, RuntimeError) as error:
            if is_over():
                raise
            if not is_told:
                log.error("no process can be started, so we try again and again: %s", error)
            is_told = True
            pause.wait(PAUSE_SECONDS)
        else:
            return


def make_patient(process: BaseProcess, is_over: Callable[[], bool]) -> None:
    """Let ``process.start()`` wait as ``start_patiently`` does."""

    def start() -> None:
        # Where a process is no fork all that it holds goes along, and this could not.
        del process.start
        start_patiently(process.start, is_over)

    process.start = start  # type: ignore[method-assign]


def _try_one() -> None:
    """Make a process that ends at once. Raises OSError where none can be made.

    For each that it fails to make, multiprocessing leaves four pipes open.
    """
    pid = os.fork()
    if not pid:
        os._exit(0)
    # Where ends of processes are ignored it leaves nothing to ask for.
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
