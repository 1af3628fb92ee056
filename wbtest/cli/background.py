"""The background worker beside the web processes: started with them, replaced when it falls."""

import logging
import subprocess
import threading
from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

PAUSE_SECONDS = 3.0
PATIENCE_SECONDS = 8.0


class Background:
    """A process that is kept alive until the block ends, and ended with it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._command = command
        self._environ = environ
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

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # A group of its own: Ctrl-C goes to the one in front, which then ends this one in order.
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            self._command, env=dict(self._environ), stdin=subprocess.DEVNULL, process_group=0
        )

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._is_ending.is_set():
                return
            log.error("the background worker ended with %s; starting another", code)
            if self._is_ending.wait(PAUSE_SECONDS):
                return
            self._process = self._spawn()
