"""`make pictures` in short: the README's pictures, of a demo with few visitors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import COLOURS, PAGE, PICTURES, WIDTH
from tests.service.instance import ROOT
from tests.skips import require

pytestmark = pytest.mark.browser


def test_every_picture_of_the_readme_can_be_taken_anew(tmp_path: Path) -> None:
    require("Chromium")
    command = [sys.executable, "-m", "tests.pictures", f"--into={tmp_path}", "--visitors=100"]

    subprocess.run(command, cwd=ROOT, check=True, timeout=120)

    heights = {f"{name}.png": height for name, _, height in (*PICTURES, PAGE)}
    shown = re.findall(r"docs/images/([^)]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {file.name for file in tmp_path.iterdir()} == set(heights) == set(shown)
    for name, height in heights.items():
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (WIDTH, height)
            # A blank or broken page has a few at most.
            assert len(picture.getcolors() or ()) > COLOURS / 2
