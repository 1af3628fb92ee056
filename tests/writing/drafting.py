"""A release that was written on for a while, by two people."""

from dataclasses import replace
from typing import Any

from tests.conftest import HandClock
from tests.factories import make_person, make_release
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.models import Release
from wbtest.writing.releases import freeze, save_release

# What can be read of a history that has a second version.
PAGES = ["versions", "versions?from=1&to=2", "versions?from=2", "versions?to=1", "versions?to=r1"]


def write(
    release: Release, person: Person, now: HandClock, *, minutes: float = 1, **parts: Any
) -> None:
    """Save the draft with these parts, some minutes later."""
    now.turn(minutes=minutes)
    save_release(release, replace(draft(release), **parts), release.version, person)


def draft(release: Release) -> Document:
    """What the draft says now."""
    db.session.rollback()
    return documents.from_json(release.document)


def make_told(owner: Person, now: HandClock) -> Release:
    """Saved twice by the owner, frozen, saved by an editor, frozen, and saved again later."""
    release = make_release(owner)
    editor = make_person("grace@example.com", "editor")
    write(release, owner, now, headline="Six dinners from your kitchen")
    write(release, owner, now, headline="Six seamless dinners from your kitchen")
    freeze(release, owner)
    write(release, editor, now, problem="", headline="Six dinners, 30 minutes each")
    freeze(release, editor)
    write(release, editor, now, minutes=31, why_now="A law came.")
    return release
