"""The same events give the same figures, evidence, files and verdicts as when they were frozen.

``GOLDEN=write pytest -n 0 tests/results/golden`` freezes them again, for a change that is meant.
"""

import json
import lzma
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_revision, make_running
from tests.results.golden.histories import Confirmation, History, events_of, histories
from wbtest.audience.recording import rollup
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment
from wbtest.results.exports import TABLES
from wbtest.results.figures import Results, results_of
from wbtest.results.figures_json import results_json
from wbtest.results.segments import Filters
from wbtest.store import writing

FILES = ("days", "variants", "sources", "excluded")
FROZEN = Path(__file__).with_name("figures.json.xz")
IS_WRITING = os.environ.get("GOLDEN") == "write"
PARTS = 8
# Of the evidence after every hour so many looks are kept, the last one among them.
LOOKS = 6
ALL = list(histories())


@pytest.mark.one_database
@pytest.mark.parametrize("part", range(PARTS))
def test_the_same_events_give_the_same_figures(
    app: Flask, team: Team, now: HandClock, part: int
) -> None:
    begun = now()
    found = {}
    for history in ALL[part::PARTS]:
        now.time = begun
        found[history.name] = _plain(_figures_of(_play(app, team, now, history), now()))
    if IS_WRITING:
        _freeze(found)
    frozen = _frozen()

    for name, figures in found.items():
        assert _known(figures, frozen[name]) == _close_to(frozen[name]), name


def _play(app: Flask, team: Team, now: HandClock, history: History) -> Experiment:
    """Start the test, let everything happen to it, and turn the clock to when it is looked at."""
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    names = tuple(history.keys[1:])
    experiment = make_running(
        revision,
        team.editor,
        team.approver,
        slug=history.name,
        variants=names,
        time_zone=history.time_zone,
        **history.rule,
    )
    recorder = runtime(app).recorder
    start = now()
    until = start + timedelta(days=history.looks_after)
    start_us, until_us = (int(each.timestamp()) * 1_000_000 for each in (start, until))
    happened = [
        event for event in events_of(history, experiment.id, start_us) if event.at_us <= until_us
    ]
    now.time = until
    for event in happened:
        if not isinstance(event, Confirmation):
            recorder.put(event)
    recorder.flush()
    # One transaction for all of them: each one waits for the disk.
    with writing() as session:
        for event in happened:
            if isinstance(event, Confirmation):
                rollup.confirm(session, event.token_hash, event.at_us)
    db.session.rollback()
    return experiment


def _figures_of(experiment: Experiment, now: datetime) -> dict[str, Any]:
    results = results_of(experiment, now)
    figures = results_json(results)
    # Sentences may be worded better; what they follow from may not change.
    del figures["why"]
    figures["trust"] = {check["check"]: check["state"] for check in figures["trust"]}
    return {
        "results": figures,
        "evidence": dict(_evidence(results)),
        "files": {name: list(TABLES[name](experiment, results, Filters())) for name in FILES},
    }


def _evidence(results: Results) -> Iterator[tuple[str, Any]]:
    """A few looks of each path, and its maximum: what a verdict rests on."""
    looks = results.looks
    last = len(looks.ends) - 1
    chosen = sorted({last * step // (LOOKS - 1) for step in range(LOOKS)})
    yield "at", [looks.moment(look).isoformat() for look in chosen]
    yield "looks", last + 1
    yield "seen", [int(looks.seen[look]) for look in chosen]
    for name in ("above", "above_floor", "below"):
        path = getattr(looks, name)
        yield name, [path[look].tolist() for look in chosen]
        yield f"{name}_max", path.max(axis=0).tolist()
    yield "split", [float(looks.split[look]) for look in chosen]
    yield "split_max", float(looks.split.max())


def _plain(value: Any) -> Any:
    """As JSON keeps it: tuples are lists, and an endless end is a word."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        value = float(f"{value:.14g}")
        return value if abs(value) != float("inf") else str(value)
    return value


def _known(value: Any, frozen: Any) -> Any:
    """The value without what was added since it was frozen, which has tests of its own."""
    if isinstance(value, dict) and isinstance(frozen, dict):
        return {key: _known(each, frozen[key]) for key, each in value.items() if key in frozen}
    return value


def _close_to(value: Any) -> Any:
    """Equal to what differs from it by no more than a computer's rounding."""
    if isinstance(value, dict):
        return {key: _close_to(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_close_to(each) for each in value]
    return pytest.approx(value, rel=1e-11, abs=1e-12) if isinstance(value, float) else value


def _frozen() -> dict[str, Any]:
    frozen: dict[str, Any] = json.loads(lzma.decompress(FROZEN.read_bytes()))
    return frozen


def _freeze(found: dict[str, Any]) -> None:
    kept = (_frozen() if FROZEN.exists() else {}) | found
    FROZEN.write_bytes(lzma.compress(json.dumps(kept, sort_keys=True).encode(), preset=9))
