"""Everything that the dashboard shows and offers, in every cell."""

from datetime import datetime

from tests.results.everywhere import beside, expecting, files, first_screen, tabs
from tests.results.everywhere.happenings import Part
from tests.results.everywhere.reading import Reader

WHOLE = Part()
CHECKS = (
    *(files.check_json, files.check_days, files.check_variants, files.check_sources),
    *(files.check_languages, files.check_excluded, files.check_funnel, files.check_densities),
    *(files.check_answers, files.check_reading),
    first_screen.check_first_screen,
    *(tabs.check_statistics, beside.check_left_out, beside.check_said),
)


def check_dashboard(reader: Reader, until: datetime, part: Part = WHOLE) -> None:
    """``until`` is now, or when nothing can change any more; ``part`` what the tabs filter."""
    for check in CHECKS:
        check(reader)
    asked = expecting.asked(reader, part)
    days, segments = expecting.days(reader, asked), expecting.segments(reader, asked)
    files.check_part_of_days(reader, asked, days)
    files.check_segments(reader, asked, segments)
    course = files.check_course(reader, until)
    tabs.check_over_time(reader, asked, days, course, until)
    tabs.check_visitors(reader, asked, segments)
