"""How long each part of a release may be, and what it may hold. Pure."""

import re
from datetime import date

from wbtest.writing.wording import find_fault

# In characters. Parts that are not named in LONGEST_LINE have several lines and this length.
LONGEST_TEXT = 20_000
LONGEST_LINE = {
    "product": 120,
    "language": 35,
    "segment": 300,
    "headline": 300,
    "subheading": 600,
    "dateline.city": 120,
    "dateline.date": 10,
    "company_quote.speaker": 120,
    "company_quote.role": 200,
    "customer_quote.speaker": 120,
    "customer_quote.role": 200,
    "call_to_action.text": 300,
    "call_to_action.label": 60,
    "call_to_action.price": 120,
    "faq.topic": 80,
    "faq.question": 300,
    "faq.open.owner": 120,
    "faq.open.until": 10,
    "faq.open.settled_by": 300,
    "evidence.words": 120,
    "evidence.source": 600,
    "vision": 600,
    "roadmap": 600,
}
MOST_QUESTIONS = 200
MOST_EVIDENCE = 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def fault_of(part: str, text: str) -> str:
    """Return the sentence that says why ``part`` cannot be ``text``, or '' when it can.

    Parts are named by their path: ``headline``, ``dateline.date``, ``faq.answer``.

    >>> fault_of("dateline.date", "next March")
    'This must be a date like 2027-03-01.'
    """
    if fault := find_fault(text, LONGEST_LINE.get(part, LONGEST_TEXT)):
        return fault
    if part in LONGEST_LINE and "\n" in text:
        return "This must be one line."
    if part == "language" and not _LANGUAGE.fullmatch(text):
        return "This must be the code of a language, like en or pt-BR."
    if part in ("dateline.date", "faq.open.until") and text and not is_day(text):
        return "This must be a date like 2027-03-01."
    return ""


def is_day(text: str) -> bool:
    """Whether ``text`` is a day of the calendar, written like 2027-03-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None
