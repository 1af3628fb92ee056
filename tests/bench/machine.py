"""On what it was measured: absolute figures say nothing without it."""

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Date, machine and versions; ``load`` is that of the minute before the first row."""

    date: str
    cpu: str
    cores: int
    memory_gb: int
    kernel: str
    python: str
    sqlite: str
    postgresql: str
    load: float

    def __str__(self) -> str:
        return (
            f"{self.date} · {self.cpu}, {self.cores} cores, {self.memory_gb} GB · {self.kernel}\n"
            f"Python {self.python}, SQLite {self.sqlite}, PostgreSQL {self.postgresql} · "
            f"load before {self.load:.1f}"
        )


def look() -> Machine:
    """Describe this machine as it is now."""
    return Machine(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        cpu=_first("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(int(_first("/proc/meminfo", "MemTotal").split()[0]) / 1024**2),
        kernel=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        postgresql=_postgresql(),
        load=os.getloadavg()[0],
    )


def _first(file: str, name: str) -> str:
    """What stands behind the first such name in a file of the kernel's, '' without one."""
    for line in Path(file).read_text().splitlines():
        key, _, text = line.partition(":")
        if key.strip() == name:
            return text.strip()
    return ""


def _postgresql() -> str:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        return "none"
    command = [str(programs[-1]), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()[2]
