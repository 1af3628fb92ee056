"""Press releases: drafts, their parts and FAQ, and the revisions frozen from them."""

from flask import Flask

from wbtest.writing import coach_report, file_views, languages, releases, suggested_questions
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.document import is_spelled, link_in, topic_name
from wbtest.writing.views import bp, may_stay

# Each adds its pages to the blueprint of views.
PAGES = (suggested_questions, file_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what templates ask about a text."""
    app.register_blueprint(bp)
    app.add_template_global(languages.direction, "direction_of")
    app.add_template_filter(coach_report.marked_paragraphs)
    app.add_template_global(may_stay)
    app.add_template_global(suggested_questions.candidates_of)
    app.add_template_global(releases.find_origin)
    app.add_template_global(suggested_questions.count_waiting)
    app.add_template_global(numbers_of)
    app.add_template_global(coach_report.numbers_asked)
    app.add_template_global(link_in)
    app.add_template_test(is_spelled, "spelled")
    app.add_template_filter(languages.long_day)
    app.add_template_filter(topic_name)
