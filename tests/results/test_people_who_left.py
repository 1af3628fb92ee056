"""Who left is in no list and no file; a line says how many they are."""

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.conftest import Start
from wbtest.audience.models import Signup
from wbtest.audience.recording import rollup
from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.store import writing


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    """A running page with three addresses."""
    experiment = begin()
    with writing() as session:
        for number in range(3):
            address = f"p{number}@x.io"
            session.add(
                Signup(
                    experiment_id=experiment.id, email_key=address, email=address,
                    variant="control", at_us=number, source="direct", device="phone",
                    token_hash=address,
                )
            )  # fmt: skip
    return experiment


def leave(*numbers: int) -> None:
    with writing() as session:
        for number in numbers:
            rollup.erase(session, f"p{number}@x.io", clock.now())


@pytest.fixture
def owner(app: Flask, client: Browser, team: Team) -> Browser:
    log_in(client, team.owner)
    return client


def test_nothing_is_said_of_leaving_while_nobody_has_left(experiment, owner):
    assert "left." not in owner.get(f"/experiments/{experiment.id}/signups").text


@pytest.mark.parametrize(
    ("numbers", "line", "count"),
    [
        ([0], "1 person has unsubscribed or", "2 sign-ups, newest first"),
        ([0, 1], "2 people have unsubscribed or", "1 sign-up, newest first"),
        ([0, 1, 2], "3 people have unsubscribed or", "No sign-ups yet"),
    ],
)
def test_the_list_names_those_who_stayed_and_says_how_many_left(
    experiment, owner, numbers, line, count
):
    leave(*numbers)

    page = owner.get(f"/experiments/{experiment.id}/signups").text

    assert line in page
    assert count in page
    assert [f"p{number}@x.io" in page for number in range(3)] == [
        number not in numbers for number in range(3)
    ]


def test_the_file_holds_nobody_who_left(experiment, owner):
    leave(0, 1)

    text = owner.get(f"/experiments/{experiment.id}/signups.csv").text

    assert "p2@x.io" in text
    assert len(text.splitlines()) == 2
    assert "left" not in text
