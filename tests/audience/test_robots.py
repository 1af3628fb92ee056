"""Whether search engines may list a page: its answer, its words, and the list of pages."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, make_approval, make_checked, make_experiment, make_revision
from wbtest.publishing.lifecycle import start
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options

NOINDEX = '<meta name="robots" content="noindex">'


@pytest.fixture
def pages(team: Team) -> None:
    """Two open pages; /p/hidden is not to be listed."""
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    for slug, options in (("listed", Options()), ("hidden", Options(is_indexed=False))):
        experiment = make_experiment(revision, team.editor, slug=slug)
        change_options(experiment, team.editor, options)
        start(make_checked(experiment, team.editor), team.approver)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(("slug", "robots"), [("listed", "all"), ("hidden", "noindex")])
def test_a_page_says_whether_it_may_be_listed(slug: str, robots: str, client: FlaskClient):
    answer = client.get(f"/p/{slug}")

    assert answer.status_code == 200
    assert answer.headers.getlist("X-Robots-Tag") == [robots]
    assert (NOINDEX in answer.text) == (robots == "noindex")


@pytest.mark.usefixtures("pages")
def test_the_list_of_pages_leaves_out_what_is_not_to_be_listed(client: FlaskClient):
    sitemap = client.get("/sitemap.xml").text

    assert "/p/listed<" in sitemap
    assert "/p/hidden" not in sitemap
