"""Processes and threads, where the system may have none to give for a while."""

import logging
import os
import threading
from collections.abc import Callable

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


def _try_one() -> None:
    """Make a process that ends at once. Raises OSError where none can be made.

    For each that it fails to make, multiprocessing leaves four pipes open.
    """
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
