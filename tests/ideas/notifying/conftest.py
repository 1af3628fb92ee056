"""A test that runs, with nothing in the outbox yet."""

import pytest

from tests.ideas.notifying.told import forget
from tests.results.conftest import Start
from wbtest.publishing.models import Experiment


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    experiment = begin()
    forget()
    return experiment
