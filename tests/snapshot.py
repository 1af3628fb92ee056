"""The rows of a test's database as they are now, to be put back later."""

import sqlite3
from contextlib import closing

import sqlalchemy as sa


class Snapshot:
    """All rows of the SQLite file behind ``engine``; the schema stays what it is."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._rows = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(engine.raw_connection()) as connection:
            connection.driver_connection.backup(self._rows)  # type: ignore[union-attr]
        # Sees a new version as soon as another connection has committed.
        self._watcher = sqlite3.connect(engine.url.database or "", check_same_thread=False)
        self._version = self._read_version()

    def has_changed(self) -> bool:
        """Whether anybody has written since this was taken or put back."""
        return self._read_version() != self._version

    def restore(self) -> None:
        """Put the rows back in the place of those that are there."""
        with closing(self._engine.raw_connection()) as connection:
            self._rows.backup(connection.driver_connection)  # type: ignore[arg-type]
        self._version = self._read_version()

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()
        self._watcher.close()

    def _read_version(self) -> int:
        version: int = self._watcher.execute("PRAGMA data_version").fetchone()[0]
        return version


class PostgresqlSnapshot:
    """A copy of the PostgreSQL database behind ``engine``, in a database beside it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine, self._name = engine, engine.url.database
        self._run(f'CREATE DATABASE "{self._name}_snapshot" TEMPLATE "{self._name}"')

    def restore(self) -> None:
        """Put a copy of the copy in the place of the database."""
        self._run(
            f'DROP DATABASE "{self._name}" WITH (FORCE)',
            f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_snapshot"',
        )

    def close(self) -> None:
        """Drop the copy."""
        self._run(f'DROP DATABASE "{self._name}_snapshot" WITH (FORCE)')

    def _run(self, *statements: str) -> None:
        self._engine.dispose()
        url = self._engine.url.set(database="postgres")
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            # Only a database that nobody uses can be copied.
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (self._name,),
            )
            for statement in statements:
                connection.exec_driver_sql(statement)
        server.dispose()
