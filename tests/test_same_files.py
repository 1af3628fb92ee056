"""Files of SQLite that somebody moves, replaces or deletes while they are open."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tests.factories import make_workspace
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import Workspace

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database, which is open and holds one row."""
    make_workspace("Larder")
    return tmp_path / "test.db"


def test_nothing_is_written_into_a_database_that_has_gone(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))

    with pytest.raises(OperationalError, match=r"test\.db was taken away.*it has gone"), writing():
        pass


def test_once_it_is_back_it_is_written_to_as_before(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))
    with pytest.raises(OperationalError), writing():
        pass

    file.with_name("elsewhere.db").rename(file)
    make_workspace("Pantry")

    assert names_in(file) == ["Larder", "Pantry"]


def test_no_empty_database_takes_the_place_of_one_that_has_gone(file: Path) -> None:
    db.session.remove()
    db.engine.dispose()
    file.unlink()

    with pytest.raises(OperationalError, match="it has gone"):
        db.session.scalars(db.select(Workspace)).all()

    assert not file.exists()


@pytest.mark.parametrize("beside", [(), ("-wal", "-shm")])
def test_nothing_is_mixed_into_another_database_that_has_its_name(
    file: Path, beside: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(file)) as ours:
        ours.execute("VACUUM INTO ?", (str(file.with_name("copy.db")),))
    was = file.with_name("copy.db").read_bytes()
    file.with_name("copy.db").replace(file)
    for end in beside:
        file.with_name(file.name + end).unlink()

    for _ in range(2):
        with pytest.raises(OperationalError, match="another file has its name"), writing():
            pass
        db.session.remove()
        db.engine.dispose()

    assert file.read_bytes() == was


def test_nothing_is_written_into_a_log_that_nobody_will_find(file: Path) -> None:
    log = file.with_name(file.name + "-wal")
    log.rename(file.with_name("elsewhere"))

    with pytest.raises(OperationalError, match=r"test\.db-wal was taken away"), writing():
        pass
    shutil.copyfile(file.with_name("elsewhere"), log)
    with pytest.raises(OperationalError, match="another file has its name"), writing():
        pass


def names_in(file: Path) -> list[str]:
    """The workspaces in a database, as somebody else finds them."""
    with closing(sqlite3.connect(file)) as other:
        return [name for (name,) in other.execute("SELECT name FROM workspaces ORDER BY id")]
