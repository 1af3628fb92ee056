"""The hostile company of a run: it lives once, and each test begins with a copy of its file."""

import pytest
from flask import Flask

from tests.hostile.filling import Filled, fill_company
from tests.prepared import Fill, PreparedFiles, fill_for


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, filled=fill_company)


@pytest.fixture
def filled(app: Flask, prepared_files: PreparedFiles) -> Filled:
    """What a test must know of the company."""
    filled: Filled = prepared_files.returned_by(fill_company)
    return filled
