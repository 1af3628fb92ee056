"""Learnings: what a test taught, and what became of each assumption."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wbtest.decisions import learning_cards
from wbtest.decisions.decision_page import SentForms, decision_page
from wbtest.decisions.decision_views import bp, to_part
from wbtest.decisions.forms import CardForm, MarkForm, number_in
from wbtest.decisions.learning_cards import Overtaken, learned_of, tally
from wbtest.decisions.learning_cards import next_draft as find_next_draft
from wbtest.forms import add_form_error
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid
from wbtest.team import access

bp.add_app_template_global(learned_of)
bp.add_app_template_global(tally, "tally_of_marks")


@bp.post("/experiments/<int:experiment_id>/learning")
@access.requires("edit")
def save_learning(experiment_id: int) -> ResponseReturnValue:
    """Store what was typed on the card."""
    experiment = access.get(Experiment, experiment_id, "edit")
    form = CardForm()
    try:
        learning_cards.save_card(
            experiment,
            access.person(),
            form.surprise.data or "",
            form.next_step.data or "",
            number_in(form.read),
        )
    except Invalid as refused:
        add_form_error(form, refused)
        if isinstance(refused, Overtaken):
            card = learning_cards.find_card(experiment)
            form.read.data = str(card.version if card else 0)
        return decision_page(experiment, SentForms(card=form)), 422
    flash("Saved.")
    return to_part(experiment_id, "learnings")


@bp.post("/experiments/<int:experiment_id>/learning/<key>")
@access.requires("edit")
def mark_assumption(experiment_id: int, key: str) -> ResponseReturnValue:
    """Say what became of one assumption."""
    experiment = access.get(Experiment, experiment_id, "edit")
    assumption = learning_cards.get_assumption(experiment, key)
    form = MarkForm(prefix=key)
    try:
        learning_cards.mark(
            experiment,
            access.person(),
            key,
            form.state.data or "",
            form.why.data or "",
            number_in(form.read),
        )
    except Invalid as refused:
        add_form_error(form, refused)
        if isinstance(refused, Overtaken):
            newest = dict(learning_cards.standing_marks(experiment))[assumption]
            form.read.data = str(newest.number if newest else 0)
        return decision_page(experiment, SentForms(marks={key: form})), 422
    flash("Saved.")
    return to_part(experiment_id, f"a-{key}")


@bp.post("/experiments/<int:experiment_id>/next-draft")
@access.requires("edit")
def next_draft(experiment_id: int) -> ResponseReturnValue:
    """Go to the draft, with what was learned beside it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    release = find_next_draft(experiment, access.person())
    if release.id != experiment.revision.release_id:
        flash("That idea was stopped, so this is a copy.")
    address = url_for("writing.release", release_id=release.id, learned=1, _anchor="learned")
    return redirect(address, 303)
