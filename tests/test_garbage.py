"""While the app is loaded nobody looks for garbage, and afterwards somebody does."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wbtest import create_app
from wbtest.config import BadSetting
from wbtest.garbage import unsearched

pytestmark = pytest.mark.one_database
COUNT = """
import gc
looks = []
gc.callbacks.append(lambda phase, _: looks.append(phase))
import wbtest
from wbtest.cli import main
main.get_command(None, "doctor")
wbtest.create_app()
print(looks.count("start"), gc.isenabled())
"""


def test_a_command_is_loaded_almost_without_looking_for_garbage(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "WBTEST_INSTANCE": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", COUNT], env=environ, check=True, capture_output=True, text=True
    )

    looks, is_enabled = done.stdout.split()
    # Nearly three hundred times where nobody says otherwise.
    assert int(looks) < 20
    assert is_enabled == "True"


def test_where_no_app_can_be_made_garbage_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WBTEST_WORKERS", "none")

    with pytest.raises(BadSetting):
        create_app()

    assert gc.isenabled()


def test_who_had_stopped_looking_before_has_so_afterwards() -> None:
    gc.disable()
    try:
        with unsearched():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
