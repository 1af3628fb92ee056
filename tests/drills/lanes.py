"""Drills as processes: two at a time where they do not disturb each other, the rest alone."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.drills.outcome import Drill, Outcome
from tests.drills.progress import environ_of, say
from tests.service.instance import ROOT

LANES = 2
# A drill that takes longer than this on top of what it was asked for hangs.
LIMIT_SECONDS = 900.0
END_SECONDS = 60.0


class _Run:
    """One drill on its way."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self._begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drills.single", drill.row],
            cwd=ROOT,
            env=environ_of(drill.row),
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None or self._seconds > self._limit

    def outcome(self) -> Outcome:
        """Its line of the table; it is ended when it did not end by itself."""
        hung = self._process.poll() is None
        code = self.end()
        assert self._process.stdout is not None
        # One line, which fits into the pipe.
        text = self._process.stdout.read().decode()
        if text and not hung:
            return Outcome(**json.loads(text))
        why = f"did not end within {self._limit:.0f} s" if hung else f"ended with {code}"
        drill = self.drill
        return Outcome(
            drill.row, drill.did, drill.must, f"the drill {why}", "failed", self._seconds
        )

    def end(self) -> int:
        """End it, so that it ends what it started; return its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

    @property
    def _limit(self) -> float:
        return LIMIT_SECONDS + self.drill.asked_seconds

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._begun


def run(drills: Sequence[Drill]) -> list[Outcome]:
    """Run them all, and return their lines in the order in which they were given."""
    waiting = sorted(drills, key=lambda drill: not drill.is_patient)
    running: list[_Run] = []
    found: dict[str, Outcome] = {}
    try:
        while waiting or running:
            while waiting and _has_room(waiting[0], running):
                running.append(_Run(waiting.pop(0)))
            time.sleep(0.1)
            for each in [each for each in running if each.is_over]:
                found[each.drill.row] = each.outcome()
                running.remove(each)
    finally:
        for each in running:
            say(f"ending {each.drill.row}")
            each.end()
    return [found[drill.row] for drill in drills]


def _has_room(drill: Drill, running: Sequence[_Run]) -> bool:
    if not running:
        return True
    are_patient = drill.is_patient and all(each.drill.is_patient for each in running)
    return are_patient and len(running) < LANES
