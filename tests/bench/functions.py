"""How much of our code one request runs through: ``python -m tests.bench.functions``.

For a results page, a stored visit and a beacon it counts the functions of wbtest that are called
and the modules they stand in, once the process is warm.
"""

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

import click

import wbtest
from tests.bench import history
from tests.service.instance import SLUG, make_instance
from tests.steps.member import inside
from tests.steps.visitor import ARRIVING, BEACON, DESKTOP, beacon_path, find_token, page_path
from wbtest import create_app
from wbtest.extensions import runtime, utc_now
from wbtest.results.network_checking import check_all_networks

HOME = str(Path(wbtest.__file__).parent)
BROWSER = {"User-Agent": DESKTOP, **ARRIVING}
EXPERIMENT = 1
# Without a proxy in front, whose header would be read on the way.
NO_PROXY = {"WBTEST_TRUSTED_PROXIES": "0"}
WARM_UP = 10
# They are calls to Python, and lines to a reader.
COMPREHENSIONS = ("comp>", "<genexpr>")
# What a page may run through: functions, modules.
LIMITS = {"results page": (260, 45), "stored visit": (90, 15), "beacon": (130, 22)}


class Calls:
    """The functions of wbtest that were called while it listened, in every thread."""

    def __init__(self) -> None:
        self.is_listening = False
        self.found: set[CodeType] = set()

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Remember a call; Python calls this for each."""
        if self.is_listening and event == "call" and frame.f_code.co_filename.startswith(HOME):
            self.found.add(frame.f_code)

    @contextmanager
    def listening(self) -> Iterator[set[CodeType]]:
        """Collect what is called inside."""
        self.found = set()
        self.is_listening = True
        yield self.found
        self.is_listening = False


@click.command()
@click.option("--list", "is_list", is_flag=True, help="Name the functions, too.")
def main(*, is_list: bool) -> None:
    """Print functions and modules of each; ends with 1 when there are more than planned."""
    calls = Calls()
    # The recorder's thread is started by the first visit.
    threading.setprofile(calls.note)
    sys.setprofile(calls.note)
    is_over = False
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_instance(Path(folder) / "instance", more=NO_PROXY).settings)
        owner = inside(app).log_in()
        recorder = runtime(app).recorder

        def visit() -> None:
            app.test_client().get(page_path(SLUG), headers=BROWSER)
            recorder.flush()

        def send_beacon() -> None:
            visitor = app.test_client()
            token = find_token(visitor.get(page_path(SLUG), headers=BROWSER).text)
            recorder.flush()
            calls.found.clear()
            answer = visitor.post(beacon_path(SLUG), data=token, content_type=BEACON)
            assert answer.status_code == 204, answer.text
            recorder.flush()

        def look() -> None:
            assert owner.get(f"/experiments/{EXPERIMENT}/results").status == 200

        history.tell(app, EXPERIMENT, visits=2_000, days=3, until=utc_now())
        # As the worker does each quarter of an hour, so that no page has to.
        with app.app_context():
            check_all_networks(utc_now())
        for name, act in {
            "results page": look,
            "stored visit": visit,
            "beacon": send_beacon,
        }.items():
            is_over |= _print(name, _calls_of(act, calls), is_list=is_list)
        recorder.close()
    sys.setprofile(None)
    sys.exit(is_over)


def _calls_of(act: Callable[[], None], calls: Calls) -> set[CodeType]:
    # By then each variant has been shown, so none has to be printed first.
    for _ in range(WARM_UP):
        act()
    with calls.listening() as found:
        act()
    return found


def _print(name: str, found: set[CodeType], *, is_list: bool) -> bool:
    named = (code for code in found if not code.co_name.endswith(COMPREHENSIONS))
    functions = {(code.co_filename, code.co_qualname) for code in named}
    modules = {path for path, _ in functions}
    most = LIMITS[name]
    click.echo(
        f"{name:<14}{len(functions):>5} functions (at most {most[0]})"
        f"{len(modules):>5} modules (at most {most[1]})"
    )
    for path, function in sorted(functions) if is_list else ():
        click.echo(f"    {path.removeprefix(HOME)[1:]} {function}")
    return len(functions) > most[0] or len(modules) > most[1]


if __name__ == "__main__":
    main()
