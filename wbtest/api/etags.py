"""Versions as ETags, so that nobody changes what they have not read. Pure."""

import re

from wbtest.api.bodies import Unfit

_TAG = re.compile(r'"v(\d{1,9})"')


def etag_of(version: int) -> str:
    """Return the ETag of a version.

    >>> etag_of(7), version_wanted('"v7"'), version_wanted("*")
    ('"v7"', 7, None)
    """
    return f'"v{version}"'


def version_wanted(if_match: str | None) -> int | None:
    """Return the version that an ``If-Match`` names; None without one, or for any. Raises Unfit."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise Unfit("If-Match takes the ETag of an answer, as it stands there.")
    return int(found[1])
