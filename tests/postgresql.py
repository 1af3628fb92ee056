"""The PostgreSQL of a run, for the tests that ask for a database."""

import sqlalchemy as sa

from wbtest.extensions import Base

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
COUNT_FROM_ONE = (
    "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE last_value IS NOT NULL"
)

EMPTY_LOG = (
    "DO $$ BEGIN IF EXISTS (SELECT 1 FROM audit_lines) THEN"
    " ALTER TABLE audit_lines DISABLE TRIGGER audit_lines_stay_together; TRUNCATE audit_lines;"
    " ALTER TABLE audit_lines ENABLE TRIGGER audit_lines_stay_together; END IF; END $$"
)


class Server:
    """The PostgreSQL of a run; its tests use one database there, one after the other."""

    def __init__(self, url: str, name: str) -> None:
        self._url = sa.make_url(url)
        self._name = name
        self._engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        self._tables: sa.Engine | None = None

    def create(self) -> str:
        """Make an empty database, and return its address."""
        self._run(f'CREATE DATABASE "{self._name}"')
        return self._address(self._name)

    def drop(self) -> None:
        """Delete the empty database of a test, even while somebody is connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def empty_tables(self) -> str:
        """Return the address of a database with all tables and no row, each number from 1 on.

        To empty it takes a fortieth of the time that making a new one takes. The connection that
        does it stays: a new one has to read about each table before it can delete from it.
        """
        tables = f"{self._name}_tables"
        if self._tables is None or not self._empty(self._tables):
            self._drop_tables()
            self._run(f'CREATE DATABASE "{tables}"')
            # A test may end all connections, this one too.
            self._tables = sa.create_engine(self._address(tables), pool_pre_ping=True)
            Base.metadata.create_all(self._tables)
        return self._address(tables)

    def _empty(self, engine: sa.Engine) -> bool:
        """Delete all rows; False when a test left other tables than it found."""
        with engine.begin() as connection:
            connection.exec_driver_sql(END_OTHERS)
            if {*connection.exec_driver_sql(TABLES).scalars()} != {*Base.metadata.tables}:
                return False
            # The audit log refuses to lose a line; and most tests write none.
            connection.exec_driver_sql(EMPTY_LOG)
            tables = reversed(Base.metadata.sorted_tables)
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{table.name}"' for table in tables))
            connection.exec_driver_sql(COUNT_FROM_ONE)
        return True

    def _drop_tables(self) -> None:
        if self._tables is not None:
            self._tables.dispose()
        self._run(f'DROP DATABASE IF EXISTS "{self._name}_tables" WITH (FORCE)')

    def close(self) -> None:
        """Leave nothing behind."""
        self._drop_tables()
        self._engine.dispose()

    def _address(self, database: str) -> str:
        return self._url.set(database=database).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)
