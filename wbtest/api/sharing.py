"""Links with which somebody outside reads the results of a test; each is told once."""

from datetime import date, datetime

import msgspec
from flask import abort

from wbtest.api.serialization import Answer, RequestBody
from wbtest.api.tokens import check_held
from wbtest.extensions import runtime
from wbtest.publishing.models import Experiment
from wbtest.results import shared_links
from wbtest.results.models import SharedLink
from wbtest.team import access


class NewShared(RequestBody, kw_only=True):
    """`label` says whom it is for. With a password the link asks for it."""

    label: str
    days: int = shared_links.USUAL_DAYS
    password: str = ""


class SharedShown(msgspec.Struct, kw_only=True):
    """A link, and how often it was opened. Its `url` is told once."""

    number: int
    label: str
    by: str
    made_at: datetime
    expires_at: datetime
    is_over: bool
    has_password: bool
    opened: int
    opened_on: date | None
    url: str | None = None


class Shared(msgspec.Struct):
    shared: list[SharedShown]


def list_shared(experiment_id: int) -> Shared:
    """Who may look from outside, until when, and how often they did."""
    found = shared_links.shared_links_of(access.get(Experiment, experiment_id, "read"))
    return Shared([_link_response(each) for each in found])


def make_shared(experiment_id: int, body: NewShared) -> Answer[SharedShown]:
    """Make a link for somebody outside. It shows figures, so the token needs `read` as well."""
    experiment = access.get(Experiment, experiment_id, "approve")
    check_held("read")
    made = shared_links.create_shared_link(
        experiment, access.person(), body.label, body.days, body.password
    )
    return _secret_response(*made)


def renew_shared(experiment_id: int, number: int) -> Answer[SharedShown]:
    """Give a link another address; the old one opens nothing any more. It takes `read` as well."""
    link = _get_link(experiment_id, number)
    check_held("read")
    return _secret_response(link, shared_links.renew_shared_link(link, access.person()))


def close_shared(experiment_id: int, number: int) -> None:
    """Close a link from now on."""
    shared_links.revoke_shared_link(_get_link(experiment_id, number), access.person())


def _get_link(experiment_id: int, number: int) -> SharedLink:
    experiment = access.get(Experiment, experiment_id, "approve")
    found = (link for link in shared_links.shared_links_of(experiment) if link.number == number)
    return next(found, None) or abort(404)


def _secret_response(link: SharedLink, token: str) -> Answer[SharedShown]:
    shown = _link_response(link)
    base_url = runtime().settings.base_url
    return Answer(msgspec.structs.replace(shown, url=f"{base_url}/shared/{token}"), again=shown)


def _link_response(link: SharedLink) -> SharedShown:
    return SharedShown(
        number=link.number,
        label=link.label,
        by=link.made_by.name,
        made_at=link.made_at,
        expires_at=link.expires_at,
        is_over=shared_links.is_over(link),
        has_password=bool(link.password_hash),
        opened=link.opened,
        opened_on=link.opened_on,
    )
