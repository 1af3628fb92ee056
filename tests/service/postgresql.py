"""A PostgreSQL of our own on loopback, as durable as it comes, that can be stopped and killed."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.service.errors import Broken, NotPossible
from tests.service.ports import free_port
from tests.service.server import eventually

ACCOUNT = "postgres"


class Postgresql:
    """A cluster in ``folder``, whose server is a child of ours.

    It listens on ``address``, and accepts connections from the network of that address.
    """

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        self._address = address
        self._bin = _programs()
        self._data = folder / "postgresql"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "postgresql.log"
        # The server refuses to run as root, so there it gets an account of its own.
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._account = {"user": ACCOUNT, "group": ACCOUNT, "extra_groups": []}
        self._data.mkdir()
        if self._account:
            folder.chmod(0o755)
            shutil.chown(self._data, ACCOUNT, ACCOUNT)
        self._data.chmod(0o700)
        self._run("initdb", "-D", str(self._data), "-U", "wbtest", "-E", "UTF8", "--auth=trust")
        if address != "127.0.0.1":
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {address}/16 trust\n")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://wbtest@{self._address}:{self._port}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections, also after it was killed."""
        ends = 3
        while not self._try_to_start():
            ends -= 1
            if not ends:
                raise Broken(f"PostgreSQL did not start; see {self._log}")

    def stop(self) -> None:
        """End it as an operator does who waits for nobody: open transactions are rolled back."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill -9 its first process; the others notice and end."""
        self._signal(signal.SIGKILL)

    def run(self, query: str) -> None:
        """Ask it past all of our code."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(query)

    def connections(self) -> dict[str, int]:
        """How many connections of others there are, by what they are doing."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        query = (
            "SELECT state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            " AND pid <> pg_backend_pid() GROUP BY 1"
        )
        with engine.connect() as connection:
            return {str(state): number for state, number in connection.exec_driver_sql(query)}

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(30)

    def _try_to_start(self) -> bool:
        command = [
            *(str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self._port)),
            *(
                "-c",
                f"listen_addresses={self._address}",
                "-c",
                f"unix_socket_directories={self._data}",
            ),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd="/",
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **self._account,
            )
        process = self._process
        eventually(lambda: self._takes_connections() or process.poll() is not None, 60)
        return process.poll() is None

    def _takes_connections(self) -> bool:
        try:
            sa.create_engine(self.url, poolclass=sa.NullPool).connect().close()
        except sa.exc.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self._account,
        )
        if done.returncode:
            raise NotPossible(f"{program} failed: {done.stderr.strip()}")


@contextmanager
def running(folder: Path, address: str = "127.0.0.1") -> Iterator[Postgresql]:
    """A server that takes connections. Raises NotPossible where PostgreSQL is not installed."""
    folder.mkdir(exist_ok=True)
    server = Postgresql(folder, address)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _programs() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(folders[-1]) if folders else shutil.which("initdb")
    if not found:
        raise NotPossible("PostgreSQL is not installed (Debian: apt install postgresql)")
    return Path(found).parent
