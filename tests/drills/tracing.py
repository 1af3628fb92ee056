"""Reads a trace of strace: what was written into which file, synced, and answered, in order."""

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "pwrite64,write,writev,sendto,sendmsg,fdatasync,fsync,ftruncate,unlink"
LINE = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)(.*)$")
OF_A_FILE = re.compile(r"^\(\d+<([^>]*)>(.*)$")
YES = b"HTTP/1.1 303".hex()


def strace(file: Path) -> list[str]:
    """The command before a command whose every write goes to ``file``."""
    how = ["-f", "-y", "-xx", "-qq", "-s", "100000", "-e", "signal=none"]
    return ["strace", *how, "-e", f"trace={CALLS}", "-o", str(file)]


@dataclass(slots=True)
class _File:
    """What is on the disk for sure, and what was written since; a cut is text, a length alone."""

    synced: bytearray
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self, number: int) -> None:
        """Bring the first ``number`` writes that wait to the disk."""
        for at, data in self.pending[:number]:
            end = at + len(data or b"")
            if len(self.synced) < end:
                self.synced.extend(bytes(end - len(self.synced)))
            if data is None:
                del self.synced[at:]
            else:
                self.synced[at:end] = data
        del self.pending[:number]


class Trace:
    """``unsynced`` sign-ups were answered before their log was synced; ``lost`` are not there when

    only what was synced at the moment of the answer is left of the files.
    """

    def __init__(self, file: Path, instance: Path, before: Path, emails: Sequence[str]) -> None:
        self.answered = self.unsynced = self.lost = self.damaged = self.syncs = 0
        self._emails = emails
        self._files = {
            str(instance / path.name): _File(bytearray(path.read_bytes()))
            for path in before.glob("wbtest.db*")
        }
        self._database = str(instance / "wbtest.db")
        self._log = self._database + "-wal"
        # By thread and call: how much was waiting when a sync began.
        self._begun: dict[tuple[str, str], tuple[str, int]] = {}
        with file.open(encoding="ascii") as lines:
            for line in lines:
                self._read(line)

    def __str__(self) -> str:
        return (
            f"{self.answered} answers, {self.syncs} syncs of the log, {self.unsynced} answered "
            f"before it, {self.lost} lost, {self.damaged} damaged files"
        )

    def _read(self, line: str) -> None:
        found = LINE.match(line)
        if found is None:
            return
        thread, (call, rest) = line.split(maxsplit=1)[0], found.groups()
        if call in ("fsync", "fdatasync"):
            self._sync(thread, call, rest)
        elif call == "unlink" and (path := re.match(r'^\("([^"]*)"', rest)):
            self._files.pop(_text(path[1]), None)
        elif of_file := OF_A_FILE.match(rest):
            self._write(call, _text(of_file[1]), of_file[2])

    def _sync(self, thread: str, call: str, rest: str) -> None:
        if of_file := OF_A_FILE.match(rest):
            path = _text(of_file[1])
            if path in self._files:
                self._begun[thread, call] = path, len(self._files[path].pending)
        if "= 0" in rest and (begun := self._begun.pop((thread, call), None)):
            path, number = begun
            if path in self._files:
                self._files[path].sync(number)
            self.syncs += path == self._log

    def _write(self, call: str, path: str, rest: str) -> None:
        if path.startswith(self._database) and not path.endswith(("-shm", ".lock")):
            file = self._files.setdefault(path, _File(bytearray()))
            numbers = [int(number) for number in re.findall(r", (\d+)", rest)]
            if call == "ftruncate":
                file.pending.append((numbers[0], None))
            elif call == "pwrite64":
                file.pending.append((numbers[-1], _bytes(rest)))
        elif YES in rest.replace(r"\x", "")[:400]:
            self._answer(self._emails[self.answered])
            self.answered += 1

    def _answer(self, email: str) -> None:
        waits = any(email.encode() in (data or b"") for _, data in self._log_file.pending)
        self.unsynced += waits
        found, is_whole = self._after_the_power_went(email)
        self.lost += not found
        self.damaged += not is_whole

    @property
    def _log_file(self) -> _File:
        return self._files.get(self._log, _File(bytearray()))

    def _after_the_power_went(self, email: str) -> tuple[bool, bool]:
        """Whether a database of what was synced holds the address, and is whole."""
        folder = Path(tempfile.mkdtemp(prefix="wbtest-drill-"))
        try:
            for path, file in self._files.items():
                (folder / Path(path).name).write_bytes(file.synced)
            rows = list(_rows(folder / "wbtest.db", email))
        except sqlite3.DatabaseError:
            return False, False
        finally:
            shutil.rmtree(folder)
        return rows[1] == 1, rows[0] == "ok"


def _rows(file: Path, email: str) -> Iterator[object]:
    copy = sqlite3.connect(file)
    try:
        yield copy.execute("PRAGMA integrity_check").fetchone()[0]
        yield copy.execute("SELECT count(*) FROM signups WHERE email = ?", [email]).fetchone()[0]
    finally:
        copy.close()


def _text(given: str) -> str:
    return bytes.fromhex(given.replace(r"\x", "")).decode()


def _bytes(rest: str) -> bytes:
    found = re.search(r'"([^"]*)"', rest)
    return bytes.fromhex(found[1].replace(r"\x", "")) if found else b""
