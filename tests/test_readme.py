"""The README says what the code does."""

import re
from pathlib import Path

from wbtest.config import KNOWN, PREFIX

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_readme_lists_every_setting_with_its_meaning() -> None:
    listed = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (.+) \|$", README, re.MULTILINE))

    assert listed == KNOWN


def test_every_picture_and_page_that_the_readme_links_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", README)

    missing = [link for link in linked if not (Path(__file__).parents[1] / link).exists()]

    assert not missing
