"""The team's own pages on a server without mail, where links are shown instead."""

from dataclasses import replace

import pytest

from wbtest.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="")
