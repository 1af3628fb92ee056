"""All rows of a SQLite file, read and written as its pages."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

import sqlalchemy as sa

# In the header of the file: how it is written, and counters that say whether to read it anew.
JOURNAL = slice(18, 20)
COUNTERS = (JOURNAL, slice(24, 28), slice(40, 44), slice(92, 96))


class SqliteRows:
    """The rows of the file behind ``engine``, whose schema never changes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def digest(self) -> bytes:
        return blake2b(self.read()).digest()

    def read(self) -> bytes:
        with self._connection() as connection:
            pages = bytearray(connection.serialize())
        for counter in COUNTERS:
            pages[counter] = bytes(counter.stop - counter.start)
        # A file in memory has no log to write to beforehand.
        pages[JOURNAL] = b"\1\1"
        return bytes(pages)

    def write(self, kept: bytes) -> None:
        memory = sqlite3.connect(":memory:")
        memory.deserialize(kept)
        with self._connection() as connection:
            memory.backup(connection)
        memory.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        pooled = self._engine.raw_connection()
        try:
            assert isinstance(pooled.driver_connection, sqlite3.Connection)
            yield pooled.driver_connection
        finally:
            pooled.close()
