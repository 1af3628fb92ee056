"""The pages of what was learned: a card for each experiment, and all of them to search."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.decisions import learning_cards
from wbtest.decisions.decision_views import bp
from wbtest.decisions.forms import CardForm, MarkForm, card_form, mark_form, number_in
from wbtest.decisions.learning_cards import Overtaken, learned_of, lessons_of, tally
from wbtest.decisions.learning_cards import next_draft as find_next_draft
from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.paging import page_of
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.stages import find_decision
from wbtest.results import verdict_text
from wbtest.results.figures import evaluate
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents

CARDS_AT_ONCE = 20

bp.add_app_template_global(learned_of)
bp.add_app_template_global(tally, "tally_of_marks")


@bp.get("/experiments/<int:experiment_id>/learning")
@access.requires("read")
def learning(experiment_id: int) -> ResponseReturnValue:
    """What was believed, what was seen, what surprised the team, and what it does next."""
    read_one_moment()
    return _card_page(access.get(Experiment, experiment_id, "read"))


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
        form[refused.field].errors = [str(refused)]
        if isinstance(refused, Overtaken):
            card = learning_cards.find_card(experiment)
            form.read.data = str(card.version if card else 0)
        return _card_page(experiment, card=form), 422
    flash("Saved. The card stands beside the next draft.")
    return redirect(url_for(".learning", experiment_id=experiment_id), 303)


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
        form[refused.field].errors = [str(refused)]
        if isinstance(refused, Overtaken):
            newest = dict(learning_cards.standing_marks(experiment))[assumption]
            form.read.data = str(newest.number if newest else 0)
        return _card_page(experiment, marked={key: form}), 422
    flash("Marked. The release shows it from now on.")
    return redirect(url_for(".learning", experiment_id=experiment_id, _anchor=f"a-{key}"), 303)


@bp.post("/experiments/<int:experiment_id>/next-draft")
@access.requires("edit")
def next_draft(experiment_id: int) -> ResponseReturnValue:
    """Go to the draft, with what was learned beside it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    release = find_next_draft(experiment, access.person())
    if release.id != experiment.revision.release_id:
        flash("The release was stopped on paper, so this is a copy: a draft of its own.")
    address = url_for("writing.release", release_id=release.id, learned=1, _anchor="learned")
    return redirect(address, 303)


@bp.get("/learnings")
@access.requires("read")
def learnings() -> ResponseReturnValue:
    """The learning cards, found by their words, a page at a time."""
    wanted = " ".join(request.args.get("q", "").split())
    lessons = lessons_of()
    written = [lesson for lesson in lessons if lesson.is_written]
    found = [lesson for lesson in written if lesson.mentions(wanted)]
    page = page_of(len(found), CARDS_AT_ONCE, request.args.get("page", 1, type=int))
    unwritten = [lesson for lesson in lessons if not lesson.is_written]
    return render_template(
        "results/learning/learnings.html",
        found=found[page.first : page.end],
        count=len(found),
        total=len(written),
        shown=page,
        unwritten=unwritten[:CARDS_AT_ONCE],
        count_unwritten=len(unwritten),
        wanted=wanted,
    )


def _card_page(
    experiment: Experiment,
    card: CardForm | None = None,
    marked: dict[str, MarkForm] | None = None,
) -> str:
    saves = learning_cards.saves_of(experiment)
    said = learning_cards.marks_of(experiment)
    standing = learning_cards.standing_marks(experiment)
    results = evaluate(experiment, clock.now()) if experiment.started_at else None
    forms = {each.key: mark_form(each.key, mark) for each, mark in standing}
    return render_template(
        "results/learning/learning.html",
        experiment=experiment,
        document=documents.from_json(experiment.revision.document),
        claim=rule_in_words.claim(sealed_rule(experiment)),
        results=results,
        headline=verdict_text.headline(results) if results else "",
        evidence=verdict_text.evidence(results) if results else "",
        act=verdict_text.act(results) if results else "",
        decision=find_decision(experiment),
        is_over=learning_cards.is_over(experiment),
        standing=standing,
        earlier=learning_cards.earlier_marks(said),
        saves=saves,
        card_form=card or card_form(saves[0] if saves else None),
        mark_forms=forms | (marked or {}),
    )
