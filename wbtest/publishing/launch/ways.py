"""The pages on which a draft is mended, as links."""

from flask import url_for

from wbtest.publishing.models import Experiment
from wbtest.publishing.shown import preview_url
from wbtest.writing.releases import find_newest_revision


def ways_of(experiment: Experiment) -> dict[str, tuple[str, str]]:
    """Return address and words of the link to each page, by what a ``Finding`` calls it."""
    release_id, number = experiment.revision.release_id, experiment.revision.number
    newest = find_newest_revision(experiment.revision.release) or experiment.revision
    revision = url_for("review.revision", release_id=release_id, number=number)
    preview = preview_url(experiment, experiment.variants[0].key)
    return {
        "revision": (revision, "Go to the revision"),
        "newest": (
            url_for("review.revision", release_id=release_id, number=newest.number),
            f"Go to revision {newest.number}",
        ),
        "release": (url_for("writing.release", release_id=release_id), "Go to the release"),
        "rule": (_page("edit_experiment", experiment), "Change the rule"),
        "team": (url_for("team.team"), "Go to the team"),
        "options": (_page("options", experiment), "Change the options"),
        "look": (_page("look", experiment), "Change the look"),
        "variants": (
            url_for("ideas.experiment", experiment_id=experiment.id, _anchor="variants"),
            "Go to the variants",
        ),
        # Without an approved text there is no preview.
        "preview": (preview, "Open the preview") if preview else (revision, "Go to the revision"),
    }


def _page(name: str, experiment: Experiment) -> str:
    return url_for(f"publishing.{name}", experiment_id=experiment.id)
