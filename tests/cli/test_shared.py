"""The app that all processes of `wbtest serve` are given."""

import pickle

from tests.cli.conftest import Instance
from wbtest.cli.shared import SharedApp
from wbtest.extensions import utc_now
from wbtest.runtime import runtime


def test_a_process_that_is_no_fork_makes_the_app_for_itself(empty: Instance) -> None:
    settings = empty.settings
    shared = SharedApp(settings, utc_now)

    found: SharedApp = pickle.loads(pickle.dumps(shared))

    assert found.app is not shared.app
    assert runtime(found.app).settings == settings


def test_its_addresses_are_in_order_before_it_is_forked(empty: Instance) -> None:
    app = SharedApp(empty.settings, utc_now).app

    assert not app.url_map._remap
