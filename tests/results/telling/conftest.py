"""A test that runs, with nothing in the outbox yet."""

import pytest

from tests.results.conftest import Start
from tests.results.telling.telling import forget
from wbtest.publishing.models import Experiment


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    experiment = begin()
    forget()
    return experiment
