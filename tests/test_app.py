"""The app, as a server of another kind finds it."""

import gc
import runpy
from pathlib import Path

import pytest

from wbtest.config import BadSetting

FILE = Path(__file__).parents[1] / "app.py"


@pytest.mark.one_database
def test_where_no_app_can_be_made_garbage_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WBTEST_WORKERS", "none")

    with pytest.raises(BadSetting):
        runpy.run_path(str(FILE))

    assert gc.isenabled()
