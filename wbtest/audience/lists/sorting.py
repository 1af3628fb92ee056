"""From the rows of a list to people: one for each address, and the rows that name nobody. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from wbtest.audience.lists import columns as meant
from wbtest.audience.lists.reading import Row, Table
from wbtest.audience.signing.forms import LONGEST_NAME, one_line
from wbtest.audience.visitors import LONGEST_EMAIL, NotAnEmail, read_email

# As nearly all are. Of these the domain alone needs a look, and most lists name few domains.
_PLAIN = re.compile(r"([A-Za-z0-9_-]{1,30}(?:[.+][A-Za-z0-9_-]{1,30})?)@([A-Za-z0-9.-]{1,180})")
DOMAINS_REMEMBERED = 50_000


class Entry(NamedTuple):
    """Somebody on a list. ``said`` is JSON: what else the list says of them, '' for nothing."""

    email_key: str
    email: str
    name: str
    consent: str
    answers: str
    said: str


class Sorted(NamedTuple):
    """Whom a list names: by the keys of their addresses, in order, the address and the row.

    ``wrong`` are the rows without an address that can be right, ``repeated`` how many name somebody
    who stands further up.
    """

    people: dict[str, tuple[str, Row]]
    wrong: list[int]
    repeated: int


def sort(table: Table, columns: Sequence[str]) -> Sorted:
    """Return whom the rows name, where the columns are what ``columns`` says."""
    at_email = columns.index(meant.EMAIL)
    found: dict[str, tuple[str, Row]] = {}
    wrong, repeated = [], 0
    for row in table.rows:
        try:
            email, key = read_address(row.cells[at_email] if at_email < len(row.cells) else "")
        except NotAnEmail:
            wrong.append(row.number)
            continue
        if key in found:
            repeated += 1
        else:
            found[key] = email, row
    return Sorted({key: found[key] for key in sorted(found)}, wrong, repeated)


def entries_of(
    found: Sorted, headings: Sequence[str], columns: Sequence[str], questions: Sequence[str]
) -> list[Entry]:
    """Return all that the list says of whom it names; to count them needs none of it."""
    return [
        _entry(email, key, _parts(headings, columns, row), questions)
        for key, (email, row) in found.people.items()
    ]


def names(table: Table, email_key: str) -> bool:
    """Whether a cell of the table is the address with this key."""
    return any(_key_of(cell) == email_key for row in table.rows for cell in row.cells)


def read_address(text: str) -> tuple[str, str]:
    """Return what ``read_email`` does, in a fiftieth of the time for most. Raises NotAnEmail."""
    plain = _PLAIN.fullmatch(text.strip())
    # Bounds are those of the whole address, which the domain alone cannot tell.
    if plain is None or len(text) > LONGEST_EMAIL or plain[2].endswith("."):
        return read_email(text)
    domain, key = _domain(plain[2])
    return f"{plain[1]}@{domain}", f"{plain[1].lower()}@{key}"


def _key_of(cell: str) -> str:
    if "@" not in cell:
        return ""
    try:
        return read_address(cell)[1]
    except NotAnEmail:
        return ""


@lru_cache(DOMAINS_REMEMBERED)
def _domain(text: str) -> tuple[str, str]:
    email, key = read_email(f"a@{text}")
    return email.removeprefix("a@"), key.removeprefix("a@")


def _parts(
    headings: Sequence[str], columns: Sequence[str], row: Row
) -> Mapping[str, dict[str, str]]:
    """The cells of a row by what they are, and by heading, in their order; empty ones left out."""
    parts: dict[str, dict[str, str]] = {}
    for heading, meaning, cell in zip(headings, columns, row.cells, strict=False):
        if cell.strip():
            parts.setdefault(meaning, {})[heading] = cell
    return parts


def _entry(
    email: str, key: str, parts: Mapping[str, dict[str, str]], questions: Sequence[str]
) -> Entry:
    def one(meaning: str) -> str:
        return next(iter(parts.get(meaning, {}).values()), "")

    answers = {
        question: one(f"{meant.ANSWER}{place}")
        for place, question in enumerate(questions)
        if f"{meant.ANSWER}{place}" in parts
    }
    said: dict[str, object] = {
        name: one(name) for name in (meant.AT, meant.SOURCE, meant.AGREED) if name in parts
    }
    if kept := parts.get(meant.KEEP):
        said["kept"] = {meant.own_heading(heading): cell for heading, cell in kept.items()}
    return Entry(
        key,
        email,
        one_line(" ".join(parts.get(meant.NAME, {}).values()))[:LONGEST_NAME],
        one(meant.CONSENT),
        _json(answers),
        _json(said),
    )


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
