"""Versions and digests as ETags, so that nobody changes what they have not read. Pure."""

import re

from wbtest.api.bodies import Unfit

_VERSION = re.compile(r'"v(\d{1,9})"')
_DIGEST = re.compile(r'"([0-9a-f]{64})"')


def of_version(version: int) -> str:
    """Return the ETag of a version.

    >>> of_version(7), version_wanted('"v7"'), version_wanted("*")
    ('"v7"', 7, None)
    """
    return f'"v{version}"'


def of_digest(digest: str) -> str:
    """Return the ETag of what has no number."""
    return f'"{digest}"'


def version_wanted(if_match: str | None) -> int | None:
    """Return the version that an ``If-Match`` names; None without one, or for any. Raises Unfit."""
    found = _wanted(_VERSION, if_match)
    return int(found) if found else None


def digest_wanted(if_match: str | None) -> str:
    """Return the digest that an ``If-Match`` names; '' without one, or for any. Raises Unfit."""
    return _wanted(_DIGEST, if_match)


def _wanted(tag: re.Pattern[str], if_match: str | None) -> str:
    if if_match is None or if_match.strip() == "*":
        return ""
    found = tag.fullmatch(if_match.strip())
    if found is None:
        raise Unfit("If-Match takes the ETag of an answer, as it stands there.")
    return found[1]
