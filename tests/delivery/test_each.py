"""A job that goes through many things does the rest, and says which failed."""

import pytest
from flask import Flask

from wbtest.delivery.worker import SomeFailed, for_each


@pytest.mark.usefixtures("app")
def test_what_fails_is_named_once_the_rest_is_done():
    done = []

    def act(number: int) -> None:
        done.append(1 / number)

    with pytest.raises(SomeFailed, match=r"^page 0: ZeroDivisionError: division by zero$"):
        for_each([2, 0, 4], act, lambda number: f"page {number}")
    assert done == [0.5, 0.25]


def test_without_a_failure_nothing_is_said(app: Flask):
    with app.app_context():
        for_each([1, 2], lambda _: None, str)
