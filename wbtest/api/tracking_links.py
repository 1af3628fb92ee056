"""The tracking links of a test, and its form for another site."""

from datetime import datetime

import msgspec
from flask import abort

from wbtest.api.serialization import RequestBody, shown
from wbtest.publishing import off_site_form, tracking_links
from wbtest.publishing.display import shown_links
from wbtest.publishing.models import Experiment
from wbtest.team import access


class NewTrackingLink(RequestBody, kw_only=True):
    """Where the link will be put; several sources have commas between.

    A known source, such as `newsletter`, has a medium without one being named.
    """

    source: str
    medium: str = ""
    campaign: str = ""


class PostShown(msgspec.Struct, kw_only=True):
    """A text to post with the link; `title` is empty where the channel asks for none."""

    title: str
    text: str


class TrackingLinkShown(msgspec.Struct, kw_only=True):
    """A link; `key` names it. `is_counted` says whether the rule counts visitors through it.

    `post` is null while nobody has approved the text.
    """

    key: str
    source: str
    medium: str
    campaign: str
    address: str
    is_counted: bool
    post: PostShown | None
    by: str
    made_at: datetime


class TrackingLinks(msgspec.Struct):
    links: list[TrackingLinkShown]


class FormSites(RequestBody, kw_only=True):
    """The sites that may send the form, and no others; each begins with https."""

    sites: list[str]


class OffSiteForm(msgspec.Struct, kw_only=True):
    """The form to copy as HTML, and the sites that may send it; its sign-ups are in no rate."""

    sites: list[str]
    html: str


def get_off_site_form(experiment_id: int) -> OffSiteForm:
    """The form to copy to another site."""
    return _form_shown(access.get(Experiment, experiment_id, "read"))


def change_off_site_form(experiment_id: int, body: FormSites) -> OffSiteForm:
    """Let these sites send the form, and no others."""
    experiment = access.get(Experiment, experiment_id, "edit")
    off_site_form.set_sites(experiment, access.person(), "\n".join(body.sites))
    return _form_shown(experiment)


def _form_shown(experiment: Experiment) -> OffSiteForm:
    return OffSiteForm(sites=experiment.form_sites, html=off_site_form.form_html(experiment))


def list_tracking_links(experiment_id: int) -> TrackingLinks:
    """Every tracking link of a test, the oldest first."""
    return _links(access.get(Experiment, experiment_id, "read"))


def add_tracking_links(experiment_id: int, body: NewTrackingLink) -> TrackingLinks:
    """Add a link for each source; one that is there already stays."""
    experiment = access.get(Experiment, experiment_id, "edit")
    tracking_links.add_links(experiment, access.person(), body.source, body.medium, body.campaign)
    return _links(experiment)


def remove_tracking_link(experiment_id: int, key: str) -> None:
    """Remove a link from the list; where it was posted it still leads to the page."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if tracking_links.find_link(experiment, key) is None:
        abort(404)
    tracking_links.remove_link(experiment, access.person(), key)


def _links(experiment: Experiment) -> TrackingLinks:
    return TrackingLinks(
        [
            shown(
                TrackingLinkShown,
                each.link,
                address=each.address,
                is_counted=each.is_counted,
                post=shown(PostShown, each.post) if each.post else None,
                by=each.link.person.name,
            )
            for each in shown_links(experiment)
        ]
    )
