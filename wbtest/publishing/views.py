"""The team's pages about experiments and their variants, and what search engines are told."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.errors import error_page
from wbtest.extensions import clock
from wbtest.publishing import lifecycle, rule_text
from wbtest.publishing import rule as rules
from wbtest.publishing.correction_requests import waiting
from wbtest.publishing.corrections import in_force, page_of
from wbtest.publishing.display import (
    added_to,
    parts_of,
    preview_url,
    shown_variants,
    small_words,
    ways_of,
)
from wbtest.publishing.experiments import (
    Frozen,
    add_variant,
    change_rule,
    change_variant,
    count_started,
    create_experiment,
    find_newer_test,
    find_variant,
    listed_slugs,
    proposed_slug,
    remove_experiment,
    remove_variant,
    rule_parts,
    variant_parts,
)
from wbtest.publishing.forms import (
    VariantForm,
    picture_choices,
    put_at_field,
    read_of,
    values_of_variant,
)
from wbtest.publishing.images import offered
from wbtest.publishing.launch_readiness import find_objection, find_open_test, missing_before_start
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.page_copy import NotAnOverride
from wbtest.publishing.page_options import NotAnOption
from wbtest.publishing.planner import Advice, advise, find_plan
from wbtest.publishing.rule_form import PLANNED, RECKONED, ExperimentForm, first_values, values_of
from wbtest.publishing.sealing import described, draft_digest, sealed_limits, sealed_rule
from wbtest.publishing.stages import stage_of
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.web import day, percent
from wbtest.writing import document as documents
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.models import Release

bp = Blueprint("publishing", __name__)


@bp.route("/releases/<int:release_id>/revisions/<int:number>/experiment", methods=["GET", "POST"])
@access.requires("edit")
def new_experiment(release_id: int, number: int) -> ResponseReturnValue:
    """Make an experiment from a revision; everything is filled in beforehand."""
    release = access.get(Release, release_id, "edit")
    revision = next((found for found in release.revisions if found.number == number), None)
    if revision is None:
        abort(404)
    document = documents.from_json(revision.document)
    slug = release.slug or proposed_slug(document.product)
    form = ExperimentForm(data=first_values(document, slug, clock.now().date()))
    if release.slug is not None:
        del form.slug
    if _is_worked_out(form):
        pass
    elif form.validate_on_submit():
        try:
            experiment = create_experiment(
                revision, access.person(), rule=form.hypothesis(), **form.settings()
            )
        except (Invalid, rules.NotARule) as error:
            put_at_field(form, error)
        else:
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
    return _rule_page("new_experiment", form, document, revision=revision, variants=1, slug=slug)


@bp.app_errorhandler(rules.NotARule)
@bp.app_errorhandler(NotAnOption)
@bp.app_errorhandler(NotAnOverride)
@bp.app_errorhandler(NotADocument)
@bp.app_errorhandler(ZoneInfoNotFoundError)
def say_it_cannot_be_read(error: ValueError | ZoneInfoNotFoundError) -> ResponseReturnValue:
    """Name what somebody changed by hand; what is sent is checked before it is a row."""
    if request.method not in ("GET", "HEAD"):
        raise error
    return error_page(
        409,
        f"The database holds something that can’t be read: {described(error)}. Ask whoever runs "
        "the server to run wbtest verify, and to restore a backup from before it was changed.",
    )


@bp.route("/experiments/<int:experiment_id>/edit", methods=["GET", "POST"])
@access.requires("edit")
def edit_experiment(experiment_id: int) -> ResponseReturnValue:
    """Change the rule of a draft."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Frozen(
            "This experiment was started, and its rule is sealed. Make a new one for the change."
        )
    form = ExperimentForm(data=values_of(experiment))
    if count_started(experiment.release):
        del form.slug
    if _is_worked_out(form):
        pass
    elif form.validate_on_submit():
        try:
            read = request.form.get("read", "")
            change_rule(experiment, rule=form.hypothesis(), read=read, **form.settings())
        except (Invalid, rules.NotARule) as error:
            put_at_field(form, error)
        else:
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
    document = documents.from_json(experiment.revision.document)
    return _rule_page(
        "edit_experiment",
        form,
        document,
        experiment=experiment,
        variants=len(experiment.variants),
        slug=experiment.slug,
        read=read_of(form, *rule_parts(experiment)),
    )


@bp.post("/experiments/<int:experiment_id>/delete")
@access.requires("edit")
def delete_experiment(experiment_id: int) -> ResponseReturnValue:
    """Take a draft away."""
    experiment = access.get(Experiment, experiment_id, "edit")
    slug, release = experiment.slug, experiment.release
    remove_experiment(experiment)
    is_free = release.slug is None
    flash(f"The draft is deleted, and /p/{slug} is free again." if is_free else "Draft deleted.")
    return redirect(url_for("ideas.ideas"), 303)


@bp.get("/robots.txt")
@access.public
def robots() -> ResponseReturnValue:
    """Search engines may read the test pages, and nothing else."""
    base_url = runtime().settings.base_url
    lines = ["User-agent: *", "Allow: /p/", "Disallow: /", f"Sitemap: {base_url}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/sitemap.xml")
@access.public
def sitemap() -> ResponseReturnValue:
    """The pages that are open right now, but for those that search engines are not to list."""
    base_url = runtime().settings.base_url
    urls = [f"{base_url}/p/{slug}" for slug in listed_slugs()]
    return Response(
        render_template("publishing/sitemap.xml", urls=urls), mimetype="application/xml"
    )


def experiment_page(
    experiment: Experiment, status: int = 200, row: object = None
) -> ResponseReturnValue:
    """Return the page of an experiment; of a started one, ``row`` is what the list says of it."""
    rule = sealed_rule(experiment)
    base_url = runtime().settings.base_url
    is_draft = experiment.state == "draft"
    plan = find_plan(rule.target, rule.floor, rule.alpha, len(experiment.variants))
    page = render_template(
        "publishing/experiment.html",
        experiment=experiment,
        rule=rule,
        claim=rule_text.claim(rule),
        outcomes=rule_text.outcomes(rule),
        conditions=rule_text.conditions(rule),
        what_counts=rule_text.what_counts(rule),
        need=rule_text.need(rule),
        crowds=rule_text.crowd_lines(rule, experiment.time_zone),
        of_one_network=rule_text.of_one_network(sealed_limits(experiment, clock.now())),
        excluded=rules.EXCLUDED,
        variants=shown_variants(experiment),
        small_words=small_words(experiment),
        most_variants=rules.MOST_VARIANTS,
        missing=missing_before_start(experiment) if is_draft else [],
        objection=find_objection(experiment, access.person()) if is_draft else "",
        open_test=find_open_test(experiment) if is_draft else None,
        read=draft_digest(experiment) if is_draft else "",
        stage=stage_of(experiment),
        is_early=not is_draft and lifecycle.ends_at(experiment) > clock.now(),
        ways=ways_of(experiment) if is_draft else {},
        added=added_to(experiment, access.person()) if is_draft else [],
        newer_test=find_newer_test(experiment),
        row=row,
        is_correction_waiting=bool(waiting(experiment)),
        false_go=min(1.0, experiment.attempt * rule.alpha),
        public_url=f"{base_url}/p/{experiment.slug}",
        too_few=plan.visitors if is_draft and plan and plan.visitors > rule.maximum_visitors else 0,
    )
    return page, status


def _is_worked_out(form: ExperimentForm) -> bool:
    """Whether a button was pressed that only reckons, or adds or removes the row of a crowd.

    What it finds wrong stands at the fields.

    Nothing is stored: the form is shown once more, with all that was typed.
    """
    pressed = request.form.get("work_out", "") if form.is_submitted() else ""
    if pressed == "plan":
        form.is_fine(PLANNED)
    elif pressed == "target" and form.is_fine(RECKONED):
        try:
            form.take_target()
        except rules.NotARule as error:
            put_at_field(form, error)
    elif pressed == "crowd":
        form.crowds.add()
    elif pressed.startswith("crowds-"):
        form.crowds.remove(pressed)
    return pressed.startswith("crowds-") or pressed in ("plan", "target", "crowd")


def _rule_page(
    name: str, form: ExperimentForm, document: Document, *, variants: int, **details: object
) -> ResponseReturnValue:
    """The form of a rule, with what it will take by its values, and what the release assumes."""
    if "daily" in request.args and not form.is_submitted():
        form.daily.process(request.args)
    asked = form.asked(clock.now().astimezone(form.zone).date(), variants)
    page = render_template(
        f"publishing/{name}.html",
        form=form,
        advice=advise(asked) if asked else Advice(""),
        reckoned=form.reckoned(),
        most_variants=rules.MOST_VARIANTS,
        base_url=runtime().settings.base_url,
        assumptions=numbers_of(document).assumptions,
        **details,
    )
    return page, 422 if form.errors else 200


@bp.route("/experiments/<int:experiment_id>/variants/new", methods=["GET", "POST"])
@access.requires("edit")
def new_variant(experiment_id: int) -> ResponseReturnValue:
    """Add a variant to a draft."""
    experiment = access.get(Experiment, experiment_id, "edit")
    _demand_draft(experiment)
    parts = parts_of(experiment)
    keys = [part for part, _ in parts]
    form = VariantForm(data={"weight": 1, "order": keys})
    offer_pictures(form)
    if form.validate_on_submit():
        try:
            added = add_variant(experiment, access.person(), **form.values(keys))
        except Invalid as error:
            put_at_field(form, error)
        else:
            _hint_at_twin(added)
            return _back(experiment)
    return variant_page("new_variant", form, experiment, parts)


@bp.route("/experiments/<int:experiment_id>/variants/<key>", methods=["GET", "POST"])
@access.requires("edit")
def variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Change a variant of a draft."""
    experiment, variant = _get_variant(experiment_id, key)
    _demand_draft(experiment)
    parts = parts_of(experiment)
    keys = [part for part, _ in parts]
    form = VariantForm(data=values_of_variant(variant, keys))
    offer_pictures(form, variant.overrides.get("hero"))
    if form.validate_on_submit():
        try:
            read = request.form.get("read", "")
            change_variant(variant, access.person(), read=read, **form.values(keys))
        except Invalid as error:
            put_at_field(form, error)
        else:
            _hint_at_twin(variant)
            return _back(experiment)
    return variant_page("variant", form, experiment, parts, variant)


@bp.post("/experiments/<int:experiment_id>/variants/<key>/delete")
@access.requires("edit")
def delete_variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Take a variant out of a draft; one that is gone already is gone."""
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is not None:
        remove_variant(variant)
    return _back(experiment)


def _get_variant(experiment_id: int, key: str) -> tuple[Experiment, Variant]:
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is None:
        abort(404)
    return experiment, variant


def offer_pictures(form: VariantForm, present: str | None = None) -> None:
    """Let the variant show one of the team's pictures instead of the page's, or none."""
    form.hero.choices = picture_choices(offered(present))


def _hint_at_twin(variant: Variant) -> None:
    """Say of a variant that it is the control once more: as such it tells nothing."""
    if variant.position and not variant.overrides:
        flash("Nothing differs from the control yet.")


def _demand_draft(experiment: Experiment) -> None:
    if experiment.state != "draft":
        raise Frozen("This experiment was started, and its variants are sealed.")


def _back(experiment: Experiment) -> ResponseReturnValue:
    return redirect(
        url_for("ideas.experiment", experiment_id=experiment.id, _anchor="variants"), 303
    )


def variant_page(
    name: str,
    form: VariantForm,
    experiment: Experiment,
    parts: list[tuple[str, str]],
    variant: Variant | None = None,
) -> ResponseReturnValue:
    """Return the page with the form of a variant, new or there already."""
    page = render_template(
        f"publishing/{name}.html",
        form=form,
        experiment=experiment,
        variant=variant,
        parts=parts,
        approved=page_of(experiment),
        preview_url=preview_url(experiment, variant.key) if variant else "",
        read=read_of(form, *variant_parts(variant)) if variant else "",
    )
    return page, 422 if form.errors else 200


@bp.app_template_filter()
def cost_of_next(experiment: Experiment) -> str:
    """What another test of the idea costs, in sentences; '' while none of its tests has started."""
    attempt = 1 + count_started(experiment.release)
    if attempt == 1:
        return ""
    risk = percent(rules.from_json(experiment.rule).alpha)
    sentences = [
        f"Attempt {attempt}: what that costs.",
        f"The chance of any false go is at most {attempt} × {risk}.",
        "People who saw an earlier test are left out as returning, so you need new visitors.",
        "End the earlier test before you start this one.",
        "Counts and the launch check aren’t copied, and somebody else signs off your words again.",
    ]
    if any(each.variant == "" for each in in_force(experiment.corrections)):
        sentences.append("Corrections to the release’s text aren’t copied: fix the release first.")
    return " ".join(sentences)


@bp.post("/experiments/<int:experiment_id>/clone")
@access.requires("edit")
def clone(experiment_id: int) -> ResponseReturnValue:
    """Begin another draft with the same rule, variants, look and options."""
    experiment = access.get(Experiment, experiment_id, "edit")
    made = clone_experiment(experiment, access.person())
    last = day(datetime.fromisoformat(made.rule["ends_on"]))
    flash(f"Duplicated, with the text of revision {made.revision.number}. The last day is {last}.")
    return redirect(url_for("ideas.experiment", experiment_id=made.id), 303)
