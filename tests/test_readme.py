"""README and settings say what the code does."""

import re
from pathlib import Path

from wbtest.config import KNOWN, PREFIX

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()


def test_the_page_of_settings_lists_each_with_its_meaning() -> None:
    listed = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (.+) \|$", SETTINGS, re.MULTILINE))

    assert listed == KNOWN


def test_every_picture_and_page_that_the_readme_links_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)

    missing = [link for link in linked if not (ROOT / link).exists()]

    assert not missing
