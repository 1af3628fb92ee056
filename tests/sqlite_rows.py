"""All rows of a SQLite file, read and written as its pages."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

# In the header of the file: how it is written, and counters that say whether to read it anew.
JOURNAL = slice(18, 20)
COUNTERS = (JOURNAL, slice(24, 28), slice(40, 44), slice(92, 96))


# How many commits its log counts, and where the log ends: the head of the file beside it by which
# SQLite tells one connection that another has written.
COMMITS = struct.Struct("=8xI4xI")
HEAD = 48


class Kept(NamedTuple):
    """The pages, and what tells them from others."""

    pages: bytes
    digest: bytes


class SqliteRows:
    """The rows of the file behind ``engine``, whose schema never changes.

    While nobody has written the digest is known: to make it takes longer than to put rows back.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: tuple[bytes, bytes] | None = None

    def digest(self) -> bytes:
        head = self._head()
        if self._known is None or not head or self._known[0] != head:
            self._known = head, self.read().digest
        return self._known[1]

    def read(self) -> Kept:
        with self._connection() as connection:
            pages = bytearray(connection.serialize())
        for counter in COUNTERS:
            pages[counter] = bytes(counter.stop - counter.start)
        # A file in memory has no log to write to beforehand.
        pages[JOURNAL] = b"\1\1"
        return Kept(bytes(pages), blake2b(pages).digest())

    def write(self, kept: Kept) -> None:
        memory = sqlite3.connect(":memory:")
        memory.deserialize(kept.pages)
        before = self._head()
        with self._connection() as connection:
            memory.backup(connection)
        memory.close()
        after = self._head()
        # Another thread may have written meanwhile.
        is_alone = before and after and _commits(after) == _commits(before) + 1
        self._known = (after, kept.digest) if is_alone else None

    def _head(self) -> bytes:
        """What changes with every commit; nothing where the log is empty, or not there."""
        try:
            with Path(f"{self._engine.url.database}-shm").open("rb", buffering=0) as file:
                head = file.read(HEAD)
        except FileNotFoundError:
            return b""
        return head if len(head) == HEAD and COMMITS.unpack_from(head)[1] else b""

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        pooled = self._engine.raw_connection()
        try:
            assert isinstance(pooled.driver_connection, sqlite3.Connection)
            yield pooled.driver_connection
        finally:
            pooled.close()


def _commits(head: bytes) -> int:
    commits: int = COMMITS.unpack_from(head)[0]
    return commits
