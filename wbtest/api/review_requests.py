"""A review is asked for: of members by mail, of others by a link that is told once."""

from datetime import datetime

import msgspec
from flask import abort

from wbtest.api.revisions import get_revision_for
from wbtest.api.serialization import Answer, RequestBody
from wbtest.api.tokens import check_held
from wbtest.extensions import runtime
from wbtest.review import review_requests
from wbtest.review.models import Reviewer, Round
from wbtest.review.review_requests import members_for
from wbtest.review.reviewers import is_over
from wbtest.team import access
from wbtest.writing.models import Release


class Asking(RequestBody):
    """`members` are ids of people, who get a mail; guests with a live link are asked along."""

    minutes: int = review_requests.USUAL_MINUTES
    note: str = ""
    members: list[int] = msgspec.field(default_factory=list)


class RoundShown(msgspec.Struct, kw_only=True):
    """A review that was asked for."""

    minutes: int
    note: str
    opened_at: datetime


class MemberAsked(msgspec.Struct, kw_only=True):
    """A member who may be asked, and how far they are."""

    id: int
    name: str
    role: str
    is_asked: bool
    state: str


class AskedShown(msgspec.Struct):
    """The review of a revision, null before somebody asked for it, and who could read it."""

    review: RoundShown | None
    members: list[MemberAsked]


class NewLink(RequestBody, kw_only=True):
    """`sees_internal` opens the internal FAQ too. With an email the link is mailed as well."""

    name: str
    email: str = ""
    days: int = review_requests.USUAL_DAYS
    sees_internal: bool = False


class LinkShown(msgspec.Struct, kw_only=True):
    """A seat for somebody without a log-in. Its `url` is told once."""

    id: int
    name: str
    email: str
    sees_internal: bool
    expires_at: datetime | None
    is_over: bool
    url: str | None = None


class Links(msgspec.Struct):
    links: list[LinkShown]


def get_review(release_id: int, number: int) -> AskedShown:
    """Who was asked to read a revision, and how far everybody is."""
    revision = get_revision_for(release_id, number, "edit")
    asked = review_requests.find_round(revision)
    members = [
        MemberAsked(
            id=each.person.id,
            name=each.person.name,
            role=each.role,
            is_asked=each.is_asked,
            state=each.state,
        )
        for each in members_for(revision, access.person())
    ]
    return AskedShown(_round_response(asked) if asked else None, members)


def ask_for_review(release_id: int, number: int, body: Asking) -> RoundShown:
    """Put the newest revision up for review. Once more it asks who was not asked yet."""
    revision = get_revision_for(release_id, number, "edit")
    asked = review_requests.ask_for_review(
        revision, access.person(), body.minutes, body.note, body.members
    )
    return _round_response(asked)


def list_links(release_id: int) -> Links:
    """Every link of a release, the newest first, also those that are over."""
    return Links(
        [_link_response(each) for each in review_requests.links_of(_get_release(release_id))]
    )


def make_link(release_id: int, body: NewLink) -> Answer[LinkShown]:
    """Make a link for somebody without a log-in, who reads and comments: it takes both scopes."""
    release = _get_release(release_id)
    check_held("read", "write")
    made = review_requests.make_link(
        release,
        access.person(),
        body.name,
        body.email,
        body.days,
        sees_internal=body.sees_internal,
    )
    return _secret_response(*made)


def renew_link(release_id: int, reviewer_id: int) -> Answer[LinkShown]:
    """Give the holder of a link a new one; the old one opens nothing any more."""
    reviewer = _get_link(release_id, reviewer_id)
    check_held("read", "write")
    return _secret_response(reviewer, review_requests.renew_link(reviewer, access.person()))


def close_link(release_id: int, reviewer_id: int) -> None:
    """Close a link from now on; what its holder wrote stays."""
    review_requests.revoke_link(_get_link(release_id, reviewer_id))


def _round_response(asked: Round) -> RoundShown:
    return RoundShown(minutes=asked.minutes, note=asked.note, opened_at=asked.opened_at)


def _get_release(release_id: int) -> Release:
    return access.get(Release, release_id, "edit")


def _get_link(release_id: int, reviewer_id: int) -> Reviewer:
    return review_requests.find_link(_get_release(release_id), reviewer_id) or abort(404)


def _secret_response(reviewer: Reviewer, token: str) -> Answer[LinkShown]:
    shown = _link_response(reviewer)
    base_url = runtime().settings.base_url
    url = f"{base_url}/review/{token}"
    return Answer(msgspec.structs.replace(shown, url=url), again=shown)


def _link_response(reviewer: Reviewer) -> LinkShown:
    return LinkShown(
        id=reviewer.id,
        name=reviewer.link_name or "",
        email=reviewer.email,
        sees_internal=reviewer.sees_internal,
        expires_at=reviewer.expires_at,
        is_over=is_over(reviewer),
    )
