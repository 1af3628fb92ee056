"""`wbtest serve` as an operator runs it: started, killed in part or as a whole, ended in order."""

import http.client
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.service.errors import Broken
from tests.service.instance import ROOT, WBTEST, Instance

WORKERS = 2
UP_SECONDS = 60.0
END_SECONDS = 40.0


class Server:
    """The processes of one instance, all in a session of their own; every id is known from it."""

    def __init__(
        self,
        instance: Instance,
        prefix: Sequence[str] = (),
        program: Sequence[str] = WBTEST,
        workers: int = WORKERS,
    ) -> None:
        self.instance = instance
        self.log = instance.folder.parent / f"{instance.folder.name}.log"
        how = (f"--port={instance.port}", f"--workers={workers}")
        self._command = [*prefix, *program, "serve", *how]
        self._process: subprocess.Popen[bytes] | None = None
        self._session = 0

    def start(self) -> float:
        """Start it, wait until it answers, and return how many seconds that took."""
        begun = time.monotonic()
        self.spawn()
        if not eventually(lambda: self.answers() or not self.is_alive(), UP_SECONDS):
            raise Broken(f"wbtest did not answer within {UP_SECONDS:.0f} s; see {self.log}")
        if not self.is_alive():
            raise Broken(f"wbtest did not start; see {self.log}")
        return time.monotonic() - begun

    def spawn(self) -> None:
        """Start it and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self.instance.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._session = self._process.pid

    @property
    def pid(self) -> int:
        return self._session

    def is_alive(self) -> bool:
        """Whether the process is there that was started first."""
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        return self.get("/healthz", seconds=2)[0] == 200

    def get(self, path: str, seconds: float = 10) -> tuple[int, str]:
        """Status and text of a page; 0 and the reason when there is no answer."""
        try:
            with urllib.request.urlopen(self.instance.url + path, timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error)

    def processes(self) -> dict[int, str]:
        """What is alive of it, by id: parent, web or worker."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and _session_of(folder) == self._session:
                pid = int(folder.name)
                found[pid] = "parent" if pid == self._session else _kind(folder)
        return found

    def kill(self, kinds: Sequence[str], most: int = 99) -> int:
        """Kill -9 as many as ``most`` of these kinds; return how many that were."""
        ids = [pid for pid, kind in self.processes().items() if kind in kinds][:most]
        for pid in ids:
            _kill(pid)
        return len(ids)

    def end(self) -> tuple[int, float]:
        """SIGTERM, as a deploy does; return the exit code and the seconds until all is gone."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            raise Broken(f"wbtest did not end within {END_SECONDS:.0f} s of SIGTERM") from None
        self.wait_until_gone(10)
        return code, time.monotonic() - begun

    def wait_until_gone(self, seconds: float) -> bool:
        """Whether all its processes end by themselves; what is left then is killed."""
        if self._process is not None:
            # Nobody else takes the one that was started here out of the list of processes.
            eventually(lambda: not self.is_alive(), seconds)
        is_gone = eventually(lambda: not self.processes(), seconds)
        for pid in self.processes():
            _kill(pid)
        return is_gone

    def close(self) -> None:
        """Leave no process behind."""
        for pid in self.processes():
            _kill(pid)
        if self._process is not None:
            self._process.wait(10)
        eventually(lambda: not self.processes(), 5)


@contextmanager
def serving(
    instance: Instance,
    prefix: Sequence[str] = (),
    program: Sequence[str] = WBTEST,
    workers: int = WORKERS,
) -> Iterator[Server]:
    """A server that answers while the block runs; ``prefix`` runs it, ``program`` is it."""
    server = Server(instance, prefix, program, workers)
    try:
        server.start()
        yield server
    finally:
        server.close()


def eventually(is_so: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Whether it comes true in time; processes tell nobody when they are done."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() >= ends:
            return False
        time.sleep(every)
    return True


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        # It was faster.
        return


def _session_of(folder: Path) -> int:
    """The session of a process that is alive, -1 for none."""
    try:
        state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
    except (FileNotFoundError, ProcessLookupError):
        return -1
    return -1 if state == "Z" else int(session)


def _kind(folder: Path) -> str:
    try:
        name = (folder / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
    # A web process that is just starting has no name of its own yet.
    return {"wbtest worker": "worker", "strace": "other"}.get(name, "web")
