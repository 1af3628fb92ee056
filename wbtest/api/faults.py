"""A refusal at the member of a body that it is about: on the page some fields have other names."""

from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.store import Invalid


@contextmanager
def told_as(**members: str) -> Iterator[None]:
    """Let a verb's Invalid name the members of the body, given by the names of the fields.

    What is said at an entry of a list, such as ``crowds[0].until``, is said at the member's.
    """
    try:
        yield
    except Invalid as refused:
        field, bracket, entry = refused.field.partition("[")
        if field not in members:
            raise
        raise Invalid(members[field] + bracket + entry, str(refused)) from refused
