"""The background worker beside the web processes: started with them, replaced when it falls."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0
PATIENCE_SECONDS = 8.0
RETRY_SECONDS = 1.0
# A fork shares what is loaded by now; the libraries of macOS forbid it.
if sys.platform == "darwin":
    _context = multiprocessing.get_context("spawn")
else:
    _context = multiprocessing.get_context("fork")


class Background:
    """A process that is kept alive until the block ends, and ended with it.

    It does ``work``, which must be picklable, and uses nothing that is open here.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._is_ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="background", daemon=True)

    def __enter__(self) -> None:
        self._process = self._spawn()
        self._keeper.start()

    def __exit__(self, *_: object) -> None:
        self._is_ending.set()
        self._process.terminate()
        self._keeper.join(PATIENCE_SECONDS)
        if self._keeper.is_alive():
            self._process.kill()
            self._keeper.join()

    def _spawn(self) -> multiprocessing.process.BaseProcess:
        process = _context.Process(target=_work_apart, args=(self._work,), daemon=True)
        process.start()
        return process

    def _keep(self) -> None:
        while True:
            self._process.join()
            if self._is_ending.is_set():
                return
            log.error(
                "the background worker ended with %s; starting another", self._process.exitcode
            )
            if self._is_ending.wait(PAUSE_SECONDS):
                return
            wait_for_process(self._is_ending.is_set)
            if self._is_ending.is_set():
                return
            self._process = self._spawn()


def wait_for_process(is_over: Callable[[], bool]) -> None:
    """Wait until the system can make another process, or ``is_over()``.

    Where the limit of processes or memory is reached for a while, a fork raises OSError.
    """
    while not is_over():
        try:
            pid = os.fork()
        except OSError as error:
            log.error("no process can be started, trying again: %s", error)
            time.sleep(RETRY_SECONDS)
            continue
        if not pid:
            os._exit(0)
        # Where ends of processes are ignored it leaves nothing to ask for.
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        return


def _work_apart(work: Callable[[], None]) -> None:
    # A group of its own: Ctrl-C goes to the one in front, which then ends this one in order.
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Those of the one in front would swallow it.
        signal.signal(number, signal.SIG_DFL)
    name_process("wbtest worker")
    work()


def name_process(name: str) -> None:
    """Let `ps` and `top` tell this process from others that run the same command, on Linux."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
