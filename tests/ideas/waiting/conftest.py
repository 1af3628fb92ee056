"""A team without any text: each test makes what waits."""

import pytest

from tests.conftest import make_larder_team
from tests.prepared import Fill


@pytest.fixture
def prepared() -> Fill:
    return make_larder_team
