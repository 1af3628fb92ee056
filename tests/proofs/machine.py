"""On what it was measured: absolute figures say nothing without it."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def look() -> dict[str, Any]:
    """Return date, commit, processor and versions; ``load`` is that of the minute before."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit(),
        "processor": f"{_first('/proc/cpuinfo', 'model name') or platform.machine()}",
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "versions": {
            "kernel": platform.release(),
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            "PostgreSQL": _postgresql(),
        },
    }


def as_text(machine: dict[str, Any]) -> str:
    """Return the same as one line."""
    versions = ", ".join(f"{name} {text}" for name, text in machine["versions"].items())
    return (
        f"{machine['date']} · {machine['processor']}, {machine['cores']} cores · {versions} · "
        f"load before {machine['load']} · {machine['commit']}"
    )


def commit() -> str:
    """Return the commit that is checked out, with "+" where files were changed since."""
    changed = run_git("status", "--porcelain", "--untracked-files=no", "--", ":!docs", ":!*.md")
    return run_git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def run_git(*arguments: str) -> str:
    """Return what git says; '' outside of a checkout."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


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
