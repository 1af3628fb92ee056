"""The app, as a server of another kind finds it."""

import gc
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from wbtest.config import BadSetting

FILE = Path(__file__).parents[1] / "app.py"
# What costs the start of every process, and few of them need: who needs it loads it.
LATE = {
    *("PIL", "alembic", "docx", "email_validator", "fontTools", "mammoth", "markdown_it", "numpy"),
    *("plotly", "scipy", "weasyprint"),
}


@pytest.mark.one_database
def test_where_no_app_can_be_made_garbage_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WBTEST_WORKERS", "none")

    with pytest.raises(BadSetting):
        runpy.run_path(str(FILE))

    assert gc.isenabled()


@pytest.mark.one_database
def test_the_app_is_made_without_what_few_processes_need(tmp_path: Path) -> None:
    code = "import sys, app; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=FILE.parent,
        env={"PATH": os.environ["PATH"], "WBTEST_INSTANCE": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )

    assert LATE.isdisjoint(done.stdout.split())


@pytest.mark.one_database
def test_a_command_is_called_without_loading_the_others() -> None:
    code = "import sys, wbtest.cli as cli; cli.main.get_command(None, 'serve'); print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FILE.parent, capture_output=True, check=True, text=True
    )

    loaded = set(done.stdout.split())
    assert "wbtest.cli.serve" in loaded
    assert loaded.isdisjoint({"wbtest.cli.demo", "wbtest.cli.doctor", "wbtest.cli.backup"})
