"""A refusal at the member of a body that it is about: on the page some fields have other names."""

from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.store import Invalid


@contextmanager
def told_as(**members: str) -> Iterator[None]:
    """Let a verb's Invalid name the members of the body, given by the names of the fields."""
    try:
        yield
    except Invalid as refused:
        if refused.field not in members:
            raise
        raise Invalid(members[refused.field], str(refused)) from refused
