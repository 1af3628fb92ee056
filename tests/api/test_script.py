"""docs/markdown_to_experiment.py is run, not believed: against a server in processes of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Instance, Served, empty, instance, migrated, serving
from tests.factories import LARDER, make_team
from wbtest.team.models import Person
from wbtest.team.tokens import make_token
from wbtest.writing.files import write_file

SCRIPT = Path(__file__).parents[2] / "docs" / "markdown_to_experiment.py"
__all__ = ["empty", "instance", "migrated"]


@pytest.fixture
def tokens(instance: Instance) -> dict[str, str]:
    """Tokens of an editor and of an approver."""
    with instance.opened():
        team = make_team("Larder")

        def token(person: Person, *scopes: str) -> str:
            return make_token(team.workspace, person, name="script", scopes=scopes)[1]

        return {
            "WBTEST_TOKEN": token(team.editor, "read", "write"),
            "WBTEST_APPROVER": token(team.approver, "read", "decide"),
        }


def run(served: Served, tokens: dict[str, str], *files: Path) -> "subprocess.CompletedProcess[str]":
    environ = {**os.environ, **tokens, "WBTEST_URL": served.url}
    command = [sys.executable, str(SCRIPT), *map(str, files)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)


def test_the_script_takes_markdown_to_a_page_that_runs(
    instance: Instance, tokens: dict[str, str], tmp_path: Path
) -> None:
    release, draft = tmp_path / "release.md", tmp_path / "experiment.json"
    release.write_text(write_file(LARDER, "full", "md"), encoding="utf-8")
    ends_on = (datetime.now(UTC) + timedelta(weeks=4)).date().isoformat()
    rule = {"target": 0.08, "floor": 0.03, "minimum_visitors": 400, "maximum_visitors": 2400}
    rule |= {"minimum_days": 7, "ends_on": ends_on, "who": "parents", "does": "leave an address"}
    rule |= {"if_met": "We build it.", "if_not_met": "We stop.", "if_unclear": "We ask again."}
    draft.write_text(json.dumps({"slug": "larder", "hypothesis": rule}), encoding="utf-8")

    with serving(instance) as served:
        done = run(served, tokens, release, draft)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("/p/larder\n")
        with urllib.request.urlopen(f"{served.url}/p/larder", timeout=10) as page:
            assert LARDER.headline in page.read().decode()
