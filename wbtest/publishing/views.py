"""The Test page with the forms of its cards, the page of a new test, and what robots are told."""

from datetime import datetime
from typing import Any
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
from wtforms.form import BaseForm

from wbtest import web
from wbtest.errors import error_page
from wbtest.extensions import clock, runtime
from wbtest.forms import add_form_error, form_on, submitted
from wbtest.networks import network_of
from wbtest.publishing import (
    correction_requests,
    corrections,
    experiment_stages,
    experiments,
    images,
    launch_readiness,
    lifecycle,
    off_site_form,
    own_hosts,
    page_copy,
    page_options,
    planner,
    rule_text,
    whole_drafts,
)
from wbtest.publishing import rule as rules
from wbtest.publishing.display import (
    added_to,
    parts_of,
    shown_links,
    shown_variants,
    small_words,
    ways_of,
)
from wbtest.publishing.forms import (
    AfterForm,
    LinksForm,
    SitesForm,
    VariantForm,
    picture_choices,
    read_of,
)
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.page_settings import OptionsForm, change_options, values_of_options
from wbtest.publishing.rule_form import PLANNED, RECKONED, ExperimentForm, first_values, values_of
from wbtest.publishing.sealing import (
    described,
    draft_digest,
    sealed_limits,
    sealed_options,
    sealed_rule,
)
from wbtest.publishing.tracking_links import unused_channels
from wbtest.team import access
from wbtest.web import own_host
from wbtest.writing import document as documents
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.models import Release

bp = Blueprint("publishing", __name__)
# Lets a page of the team show a page of ours inside.
FRAMING = {"Content-Security-Policy": web.CONTENT_POLICY.format(nonce="") + "; frame-src 'self'"}


@bp.route("/releases/<int:release_id>/revisions/<int:number>/experiment", methods=["GET", "POST"])
@access.requires("edit")
def new_experiment(release_id: int, number: int) -> ResponseReturnValue:
    """Make an experiment from a revision; everything is filled in beforehand."""
    release = access.get(Release, release_id, "edit")
    revision = next((found for found in release.revisions if found.number == number), None)
    if revision is None:
        abort(404)
    document = documents.from_json(revision.document)
    slug = release.slug or experiments.proposed_slug(document.product)
    form = ExperimentForm(data=first_values(document, slug, clock.now().date()))
    if release.slug is not None:
        del form.slug
    made = None
    if not _is_worked_out(form):
        made = submitted(
            form,
            lambda: experiments.create_experiment(
                revision, access.person(), rule=form.hypothesis(), **form.settings()
            ),
        )
    if made:
        return redirect(url_for("ideas.experiment", experiment_id=made.id), 303)
    page = render_template(
        "publishing/new_experiment.html",
        form=form,
        revision=revision,
        slug=slug,
        **_rule_details(form, document, variants=1),
    )
    return page, 422 if form.errors else 200


@bp.app_errorhandler(rules.NotARule)
@bp.app_errorhandler(page_options.NotAnOption)
@bp.app_errorhandler(page_copy.NotAnOverride)
@bp.app_errorhandler(documents.NotADocument)
@bp.app_errorhandler(ZoneInfoNotFoundError)
def say_it_cannot_be_read(error: ValueError | ZoneInfoNotFoundError) -> ResponseReturnValue:
    """Name what somebody changed by hand; what is sent is checked before it is a row."""
    if request.method not in ("GET", "HEAD"):
        raise error
    return error_page(
        409,
        f"The database holds something that can’t be read: {described(error)}. Ask the person who "
        "runs the server to run wbtest verify, and to restore a backup from before it was changed.",
    )


@bp.route("/experiments/<int:experiment_id>/edit", methods=["GET", "POST"])
@access.requires("edit")
@form_on("ideas.experiment")
def edit_experiment(experiment_id: int) -> ResponseReturnValue:
    """Change the rule of a draft."""
    experiment = _get_draft(experiment_id)
    form, read = _rule_form(experiment), request.form.get("read", "")
    if _is_worked_out(form):
        pass
    elif submitted(
        form,
        lambda: experiments.change_rule(
            experiment, rule=form.hypothesis(), read=read, **form.settings()
        ),
    ):
        return _back(experiment, "rule")
    return experiment_page(experiment, 422 if form.errors else 200, form)


@bp.route("/experiments/<int:experiment_id>/variants", methods=["GET", "POST"])
@access.requires("edit")
@form_on("ideas.experiment")
def new_variant(experiment_id: int) -> ResponseReturnValue:
    """Add a variant to a draft."""
    experiment = _get_draft(experiment_id)
    keys = [part for part, _ in parts_of(experiment)]
    form = _variant_form(keys)
    added = submitted(
        form, lambda: experiments.add_variant(experiment, access.person(), **form.values(keys))
    )
    if added:
        hint_at_twin(added)
        return _back(experiment, "variants")
    return experiment_page(experiment, 422, form)


@bp.route("/experiments/<int:experiment_id>/options", methods=["GET", "POST"])
@access.requires("edit")
@form_on("ideas.experiment")
def options(experiment_id: int) -> ResponseReturnValue:
    """Choose how a draft's page counts, asks and keeps."""
    experiment = _get_draft(experiment_id)
    form = OptionsForm(data=values_of_options(page_options.from_json(experiment.options)))
    read = request.form.get("read", "")
    if submitted(form, lambda: change_options(experiment, access.person(), form.options(), read)):
        flash("Visitor settings saved.")
        return _back(experiment, "options")
    return experiment_page(experiment, 422, form)


@bp.post("/experiments/<int:experiment_id>/delete")
@access.requires("edit")
def delete_experiment(experiment_id: int) -> ResponseReturnValue:
    """Take a draft away."""
    experiment = access.get(Experiment, experiment_id, "edit")
    slug, release = experiment.slug, experiment.release
    experiments.remove_experiment(experiment)
    is_free = release.slug is None
    flash(f"Draft deleted. /p/{slug} is free again." if is_free else "Draft deleted.")
    return redirect(url_for("ideas.ideas"), 303)


@bp.get("/robots.txt")
@access.public
def robots() -> ResponseReturnValue:
    """Search engines may read the test pages, and nothing else."""
    host = own_host()
    pages = ["Allow: /"] if host else ["Allow: /p/", "Disallow: /"]
    site = own_hosts.site_address(runtime().settings.base_url, host)
    lines = ["User-agent: *", *pages, f"Sitemap: {site}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@bp.get("/certificate")
@access.public
def certificate() -> ResponseReturnValue:
    """Whether a proxy of ours may fetch a certificate for this host: 200 if a test has it, or 404.

    Who comes from the internet is always told 404.
    """
    is_near = network_of(request.remote_addr or "") is None
    if not (is_near and own_hosts.is_own_host(request.args.get("domain", ""))):
        abort(404)
    return "", 200


@bp.get("/sitemap.xml")
@access.public
def sitemap() -> ResponseReturnValue:
    """This host's pages that are open now, but for those that search engines are not to list."""
    base_url, host = runtime().settings.base_url, own_host()
    slugs = experiments.listed_slugs(host)
    urls = [own_hosts.page_address(base_url, slug, host) for slug in slugs]
    return Response(
        render_template("publishing/sitemap.xml", urls=urls), mimetype="application/xml"
    )


def experiment_page(
    experiment: Experiment, status: int = 200, form: BaseForm | None = None
) -> ResponseReturnValue:
    """Return the Test page. ``form`` is one of its forms as it was sent: its card is open."""
    rule = sealed_rule(experiment)
    is_draft = experiment.state == "draft"
    page = render_template(
        "publishing/experiment.html",
        experiment=experiment,
        rule=rule,
        as_percent=rule_text.as_percent,
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
        option_lines=page_options.option_lines(
            sealed_options(experiment),
            usual_days(),
            runtime().settings.mail_url,
            has_faq=corrections.has_faq(experiment),
        ),
        missing=launch_readiness.missing_before_start(experiment) if is_draft else [],
        objection=launch_readiness.find_objection(experiment, access.person()) if is_draft else "",
        open_test=launch_readiness.find_open_test(experiment) if is_draft else None,
        slug=experiment.slug,
        read=draft_digest(experiment) if is_draft else "",
        stage=experiment_stages.experiment_stage(experiment),
        ways=ways_of(experiment) if is_draft else {},
        added=added_to(experiment, access.person()) if is_draft else [],
        newer_test=experiments.find_newer_test(experiment),
        is_correction_waiting=bool(correction_requests.waiting(experiment)),
        false_go=min(1.0, experiment.attempt * rule.alpha),
        public_url=page_url(experiment),
        has_mail=bool(runtime().settings.mail_url),
        opened=FOLDS[type(form)] if form else request.args.get("open", ""),
        opened_link=request.args.get("link", ""),
        links=shown_links(experiment),
        links_form=form if isinstance(form, LinksForm) else LinksForm(formdata=None),
        sites_form=form
        if isinstance(form, SitesForm)
        else SitesForm(formdata=None, data={"sites": "\n".join(experiment.form_sites)}),
        off_site_form=off_site_form.form_html(experiment) if experiment.form_sites else "",
        channels=unused_channels(experiment, rule.sources or ()),
        **(_draft_forms(experiment, form) if is_draft and access.has_permission("edit") else {}),
        after_form=form if isinstance(form, AfterForm) else after_form(experiment, formdata=None),
    )
    return page, status


# The card of the Test page that holds each of its forms.
FOLDS: dict[type, str] = {
    ExperimentForm: "rule",
    VariantForm: "variants",
    OptionsForm: "options",
    LinksForm: "links",
    SitesForm: "form",
    AfterForm: "after",
}


def _draft_forms(experiment: Experiment, sent: BaseForm | None) -> dict[str, Any]:
    """The forms of a draft's cards, and what they show; ``sent`` is one of them as it was sent."""
    parts = parts_of(experiment)
    chosen = page_options.from_json(experiment.options)
    rule = sent if isinstance(sent, ExperimentForm) else _rule_form(experiment, formdata=None)
    variant = (
        sent
        if isinstance(sent, VariantForm)
        else _variant_form([part for part, _ in parts], formdata=None)
    )
    asked = (
        sent
        if isinstance(sent, OptionsForm)
        else OptionsForm(formdata=None, data=values_of_options(chosen))
    )
    document = documents.from_json(experiment.revision.document)
    return {
        **_rule_details(rule, document, len(experiment.variants)),
        "rule_form": rule,
        "rule_read": read_of(rule, *experiments.rule_parts(experiment), is_sent=rule is sent),
        "variant_form": variant,
        "parts": parts,
        "approved": corrections.page_of(experiment),
        "options_form": asked,
        "options_read": read_of(asked, experiment.options, is_sent=asked is sent),
        "trade_off": page_options.TRADE_OFF,
        "first_mail": page_options.first_mail(chosen, runtime().settings.mail_url),
        "usual_days": usual_days(),
    }


def _rule_form(experiment: Experiment, **sent: None) -> ExperimentForm:
    """The form with the rule of a draft, and with what was sent unless ``formdata`` is None."""
    form = ExperimentForm(data=values_of(experiment), **sent)
    if experiments.count_started(experiment.release):
        del form.slug
    return form


def _variant_form(parts: list[str], **sent: None) -> VariantForm:
    form = VariantForm(data={"weight": 1, "order": parts}, **sent)
    offer_pictures(form)
    return form


def after_form(experiment: Experiment, **sent: None) -> AfterForm:
    """The form with what the page of an ended test shows."""
    form = AfterForm(
        data={
            "afterwards": experiment.afterwards or "closed",
            "outcome": experiment.outcome,
            "waiting_variant": experiment.waiting_variant,
        },
        **sent,
    )
    form.waiting_variant.choices = [(found.key, found.name) for found in experiment.variants]
    form.hosts = sorted({found.host for found in lifecycle.ended_with_host(experiment)})
    return form


def usual_days() -> int:
    """How many days this server keeps addresses where an experiment says nothing else."""
    return runtime().settings.retention_days


@bp.app_template_global()
def act_of(rule: rules.Hypothesis) -> rules.Act:
    """What a visitor must do to count by this rule, in words."""
    return rules.ACTS[rule.conversion]


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
            add_form_error(form, error)
    elif pressed == "reach":
        try:
            form.take_proposal(clock.now().astimezone(form.zone).date())
        except rules.NotARule as error:
            add_form_error(form, error)
    elif pressed == "crowd":
        form.crowds.add()
    elif pressed.startswith("crowds-"):
        form.crowds.remove(pressed)
    return pressed.startswith("crowds-") or pressed in ("plan", "target", "reach", "crowd")


def _rule_details(
    form: ExperimentForm, document: documents.Document, variants: int
) -> dict[str, Any]:
    """What the form of a rule shows: what follows from its values, and what the release assumes."""
    if "daily" in request.args and not form.is_submitted():
        form.daily.process(request.args)
    asked = form.asked(clock.now().astimezone(form.zone).date(), variants)
    return {
        "advice": planner.advise(asked) if asked else planner.Advice(""),
        "reckoned": form.reckoned(),
        "base_url": runtime().settings.base_url,
        "assumptions": numbers_of(document).assumptions,
    }


def _get_draft(experiment_id: int) -> Experiment:
    """The draft, for who may change it. Raises Frozen after the start."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise experiments.Frozen("This test has started, so its rule and page are locked.")
    return experiment


def offer_pictures(form: VariantForm, present: str | None = None) -> None:
    """Let the variant show one of the team's pictures instead of the page's, or none."""
    form.hero.choices = picture_choices(images.offered(present))


def hint_at_twin(variant: Variant) -> None:
    """Say of a variant that it is the control once more: as such it tells nothing."""
    if variant.position and not variant.overrides:
        flash("Nothing differs from the control yet.")


def _back(experiment: Experiment, card: str) -> ResponseReturnValue:
    """Lead to one of the cards of the Test page."""
    return redirect(url_for("ideas.experiment", experiment_id=experiment.id, _anchor=card), 303)


@bp.app_template_filter()
def cost_of_next(experiment: Experiment) -> str:
    """What another test of the idea costs, in sentences; '' while none of its tests has started."""
    attempt = 1 + experiments.count_started(experiment.release)
    if attempt == 1:
        return ""
    risk = web.percent(rules.from_json(experiment.rule).alpha)
    sentences = [
        f"What test {attempt} of this idea costs.",
        f"The chance that any of the {attempt} tests says “go” by luck is at most "
        f"{attempt} × {risk}.",
        "People who saw an earlier test are left out as returning, so you need new visitors.",
        "End the earlier test before you start this one.",
        "Counts and the launch check aren’t copied.",
    ]
    if any(each.variant == "" for each in corrections.in_force(experiment.corrections)):
        sentences.append("Corrections to the release’s text aren’t copied: fix the release first.")
    return " ".join(sentences)


@bp.post("/experiments/<int:experiment_id>/clone")
@access.requires("edit")
def clone(experiment_id: int) -> ResponseReturnValue:
    """Begin another draft with the same rule, variants, look and options."""
    experiment = access.get(Experiment, experiment_id, "edit")
    made = whole_drafts.clone_experiment(experiment, access.person())
    last = web.day(datetime.fromisoformat(made.rule["ends_on"]))
    flash(f"Duplicated, with the text of revision {made.revision.number}. The last day is {last}.")
    return redirect(url_for("ideas.experiment", experiment_id=made.id), 303)
