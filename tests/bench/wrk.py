"""Load from a process of its own, and what it was answered."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.service.programs import need

CONNECTIONS = 32
VISITORS = Path(__file__).with_name("visitors.lua")
SIGNERS = Path(__file__).with_name("signers.lua")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Load(NamedTuple):
    """How many requests were answered well, how many a second, and how many were refused.

    ``p99_ms`` is how long all but one in a hundred took at most, in milliseconds.
    """

    answered: int
    rate: float
    refused: int
    p99_ms: float


class Client:
    """A wrk at work."""

    def __init__(
        self,
        url: str,
        seconds: float,
        script: Path = VISITORS,
        arguments: Sequence[str] = (),
        *,
        connections: int = CONNECTIONS,
        prefix: Sequence[str] = (),
    ) -> None:
        self._url = url
        command = [*prefix, need("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{seconds:g}s"]
        command += ["--latency", "--timeout=20s", "-s", str(script), url, "--", *arguments]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def finish(self, *, is_cut_off: bool = False) -> Load:
        """Wait for its end. ``is_cut_off`` says that the server was meant to go away meanwhile."""
        said, _ = self._process.communicate()
        requests = re.search(r"(\d+) requests in", said)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
        p99 = re.search(r"99%\s+([\d.]+)([a-z]+)", said)
        if self._process.returncode or not (requests and rate and p99):
            raise RuntimeError(f"wrk said nothing to go by:\n{said}")
        if "Socket errors" in said and not is_cut_off:
            raise RuntimeError(f"{self._url} did not answer every request:\n{said}")
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        refused, number = int(bad[1]) if bad else 0, int(requests[1])
        good = number - refused
        p99_ms = float(p99[1]) * _UNITS[p99[2]]
        return Load(good, float(rate[1]) * good / max(1, number), refused, p99_ms)


def load(url: str, seconds: float, script: Path = VISITORS, arguments: Sequence[str] = ()) -> Load:
    """Load a server for a while; nobody else may be refused anything."""
    return Client(url, seconds, script, arguments).finish()
