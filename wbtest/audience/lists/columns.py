"""What the columns of a list hold: guessed from their headings, for a person to say. Pure."""

import re
from collections.abc import Iterable, Sequence

from wbtest.audience.lists.reading import Row

LEAVE_OUT, EMAIL, NAME, KEEP = "", "email", "name", "keep"
AT, SOURCE, CONSENT, AGREED = "at", "source", "consent", "agreed"
ANSWER = "answer-"
MEANINGS = {
    EMAIL: "E-mail address",
    NAME: "Name, or a part of it",
    AT: "Signed up on",
    SOURCE: "Where they came from",
    CONSENT: "Words they agreed to",
    AGREED: "When they agreed",
    KEEP: "Keep as it stands",
    LEAVE_OUT: "Leave out",
}
# Of these several columns may be.
MANY = (NAME, KEEP, LEAVE_OUT)
# As spreadsheets and mailing tools head them, without anything but letters and digits.
KNOWN = {
    EMAIL: "email mail emailaddress emailadresse adresseemail mailadresse correo correoelectronico "
    "emailid subscriberemail",
    NAME: "name fullname firstname lastname surname givenname familyname fname lname vorname "
    "nachname prenom nom nombre apellidos",
    AT: "at signedupon signedup signedupat signupdate optintime createdat created creationdate "
    "subscribedat subscribedon addedat dateadded date datum angemeldetam eingetragenam",
    SOURCE: "source utmsource wherefrom quelle herkunft referrer",
    CONSENT: "consent consentwords optintext einwilligung",
    AGREED: "agreedon agreedat consentdate consentedat confirmtime",
}
# Heads the columns of our own file that hold what an earlier list said.
OURS = "list: "
# Only our own file has all of these: of that one nothing is lost on the way.
_SIGN_OF_OURS = {"page_version", "counts", "origin"}
_MEANING_OF = {word: meaning for meaning, words in KNOWN.items() for word in words.split()}


class Unfit(ValueError):
    """The columns cannot be what somebody says; the text is a sentence for them."""


def choices_of(questions: Sequence[str]) -> dict[str, str]:
    """Return what a column may be, with its name; each question of the page is one."""
    answers = {f"{ANSWER}{place}": f"Answer: {text}" for place, text in enumerate(questions)}
    return {EMAIL: MEANINGS[EMAIL], NAME: MEANINGS[NAME], **answers, **MEANINGS}


def guess(
    headings: Sequence[str], rows: Sequence[Row], questions: Sequence[str]
) -> tuple[str, ...]:
    """Return what each column seems to be, from its heading; the e-mail from its cells, too.

    What is unknown is left out: nothing is kept of a person that nobody asked for. Of our own file
    it is kept.
    """
    unknown = KEEP if {*headings} >= _SIGN_OF_OURS else LEAVE_OUT
    found = [_meaning(heading, questions) or unknown for heading in headings]
    if EMAIL not in found and (place := _place_of_addresses(len(headings), rows)) is not None:
        found[place] = EMAIL
        after = place + 1
        # Without headings: an address, and a name beside it.
        if headings[place] == f"Column {after}" and after < len(found) and NAME not in found:
            found[after] = NAME
    return tuple(_first_of_each(found, unknown))


def check(columns: Sequence[str], number: int, questions: Sequence[str]) -> tuple[str, ...]:
    """Return the columns if that many can be it. Raises Unfit."""
    known = choices_of(questions)
    if len(columns) != number or not {*columns} <= {*known}:
        raise Unfit("Say of each column what it holds.")
    if EMAIL not in columns:
        raise Unfit("Say which column holds the e-mail addresses.")
    for meaning in columns:
        if meaning not in MANY and columns.count(meaning) > 1:
            raise Unfit(f"Two columns cannot both be “{known[meaning]}”. Leave one of them out.")
    return tuple(columns)


def own_heading(heading: str) -> str:
    """Return the heading under which a cell is kept: that of the list where it was first."""
    return heading.removeprefix(OURS)


def _meaning(heading: str, questions: Sequence[str]) -> str:
    if heading in questions:
        return f"{ANSWER}{questions.index(heading)}"
    if heading.startswith(OURS):
        return KEEP
    return _MEANING_OF.get(re.sub(r"[\W_]", "", heading.lower()), "")


def _place_of_addresses(number: int, rows: Sequence[Row]) -> int | None:
    """The column in which most cells hold an @, the first of several; None when none does."""
    counts = [
        sum("@" in row.cells[place] for row in rows if place < len(row.cells))
        for place in range(number)
    ]
    most = max(counts, default=0)
    return counts.index(most) if most else None


def _first_of_each(found: Iterable[str], unknown: str) -> Iterable[str]:
    seen: set[str] = set()
    for meaning in found:
        yield unknown if meaning in seen and meaning not in MANY else meaning
        seen.add(meaning)
