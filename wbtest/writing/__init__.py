"""Press releases: drafts, their parts and FAQ, and the revisions frozen from them."""

from datetime import date
from importlib import import_module

from flask import Flask

# Each adds its pages to the blueprint of views.
PAGES = (
    "saving_views",
    "coach_views",
    "candidates_views",
    "copying_views",
    "history.views",
    "exchange_views",
    "formats_views",
)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what templates ask about a text."""
    from wbtest.writing.candidates import candidates_of, count_waiting
    from wbtest.writing.coach.ledger import numbers_of
    from wbtest.writing.coach_views import may_stay
    from wbtest.writing.coaching import numbers_asked
    from wbtest.writing.copying import find_origin
    from wbtest.writing.evidence import is_spelled, link_in
    from wbtest.writing.languages import direction
    from wbtest.writing.marking import marked_paragraphs
    from wbtest.writing.views import bp

    for name in PAGES:
        import_module(f"{__name__}.{name}")
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


def long_day(day: str, language: str) -> str:
    """An ISO date as English writes it; for other languages the browser does it from the ISO form.

    >>> long_day("2027-03-01", "en-GB"), long_day("2027-03-01", "ar")
    ('1 March 2027', '2027-03-01')
    """
    if language.split("-")[0].lower() != "en" or not day:
        return day
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"
