"""What the processes of a server use: memory, file descriptors, and its write-ahead log."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from drills.server import Server

MEGABYTE = 1 << 20
EVERY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. ``memory`` is PSS, in bytes: what is shared counts once."""

    memory: int
    files: int
    log: int
    processes: frozenset[int]


class Watch:
    """Looks at a server again and again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again, daemon=True)
        self.samples: list[Sample] = []

    def _look_again(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.samples.append(look(self._server))

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    @property
    def fallen(self) -> int:
        """How many processes of the first look were gone at the last one."""
        return len(self.samples[0].processes - self.samples[-1].processes)

    @property
    def largest_log(self) -> float:
        """Of the write-ahead log, in megabytes."""
        return max(sample.log for sample in self.samples) / MEGABYTE


@contextmanager
def watching(server: Server) -> Iterator[Watch]:
    """Look every two seconds while the block runs."""
    watch = Watch(server)
    watch.start()
    try:
        yield watch
    finally:
        watch.close()


def look(server: Server) -> Sample:
    """What all its processes use now."""
    memory = files = 0
    processes = server.processes()
    for pid in processes:
        # One that ends meanwhile uses nothing.
        with suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            [line] = [line for line in text.splitlines() if line.startswith("Pss:")]
            memory += int(line.split()[1]) * 1024
            files += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    log = server.place.folder / "wbtest.db-wal"
    return Sample(memory, files, log.stat().st_size if log.exists() else 0, frozenset(processes))


def memory_of(samples: list[Sample]) -> float:
    """Of the middle one, in megabytes."""
    return median(sample.memory for sample in samples) / MEGABYTE


def files_of(samples: list[Sample]) -> float:
    """Open files of the middle one; connections of visitors are among them."""
    return median(sample.files for sample in samples)
