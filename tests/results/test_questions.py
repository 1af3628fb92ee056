"""The statements behind the results: the driver answers what SQLAlchemy would."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour, count_machines
from wbtest.audience import counts, evidence, left_out_counts, past_days, people_counts
from wbtest.audience import segments_counts as segments
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.question import Question
from wbtest.results.trusting import gathering
from wbtest.team.audit.log import record

LONG_AGO, SOON = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
EVER = {"since": 0, "before": 10**12}
ASKED: dict[str, tuple[Question, dict[str, Any]]] = {
    "days": (past_days._DAYS, {"since": date(2027, 3, 2)}),
    "changes": (past_days._CHANGES, {"since": date(2027, 3, 2)}),
    "changes of many": (evidence._CHANGES, {}),
    "hours": (evidence._HOURS, EVER | {"variants": ["control", "price"]}),
    "days of many": (counts._DAILY, {}),
    "sources ever": (counts._BY_SOURCE_EVER, {}),
    "people": (people_counts._PEOPLE, {}),
    "machines": (left_out_counts._MACHINES, {}),
    "two variants": (left_out_counts._TWO_VARIANTS, {}),
    "newest addresses": (segments._NEWEST, {}),
    "cells": (segments._CELLS, {}),
    "cells of sources": (segments._CELLS_OF, {"sources": ["newsletter", "x"]}),
    "steps": (gathering._STEPS, {}),
    "facts changed": (gathering._FACTS_CHANGED, {"since": LONG_AGO, "until": SOON}),
}


@pytest.fixture
def running(begin: Start) -> Experiment:
    """Two variants, visitors on three days, of whom some do not count, machines, a new name."""
    experiment = begin(variants=("Price",))
    for day in range(3):
        for variant in ("control", "price"):
            count_day(experiment, day, variant, seen=70, converted=5)
    count_hour(experiment, 20, "price", seen=9, excluded_because="team")
    count_machines(experiment, 12)
    record(experiment.workspace_id, "workspace.changed", "Larder")
    return experiment


@pytest.mark.every_database
@pytest.mark.parametrize("name", ASKED)
def test_every_question_has_the_answer_that_the_session_gives(
    running: Experiment, name: str
) -> None:
    question, more = ASKED[name]
    values = more | {
        "tests": [running.id],
        "experiment_id": running.id,
        "workspace_id": running.workspace_id,
    }
    known = question.query.compile().params
    asked = {name: value for name, value in values.items() if name in known}

    found = question.ask(**asked)

    assert found
    assert found == [tuple(row) for row in db.session.execute(question.query, asked)]
