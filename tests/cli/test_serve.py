"""`wbtest serve` as a real process: it starts, says where it is, and ends with its children."""

import ctypes
import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest

from tests.audience.larder import PHONE, RULE, start_page
from tests.cli.conftest import Instance, Served, eventually, serving
from wbtest.audience.models import Visit
from wbtest.cli.serve import Interrupt
from wbtest.extensions import db, utc_now

# Processes, signals and ports; the drills end and kill them on PostgreSQL, too.
pytestmark = pytest.mark.one_database

WORKER, WEB = "wbtest worker", "wbtest web"


def test_it_says_where_it_is_and_ends_with_all_its_processes(served: Served) -> None:
    assert "The server printed a link" in served.get("/")
    assert eventually(lambda: len(served.processes()) == 4)

    code, printed = served.end()

    assert code == 0, printed
    assert f"wbtest answers at {served.url}" in printed
    assert f"First visit, works once: {served.url}/setup/" in printed
    assert "is not read" not in printed
    assert served.processes() == []


def test_a_new_database_beside_the_one_in_the_folder_is_told_of(empty: Instance) -> None:
    left = empty.folder / "wbtest.db"
    left.touch()

    with serving(empty) as served:
        assert f"{left} is not read" in served.printed


def test_a_web_process_has_read_the_pages_before_its_first_visitor_comes(
    instance: Instance,
) -> None:
    with instance.opened():
        start_page(rule=replace(RULE, ends_on=utc_now().date() + timedelta(days=60)))

    with serving(instance) as served:
        with instance.opened():
            db.session.execute(db.text("ALTER TABLE pages_version RENAME TO gone"))
            db.session.commit()

        assert "Larder" in served.get("/p/larder")


SLOW_CODEC = """
import sys, threading, time


class SlowCodec:
    def find_spec(self, name, path=None, target=None):
        if name == "encodings.idna" and threading.current_thread().name == "announce":
            time.sleep(3)


sys.meta_path.insert(0, SlowCodec())
"""


def test_what_a_thread_loads_at_the_start_does_not_lock_the_web_processes(
    empty: Instance, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_CODEC)
    slow = replace(empty, environ={**empty.environ, "PYTHONPATH": str(tmp_path)})

    with serving(slow) as served:
        assert "The server printed a link" in served.get("/")


NAMES_THREADS = """
import os, threading

os.register_at_fork(
    before=lambda: print("fork beside", *(each.name for each in threading.enumerate()), flush=True)
)
"""


def test_no_thread_of_ours_runs_while_it_forks(empty: Instance, tmp_path: Path) -> None:
    """Whatever lock it held would stay locked in the fork for good."""
    (tmp_path / "sitecustomize.py").write_text(NAMES_THREADS)
    told = replace(empty, environ={**empty.environ, "PYTHONPATH": str(tmp_path)})

    with serving(told) as served:
        beside = re.findall(r"^fork beside MainThread(.*)$", served.printed, re.MULTILINE)

    # A worker and two web processes; granian watches the first of those with a thread of its own.
    assert len(beside) == 3
    assert "".join(beside).replace("(_watcher)", "").split() == ["Thread-1"]


def test_no_line_of_the_log_holds_the_ip_of_who_was_refused(
    instance: Instance, tmp_path: Path
) -> None:
    # Every logger says all it can.
    (tmp_path / "sitecustomize.py").write_text("import logging; logging.INFO = logging.DEBUG")
    more = {"PYTHONPATH": str(tmp_path), "WBTEST_TRUSTED_PROXIES": "1"}
    more["WBTEST_MAIL_URL"] = "smtp://127.0.0.1:1"
    noisy = replace(instance, environ={**instance.environ, **more})

    with serving(noisy) as served:
        visitor = build_opener(HTTPCookieProcessor())
        visitor.addheaders = [("X-Forwarded-For", "203.0.113.77")]

        def status(path: str, form: dict[str, str]) -> int:
            try:
                return int(visitor.open(served.url + path, urlencode(form).encode()).status)
            except HTTPError as error:
                return error.code

        page = visitor.open(f"{served.url}/reset").read().decode()
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        asked = {"csrf_token": token, "email": "mei@example.org"}
        answers = [status("/reset", asked) for _ in range(31)]
        answers += [status("/nowhere", {}), status("/reset", {})]
        _, printed = served.end()

    assert answers[30] == 429, answers
    assert " DEBUG " in printed
    assert [line for line in printed.splitlines() if "203.0.113" in line or "mei@" in line] == []


def test_no_line_about_an_error_holds_the_ip_of_who_asked(
    instance: Instance, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import logging; logging.INFO = logging.DEBUG")
    more = {"PYTHONPATH": str(tmp_path), "WBTEST_TRUSTED_PROXIES": "1"}
    noisy = replace(instance, environ={**instance.environ, **more})
    with instance.opened(), db.engine.begin() as connection:
        connection.execute(db.text("DROP TABLE login_sessions"))

    with serving(noisy) as served:
        sent = {"X-Forwarded-For": "203.0.113.77", "Cookie": "wb-session=mei@example.org"}
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{served.url}/settings", headers=sent), timeout=60)
        refused.value.close()
        _, printed = served.end()

    assert refused.value.code >= 500
    assert "login_sessions" in printed
    assert [line for line in printed.splitlines() if "203.0.113" in line or "mei@" in line] == []


def test_ctrl_c_ends_everything_at_once(served: Served) -> None:
    os.killpg(served.process.pid, signal.SIGINT)

    assert served.process.wait(60) == 0, served.printed
    assert "Traceback" not in served.printed
    assert served.processes() == []


def test_a_signal_that_another_thread_gets_ends_it(served: Served) -> None:
    main = served.process.pid
    others = {int(task.name) for task in Path(f"/proc/{main}/task").iterdir()} - {main}

    # The oldest stays; the one that said where it answers may be about to end.
    assert ctypes.CDLL(None).tgkill(main, min(others), signal.SIGINT) == 0

    assert served.process.wait(60) == 0, served.printed
    assert served.processes() == []


def test_a_signal_amid_the_handling_of_another_does_not_hang_it() -> None:
    interrupt = Interrupt()

    def handle_another(_frame: FrameType, _event: str, _argument: object) -> Any:
        interrupt.set()
        return handle_another

    def handle() -> None:
        sys.settrace(handle_another)
        interrupt.set()
        interrupt.clear()
        sys.settrace(None)

    handling = Thread(target=handle, daemon=True)
    handling.start()
    handling.join(10)

    assert not handling.is_alive()


def test_a_signal_to_every_process_does_not_hang_it(served: Served) -> None:
    # As a terminal does: all at once. One after the other, the first may be missed by who watches
    # it before that one learns that all shall end.
    os.killpg(served.process.pid, signal.SIGTERM)

    assert served.process.wait(60) == 0, served.printed
    assert served.processes() == []


EARLY_SIGNAL = """
import os, signal


def end_the_first():
    file = os.environ["SIGNALLED"]
    # The web processes are made once the server has its handlers.
    if callable(signal.getsignal(signal.SIGTERM)) and not os.path.exists(file):
        with open(file + ".new", "w") as out:
            out.write(str(os.getpid()))
        os.rename(file + ".new", file)
        os.kill(os.getpid(), signal.SIGTERM)


os.register_at_fork(after_in_child=end_the_first)
"""


def test_a_web_process_told_to_end_before_it_runs_our_code_ends(
    empty: Instance, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(EARLY_SIGNAL)
    signalled = tmp_path / "signalled"
    more = {"PYTHONPATH": str(tmp_path), "SIGNALLED": str(signalled)}

    with serving(replace(empty, environ={**empty.environ, **more})) as served:
        assert eventually(signalled.exists)
        assert eventually(lambda: int(signalled.read_text()) not in served.processes())


def test_what_visitors_did_just_before_the_end_is_kept(instance: Instance) -> None:
    with instance.opened():
        start_page(rule=replace(RULE, ends_on=utc_now().date() + timedelta(days=60)))

    with serving(instance) as served:

        def visit(_: int) -> int:
            request = Request(f"{served.url}/p/larder", headers={"User-Agent": PHONE})
            with urlopen(request, timeout=60) as answer:
                return int(answer.status)

        with ThreadPoolExecutor(8) as people:
            assert set(people.map(visit, range(200))) == {200}
        code, printed = served.end()

    assert code == 0, printed
    with instance.opened():
        assert db.session.scalar(db.select(db.func.count()).select_from(Visit)) == 200


def test_nothing_is_left_behind_when_it_is_killed(served: Served) -> None:
    served.process.kill()

    assert eventually(lambda: served.processes() == [])


def test_a_process_that_falls_is_replaced(served: Served) -> None:
    assert eventually(lambda: len(served.processes(WEB)) == 2)
    (worker,), web = served.processes(WORKER), set(served.processes(WEB))

    for process in (worker, min(web)):
        os.kill(process, signal.SIGKILL)

    assert eventually(lambda: served.processes(WORKER) not in ([], [worker]))
    assert eventually(lambda: len(set(served.processes(WEB)) - web) == 1)


def test_one_that_falls_again_at_once_is_replaced_again(served: Served) -> None:
    def web() -> set[int]:
        return set(served.processes(WEB))

    fallen: set[int] = set()
    for _ in range(2):
        assert eventually(lambda: len(web() - fallen) == 2), served.printed
        fallen.add(max(web() - fallen))
        os.kill(max(fallen), signal.SIGKILL)

    assert eventually(lambda: len(web() - fallen) == 2), served.printed
    assert "The server printed a link" in served.get("/")
