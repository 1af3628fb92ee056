"""What was typed into a cell of a CSV file that we sent."""

import re

from wbtest.web import FORMULA, WIDE

WITHIN = re.compile(rf"(?<=[;\t\r\n])'(?=[^\S;\t\r\n]*[=+\-@|%'\"{''.join(WIDE)}])")


def undefused(cell: str) -> str:
    """Return the cell without the apostrophes that ``as_csv`` put into it.

    >>> undefused("'=1+1"), undefused("a;'=1"), undefused("'t Hooft")
    ('=1+1', 'a;=1', "'t Hooft")
    """
    rest = cell[1:]
    is_ours = cell.startswith("'") and rest != "" and (rest[0].isspace() or rest[0] in FORMULA)
    return WITHIN.sub("", rest if is_ours else cell)
