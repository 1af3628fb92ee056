"""The team's pages about experiments, and what search engines are told. Variants have their own."""

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

from wbtest.error_pages import error_page
from wbtest.extensions import clock
from wbtest.publishing import in_words
from wbtest.publishing import rule as rules
from wbtest.publishing.advice import Advice, advise
from wbtest.publishing.choices.options import NotAnOption
from wbtest.publishing.copy import NotAnOverride
from wbtest.publishing.experiments import (
    Frozen,
    change_rule,
    count_started,
    create_experiment,
    find_newer_test,
    proposed_slug,
    remove_experiment,
)
from wbtest.publishing.forms import put_at_field, read_of
from wbtest.publishing.launch.added import added_to
from wbtest.publishing.launch.readiness import (
    find_objection,
    find_open_test,
    missing_before_start,
)
from wbtest.publishing.launch.ways import ways_of
from wbtest.publishing.meanwhile import rule_parts
from wbtest.publishing.models import Experiment
from wbtest.publishing.planner import find_plan
from wbtest.publishing.rule_form import (
    PLANNED,
    RECKONED,
    ExperimentForm,
    first_values,
    values_of,
)
from wbtest.publishing.running import life
from wbtest.publishing.running.correcting import waiting
from wbtest.publishing.running.sealing import draft_digest
from wbtest.publishing.running.seals import described, sealed_limits, sealed_rule
from wbtest.publishing.running.stages import stage_of
from wbtest.publishing.shown import shown_variants, small_words
from wbtest.publishing.sitemap import listed_slugs
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access
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
        claim=in_words.claim(rule),
        outcomes=in_words.outcomes(rule),
        conditions=in_words.conditions(rule),
        what_counts=in_words.what_counts(rule),
        need=in_words.need(rule),
        crowds=in_words.crowds(rule, experiment.time_zone),
        of_one_network=in_words.of_one_network(sealed_limits(experiment, clock.now())),
        excluded=rules.EXCLUDED,
        variants=shown_variants(experiment),
        small_words=small_words(experiment),
        most_variants=rules.MOST_VARIANTS,
        missing=missing_before_start(experiment) if is_draft else [],
        objection=find_objection(experiment, access.person()) if is_draft else "",
        open_test=find_open_test(experiment) if is_draft else None,
        read=draft_digest(experiment) if is_draft else "",
        stage=stage_of(experiment),
        is_early=not is_draft and life.ends_at(experiment) > clock.now(),
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
