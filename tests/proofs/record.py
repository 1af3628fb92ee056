"""docs/figures.json: what each proof found in full, when, where, and of which commit."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.proofs.machine import ROOT, run_git
from tests.proofs.running import Outcome

FILE = ROOT / "docs" / "figures.json"
Record = dict[str, Any]


def read(file: Path = FILE) -> Record:
    """Return what is recorded, by suite and by the name of the proof."""
    found: Record = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def enter(record: Record, suite: str, outcome: Outcome, machine: dict[str, Any]) -> None:
    """Put what a proof found in the place of what it found before."""
    name = outcome.proof.name
    record.setdefault(suite, {})[name] = {
        "what": outcome.proof.what,
        "command": f"make {suite} NAMES={name}" if " " not in name else f"make {suite} NAMES='{name}'",
        **machine,
        "seconds": round(outcome.seconds),
        "figures": [figure.as_json() for figure in outcome.figures],
    }


def write(record: Record, file: Path = FILE) -> None:
    """Write the file anew."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def figures_in(record: Record) -> dict[str, dict[str, Any]]:
    """Return every figure by its name."""
    return {
        figure["name"]: figure
        for proofs in record.values()
        for entry in proofs.values()
        for figure in entry["figures"]
    }


def old_figures(record: Record, reads: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[str]:
    """Say which proofs ran before the last change of the code that they measure.

    ``reads`` has a suite, a name and the paths of that code for each proof.
    """
    told = []
    for suite, name, paths in reads:
        entry = record.get(suite, {}).get(name)
        if entry is None:
            told.append(f"{suite} {name}: never run")
            continue
        since = run_git("rev-list", "--count", f"{entry['commit'].rstrip('+')}..HEAD", "--", *paths)
        if since != "0":
            commits = f"{since} commits" if since else "an unknown number of commits"
            told.append(f"{suite} {name}: {commits} since {entry['commit']}, {entry['date']}")
    return told
