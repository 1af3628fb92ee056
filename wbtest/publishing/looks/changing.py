"""Changing how a draft looks and which of the tool's words its team says otherwise."""

from collections.abc import Mapping

from wbtest.publishing import wording as wordings
from wbtest.publishing.experiments import open_draft
from wbtest.publishing.looks import look as looks
from wbtest.publishing.looks.images import demand_picture
from wbtest.publishing.looks.look import Look, NotALook
from wbtest.publishing.meanwhile import demand_same
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import take_step
from wbtest.store import Invalid, writing
from wbtest.team.models import Person

# What of a look may hold words.
PICTURES = ("logo", "hero", "hero_alt")


class TooFaint(Invalid):
    """A colour that cannot be read on the page; ``offer`` is the nearest one that can."""

    def __init__(self, field: str, sentence: str, offer: str) -> None:
        super().__init__(field, sentence)
        self.offer = offer


def change_look(experiment: Experiment, person: Person, look: Look, read: str = "") -> None:
    """Give a draft this look; who did stands in the history, as with the words.

    ``read`` is the digest of the look that the person was shown; Overtaken when it is old.
    Raises Invalid for what a page cannot have, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        try:
            checked = looks.check(look)
        except NotALook as fault:
            if fault.offer:
                raise TooFaint(fault.field, str(fault), fault.offer) from fault
            raise Invalid(fault.field, str(fault)) from fault
        for field in ("logo", "hero"):
            demand_picture(field, getattr(checked, field))
        kept = looks.to_json(checked)
        if kept == experiment.look:
            return
        demand_same(read, experiment.look)
        pictures, before = (
            [each.get(name) for name in PICTURES] for each in (kept, experiment.look)
        )
        if pictures != before:
            experiment.look_writer_id = person.id if any(pictures) else None
        experiment.look = kept
        take_step(experiment, "styled", person)


def change_wording(
    experiment: Experiment, writer: Person, wording: Mapping[str, str], read: str = ""
) -> None:
    """Let a draft's page say this in the place of the tool's words; '' takes the usual ones.

    Who did stands in the history, so that whoever starts it knows whose words they are.
    ``read`` is the digest of the wording that the person was shown; Overtaken when it is old.
    Raises Invalid for a text that cannot stand there, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        try:
            language = str(experiment.revision.document.get("language") or "en")
            kept = wordings.check(wording, language)
        except wordings.NotAWording as fault:
            raise Invalid(fault.field, str(fault)) from fault
        if kept == experiment.wording:
            return
        demand_same(read, experiment.wording)
        experiment.wording = kept
        experiment.wording_writer_id = writer.id if kept else None
        take_step(experiment, "worded", writer)
