"""Two web machines on one PostgreSQL, against one of them: what a second one brings."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench import wrk
from tests.bench.amounts import amount
from tests.bench.ours import served
from tests.bench.row import Goal, Line, Lost, Part, Row, Run
from tests.bench.visits import PATH, recorded
from tests.service import postgresql
from tests.service.instance import Instance, make_instance
from tests.service.programs import Program, need

SECONDS = amount(3, 1)
PATIENCE_SECONDS = 60.0
# With fewer cores than this the client and PostgreSQL need a part of those of the machines.
ENOUGH_CORES = 4
SHARE = 0.35
# How often a machine's use is looked at.
TICK_SECONDS = 0.004
LINES = (
    Line(
        "machines",
        "two web machines, PostgreSQL",
        "one web machine",
        "a second",
        Goal("≥", 1.7),
        "Visits answered and recorded by two servers that share nothing but PostgreSQL, against "
        "one of them, each held to one core.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Load one of two machines and both of them, in turn; count at the end what was recorded."""
    cores = sorted(os.sched_getaffinity(0))
    is_roomy = len(cores) >= ENOUGH_CORES
    taskset = need("taskset", "util-linux")
    one, two = [], []
    answered = 0
    with ExitStack() as stack:
        cluster = stack.enter_context(postgresql.running(run.folder))
        first = make_instance(run.folder / "first", cluster.url)
        second = replace(first.elsewhere(run.folder / "second"), database_url=cluster.url)
        machines: list[Program] = []
        for instance, core in zip((first, second), cores, strict=False):
            held = served(instance, prefix=[taskset, "-c", str(core)])
            machines.append(stack.enter_context(held))
        if not is_roomy:
            stack.enter_context(_held(machines, SHARE))
        for _ in range(run.rounds):
            for loaded, rates in ((machines[:1], one), (machines, two)):
                loads = _load(loaded)
                rates.append(sum(each.rate for each in loads))
                answered += sum(each.answered for each in loads)
                _wait(first, answered)
    note = (
        f"Of {len(cores)} cores the client and PostgreSQL have the others."
        if is_roomy
        else f"Of {len(cores)} cores too few are left for the client and PostgreSQL, so here each "
        f"machine is held to {SHARE:.0%} of its core: the ratio says whether the two get in each "
        "other's way, the rates are those of slow machines."
    )
    return [Row(LINES[0], tuple(two), tuple(one), note=f"{note} All {answered:,} were recorded.")]


def _load(machines: Sequence[Program]) -> list[wrk.Load]:
    """As many people at each machine, all at once."""
    clients = [wrk.Client(each.url + PATH, SECONDS) for each in machines]
    loads = [client.finish() for client in clients]
    if any(load.refused for load in loads):
        raise Lost("visits were refused (two machines)")
    return loads


def _wait(instance: Instance, answered: int) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while (stored := recorded(instance)) < answered:
        if time.monotonic() > ends:
            raise Lost(f"{answered - stored} of {answered} visits were not recorded (two machines)")
        time.sleep(0.05)


@contextmanager
def _held(machines: Sequence[Program], share: float) -> Iterator[None]:
    """Hold each machine's web process to a share of a core while the block runs.

    It is stopped while it is ahead of its share. That needs no rights, and takes nothing from what
    it waits for: it is as slow as a slower core would make it.
    """
    ids = [_web_process(each) for each in machines]
    done = threading.Event()
    thread = threading.Thread(target=_hold, args=(ids, share, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _hold(ids: Sequence[int], share: float, done: threading.Event) -> None:
    begun = {pid: (time.monotonic(), _used(pid)) for pid in ids}
    stopped: set[int] = set()
    while not done.wait(TICK_SECONDS):
        for pid in ids:
            since, before = begun[pid]
            ahead = (_used(pid) - before) - share * (time.monotonic() - since)
            if ahead > 0 and pid not in stopped:
                os.kill(pid, signal.SIGSTOP)
                stopped.add(pid)
            elif ahead <= 0 and pid in stopped:
                os.kill(pid, signal.SIGCONT)
                stopped.discard(pid)
            if ahead < -share * 0.02:
                # Who was idle saves nothing up.
                begun[pid] = (time.monotonic(), _used(pid))
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


def _used(pid: int) -> float:
    """Seconds of processor time of all threads of a process: the kernel's clock of its id."""
    return time.clock_gettime((~pid << 3) | 2)


def _web_process(machine: Program) -> int:
    """The only child of granian's first process."""
    children = Path(f"/proc/{machine.pid}/task/{machine.pid}/children").read_text().split()
    return int(children[-1])


PART = Part("machines", LINES, measure)
