"""Press releases: drafts, their parts and FAQ, and the revisions frozen from them."""

from flask import Flask

from wbtest.writing import file_views, suggested_questions, version_views
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.coach_report import marked_paragraphs, numbers_asked
from wbtest.writing.document import is_spelled, link_in
from wbtest.writing.languages import direction, long_day
from wbtest.writing.releases import find_origin
from wbtest.writing.suggested_questions import candidates_of, count_waiting
from wbtest.writing.views import bp, may_stay

# Each adds its pages to the blueprint of views.
PAGES = (suggested_questions, version_views, file_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what templates ask about a text."""
    app.register_blueprint(bp)
    app.add_template_global(direction, "direction_of")
    app.add_template_filter(marked_paragraphs)
    app.add_template_global(may_stay)
    app.add_template_global(candidates_of)
    app.add_template_global(find_origin)
    app.add_template_global(count_waiting)
    app.add_template_global(numbers_of)
    app.add_template_global(numbers_asked)
    app.add_template_global(link_in)
    app.add_template_test(is_spelled, "spelled")
    app.add_template_filter(long_day)
