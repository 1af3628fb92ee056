"""A mail as it is written, before anybody sends it. Pure."""

from typing import NamedTuple


class Letter(NamedTuple):
    """A mail in plain text."""

    subject: str
    body: str
