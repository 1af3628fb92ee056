"""The first screen of results ÷ the log-in page: what a page of figures costs a server."""

from contextlib import closing

from tests.bench.amounts import amount
from tests.bench.results import Told
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.steps.member import inside

# So often a round: the log-in page takes a few milliseconds.
TIMES = 5
SIZES = ((amount(2_000, 200), 14, 2), (amount(20_000, 400), 90, 6))
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
    """For each size write, and open the first screen and the log-in page in turn."""
    rows = []
    for line, size in zip(LINES, SIZES, strict=True):
        with closing(Told(run.folder / line.name, *size)) as instance:
            rows.append(_row(line, instance, run.rounds))
    return rows


def _row(line: Line, instance: Told, rounds: int) -> Row:
    took, floors = [], []
    stranger = inside(instance.app)
    # The first round is for what is read or compiled once.
    for number in range(rounds + 1):
        instance.write()
        screen = instance.open("")
        log_ins = [stranger.get("/login") for _ in range(TIMES)]
        assert all(each.status == 200 for each in log_ins)
        floor = 1000 * sum(each.seconds for each in log_ins) / TIMES
        if number:
            took.append(screen)
            floors.append(floor)
    return Row(line, tuple(took), tuple(floors))


PART = Part("screens", LINES, measure)
