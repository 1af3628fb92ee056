"""Where a list goes on: a word that programs hand back as it is, and do not look into. Pure."""

import base64
import binascii

from wbtest.api.bodies import Unfit

LARGEST = 2**31 - 1


def cursor_after(number: int) -> str:
    """Return the cursor for what comes after the row of this number.

    >>> cursor_after(41), number_in(cursor_after(41))
    ('YWZ0ZXIgNDE', 41)
    """
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def number_in(cursor: str) -> int | None:
    """Return the number in a cursor, None in an empty one. Raises Unfit for any other word."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        number = int(text.removeprefix("after "))
    except (binascii.Error, ValueError) as error:
        raise Unfit("This cursor is none of ours. Begin without one.") from error
    if not 0 <= number <= LARGEST or cursor_after(number) != cursor:
        raise Unfit("This cursor is none of ours. Begin without one.")
    return number
