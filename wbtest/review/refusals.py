"""What keeps a verb from acting on a revision: a newer text, or a release stopped on paper."""

from wbtest.review.verdicts import find_stop
from wbtest.store import Refused
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_newest_revision


class TextChanged(Refused):
    """A newer revision exists, so this one is no longer what the team would sign."""


class Stopped(Refused):
    """The text has findings that stop it, or the release was stopped on paper."""


def is_newest(revision: Revision) -> bool:
    """Whether no later text of this release was frozen."""
    newest = find_newest_revision(revision.release)
    return newest is None or newest.id == revision.id


def refuse_old(revision: Revision, instead: str) -> None:
    """Raise TextChanged when a later text was frozen; ``instead`` says what to do with that."""
    newest = find_newest_revision(revision.release)
    if newest is not None and newest.number > revision.number:
        raise TextChanged(f"The text changed: revision {newest.number} is newer. {instead}")


def refuse_put_away(release: Release, before: str) -> None:
    """Raise Stopped when the release was stopped on paper; ``before`` names what must wait."""
    if (put_away := find_stop(release)) is not None:
        raise Stopped(
            f"{put_away.stopped_by.name} stopped this release on paper. "
            f"Take it up again before you {before}."
        )
