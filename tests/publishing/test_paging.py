"""Long lists: a page at a time, and nothing of it left out or shown twice."""

import re

import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.copies import Copier
from tests.factories import Team, log_in, make_experiment, make_release, make_revision
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.review.verdicts import stop_release

EXPERIMENT = re.compile(r'class="name" href="/experiments/(\d+)"')
RELEASE = re.compile(r'class="name"\s+href="/releases/(\d+)"')


def copy(table: str, times: int) -> None:
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        Copier(connection).copy((table,), times)


def test_experiments_are_shown_fifty_at_a_time_open_and_newest_first(
    client: FlaskClient, team: Team
):
    make_experiment(make_revision(team.editor), team.editor)
    copy("releases", 50)
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.update(Experiment).where(Experiment.id > 1).values(state="running"))
    log_in(client, team.viewer)
    first, second, beyond = (client.get(f"/experiments?page={k}").text for k in (1, 2, 9))

    assert [*map(int, EXPERIMENT.findall(first))] == [*range(51, 1, -1)]
    assert EXPERIMENT.findall(second) == ["1"]
    assert EXPERIMENT.findall(beyond) == ["1"]
    assert "Page 1 of 2" in first


def test_releases_are_shown_fifty_at_a_time(client: FlaskClient, team: Team):
    make_release(team.editor)
    copy("releases", 50)
    log_in(client, team.viewer)
    first, second = (client.get(f"/releases?page={k}").text for k in (1, 2))

    assert sorted(map(int, RELEASE.findall(first) + RELEASE.findall(second))) == [*range(1, 52)]
    assert "Page 1 of 2" in first


def test_stopped_releases_are_shown_fifty_at_a_time(client: FlaskClient, team: Team):
    stop_release(make_revision(team.editor), team.owner, "Nobody fires at night.")
    copy("releases", 50)
    log_in(client, team.viewer)
    first, second = (client.get(f"/stopped?page={k}").text for k in (1, 2))

    assert (first.count("Nobody fires"), second.count("Nobody fires")) == (50, 1)
    assert "51 stopped on paper" in client.get("/releases").text
