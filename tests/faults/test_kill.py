"""kill -9 under load, in short; `make drills` does it at random and often."""

from pathlib import Path

import pytest

from tests.drills.killing import kill
from tests.service.instance import make_instance

TARGETS = ("a web process", "both web processes")


# A second round leaves it out: `make drills` kills on PostgreSQL, its server too.
@pytest.mark.one_database
def test_what_was_acknowledged_outlives_the_processes_that_said_so(
    empty_database_url: str, tmp_path: Path
) -> None:
    instance = make_instance(tmp_path / "instance", empty_database_url)

    found = kill(instance, TARGETS, visitors=12, between=2, pause=0.5)

    assert found.failures == []
