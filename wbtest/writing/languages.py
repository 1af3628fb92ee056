"""The languages a release can be begun in, and which of them run from right to left. Pure."""

import tomllib
from datetime import date
from pathlib import Path

# Code, own name, English name; by own name of what a team is most likely to look for first.
LANGUAGES: tuple[tuple[str, str, str], ...] = tuple(
    (code, own, english)
    for code, (own, english) in tomllib.loads(
        Path(__file__).with_name("languages.toml").read_text("utf-8")
    ).items()
)
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi", "dv", "ps", "sd", "ug", "ckb")


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, the way text of this language runs.

    >>> direction("ar-EG"), direction("en")
    ('rtl', 'ltr')
    """
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def listed(present: str) -> dict[str, str]:
    """Label of each language by its code; ``present`` is among them, whatever it is.

    >>> listed("")["ar"], listed("gsw")["gsw"]
    ('العربية · Arabic', 'gsw')
    """
    labels = {
        code: own if own == english else f"{own} · {english}" for code, own, english in LANGUAGES
    }
    return labels if not present or present in labels else {**labels, present: present}


def long_day(day: str, language: str) -> str:
    """An ISO date as English writes it; for other languages the browser does it from the ISO form.

    >>> long_day("2027-03-01", "en-GB"), long_day("2027-03-01", "ar")
    ('1 March 2027', '2027-03-01')
    """
    if language.split("-")[0].lower() != "en" or not day:
        return day
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"
