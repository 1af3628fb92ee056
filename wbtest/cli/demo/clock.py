"""The demo's clock: two weeks in seconds, then real time, the same in every process.

The clock is a file of three numbers that every process maps into memory: the demo's time and the
machine's time when it was last set, both in seconds since 1970, and how fast it runs. Zeros mean
real time.
"""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

_FORM = struct.Struct("ddd")


class DemoClock:
    """Call it for the demo's now, aware and in UTC; ``set`` moves it for every process at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            file.write_bytes(_FORM.pack(0, 0, 0))
        with file.open("r+b") as handle:
            self._map = mmap.mmap(handle.fileno(), _FORM.size)

    def __reduce__(self) -> tuple[type["DemoClock"], tuple[Path]]:
        # A web process opens the file for itself.
        return DemoClock, (self._file,)

    def __call__(self) -> datetime:
        demo, machine, speed = _FORM.unpack(self._map[:])
        if not demo:
            return datetime.now(UTC)
        return datetime.fromtimestamp(demo + (time.time() - machine) * speed, UTC)

    def set(self, at: datetime, speed: float = 1.0) -> None:
        """Make it ``at`` now, and let it run at ``speed`` demo seconds a second."""
        self._map[:] = _FORM.pack(at.timestamp(), time.time(), speed)

    def keep_real_time(self) -> None:
        """From now on be the machine's clock."""
        self._map[:] = _FORM.pack(0, 0, 0)
