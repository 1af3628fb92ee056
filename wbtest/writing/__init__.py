"""Press releases: drafts, their parts and FAQ, and the revisions frozen from them."""

from flask import Flask

from wbtest.writing import (
    candidates_views,
    coach_views,
    copying_views,
    exchange_views,
    formats_views,
    saving_views,
)
from wbtest.writing.candidates import candidates_of, count_waiting
from wbtest.writing.coach.ledger import numbers_of
from wbtest.writing.coach_views import may_stay
from wbtest.writing.coaching import numbers_asked
from wbtest.writing.copying import find_origin
from wbtest.writing.evidence import is_spelled, link_in
from wbtest.writing.history import views as history_views
from wbtest.writing.languages import direction, long_day
from wbtest.writing.marking import marked_paragraphs
from wbtest.writing.views import bp

# Each adds its pages to the blueprint of views.
PAGES = (
    saving_views,
    coach_views,
    candidates_views,
    copying_views,
    history_views,
    exchange_views,
    formats_views,
)


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
