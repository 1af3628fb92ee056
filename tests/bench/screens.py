"""The first screen of results ÷ the log-in page: what a page of figures costs a server."""

import time

from tests.bench.results import Instance
from tests.bench.row import Goal, Line, Part, Row, Run

# So often a round: the log-in page takes a few milliseconds.
TIMES = 5
SIZES = ((2_000, 14, 2), (20_000, 90, 6))
_HOW = (
    "Processor time of app and test client, as a member opens it after new visits came, against "
    "the page of this app that asks the database least. "
)
LINES = (
    Line(
        "screen usual",
        "results, first screen, 14 days × 2 variants",
        "the log-in page",
        "ms",
        Goal("≤", 15),
        f"{_HOW}A usual test.",
    ),
    Line(
        "screen long",
        "results, first screen, 90 days × 6 variants",
        "the log-in page",
        "ms",
        Goal("≤", 40),
        f"{_HOW}As long and with as many variants as any test.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Write into both instances, and open the first screen and the log-in page in turn."""
    folders = (run.folder / "usual", run.folder / "long")
    instances = [Instance(folder, *size) for folder, size in zip(folders, SIZES, strict=True)]
    return [_row(line, each, run.rounds) for line, each in zip(LINES, instances, strict=True)]


def _row(line: Line, instance: Instance, rounds: int) -> Row:
    took, floors = [], []
    stranger = instance.app.test_client()
    # The first round is for what is read or compiled once.
    for number in range(rounds + 1):
        instance.write()
        screen = instance.open("")
        before = time.process_time()
        for _ in range(TIMES):
            assert stranger.get("/login").status_code == 200
        floor = 1000 * (time.process_time() - before) / TIMES
        if number:
            took.append(screen)
            floors.append(floor)
    return Row(line, tuple(took), tuple(floors))


PART = Part("screens", LINES, measure)
