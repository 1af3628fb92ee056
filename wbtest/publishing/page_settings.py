"""A draft's look, wording and options, changed by its team until the start."""

from collections.abc import Mapping

from wbtest.publishing import page_design, page_strings
from wbtest.publishing.experiments import check_unchanged, open_draft
from wbtest.publishing.images import demand_picture
from wbtest.publishing.launch_readiness import conflicts
from wbtest.publishing.lifecycle import take_step
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import Look, NotALook
from wbtest.publishing.page_options import Options, follow_ups, from_json, to_json
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

    ``read`` is the digest of the look that the person was shown; EditConflict when it's old.
    Raises Invalid for what a page cannot have, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        try:
            checked = page_design.check_look(look)
        except NotALook as fault:
            if fault.offer:
                raise TooFaint(fault.field, str(fault), fault.offer) from fault
            raise Invalid(fault.field, str(fault)) from fault
        for field in ("logo", "hero"):
            demand_picture(field, getattr(checked, field))
        kept = page_design.to_json(checked)
        if kept == experiment.look:
            return
        check_unchanged(read, experiment.look)
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
    ``read`` is the digest of the wording that the person was shown; EditConflict when it's old.
    Raises Invalid for a text that cannot stand there, Frozen after the start.
    """
    with writing():
        open_draft(experiment)
        try:
            language = str(experiment.revision.document.get("language") or "en")
            kept = page_strings.check_wording(wording, language)
        except page_strings.NotAWording as fault:
            raise Invalid(fault.field, str(fault)) from fault
        if kept == experiment.wording:
            return
        check_unchanged(read, experiment.wording)
        experiment.wording = kept
        experiment.wording_writer_id = writer.id if kept else None
        take_step(experiment, "worded", writer)


def change_design(
    experiment: Experiment,
    person: Person,
    look: Look,
    wording: Mapping[str, str],
    *,
    read_look: str = "",
    read_wording: str = "",
) -> None:
    """Give a draft this look and wording, both or neither. Raises what each of them does."""
    with writing():
        change_look(experiment, person, look, read_look)
        change_wording(experiment, person, wording, read_wording)


def change_options(
    experiment: Experiment, person: Person, options: Options, read: str = ""
) -> Experiment:
    """Replace the draft's options. Who changes what visitors are asked is kept as its writer.

    Raises Frozen after the start, Invalid for a conflict.
    ``read`` is the digest of the options that the person was shown; EditConflict when it's old.
    """
    with writing():
        open_draft(experiment)
        if experiment.options != to_json(options):
            check_unchanged(read, experiment.options)
        for conflict in conflicts(experiment, options):
            raise Invalid(*conflict)
        if follow_ups(options) != follow_ups(from_json(experiment.options)):
            experiment.questions_writer_id = person.id if any(follow_ups(options)) else None
        experiment.options = to_json(options)
    return experiment
