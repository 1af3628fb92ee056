"""Home, every idea as a list or a chart, learnings, emails; and the head of an idea's pages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField

from wbtest.database import read_one_moment
from wbtest.decisions.learning_cards import lessons_of
from wbtest.extensions import clock, csrf, db, runtime
from wbtest.forms import TypedForm, add_form_error, form_on
from wbtest.ideas import idea_chart, onboarding, todo_list
from wbtest.ideas.idea import STAGES, Idea, NewestRevision, Stage, Started
from wbtest.ideas.idea_list import (
    IdeaFilter,
    every_row,
    file_rows,
    list_ideas,
    listed_ideas,
    portfolio_of,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.views import experiment_page
from wbtest.results import calibration
from wbtest.results.figures import Evaluation
from wbtest.store import Invalid
from wbtest.team import access, people
from wbtest.team import mail_preferences as choices
from wbtest.web import as_csv, page_of, send_file
from wbtest.writing.forms import NewReleaseForm

LONGEST_SEARCH = 100
LEARNINGS_AT_ONCE = 20

bp = Blueprint("ideas", __name__)


@bp.get("/ideas")
@access.requires("read")
def ideas() -> ResponseReturnValue:
    """What waits for the asking person, and every idea by stage; with ``view=chart`` on a chart.

    A new member sees the first steps above them, and so does who asks with ``view=steps``.
    """
    read_one_moment()
    if request.args.get("view") == "chart":
        return _chart()
    now, me = clock.now(), access.person().id
    words, waits = _words(), todo_list.waits_in()
    mine = todo_list.waits_for(access.membership(), waits)
    todo_list.keep_count(len(mine))
    others = sorted(
        (wait for wait in waits if wait.who.person_id != me),
        key=lambda wait: (wait.who.name.casefold(), wait.who.person_id or 0),
    )
    return render_template(
        "ideas/ideas.html",
        new_form=NewReleaseForm(),
        path=onboarding.find_path(
            access.membership(), is_asked_for=request.args.get("view") == "steps"
        ),
        found=list_ideas(words, request.args.get("page", 1, type=int), now),
        stages=STAGES,
        words=words,
        mine=mine,
        others=[(who, list(group)) for who, group in groupby(others, lambda wait: wait.who)],
        now=now,
    )


def _chart() -> str:
    """Every idea against its target, what needs the team first."""
    found = portfolio_of(_asked(), clock.now())
    tested = idea_chart.tested(found.rows)
    return render_template(
        "ideas/chart.html",
        found=found,
        stages=STAGES,
        now=clock.now(),
        figure=idea_chart.intervals(found.rows) if tested else "",
        conclusion=idea_chart.conclusion(found.rows) if tested else "",
    )


@bp.get("/ideas/done")
@access.requires("read")
def done() -> ResponseReturnValue:
    """What tests taught, and how well the team guesses."""
    read_one_moment()
    words, lessons = _words(), lessons_of()
    written = [lesson for lesson in lessons if lesson.is_written]
    unwritten = [lesson for lesson in lessons if not lesson.is_written]
    found = [lesson for lesson in written if lesson.mentions(words)]
    page = page_of(len(found), LEARNINGS_AT_ONCE, request.args.get("page", 1, type=int))
    tests = calibration.forecast_tests(clock.now())
    return render_template(
        "ideas/done.html",
        words=words,
        found=found[page.first : page.end],
        count=len(found),
        total=len(written),
        shown=page,
        unwritten=unwritten[:LEARNINGS_AT_ONCE],
        count_unwritten=len(unwritten),
        tests=tests,
        guessers=calibration.guessers(tests),
        sentence=calibration.sentence(tests) if tests else "",
    )


@bp.get("/ideas.csv")
@access.requires("read")
def ideas_csv() -> ResponseReturnValue:
    """All pages of the ideas that the same address shows, for a spreadsheet."""
    read_one_moment()
    now = clock.now()
    rows = file_rows(every_row(_asked(), now))
    return send_file(as_csv(rows), f"ideas-{now:%Y%m%dT%H%M%SZ}.csv")


def _asked() -> IdeaFilter:
    """What the address asks for; what it cannot mean is left out."""
    stage = next((each for each in STAGES if each == request.args.get("stage")), None)
    return IdeaFilter(stage, _words(), request.args.get("page", 1, type=int))


@bp.get("/experiments/<int:experiment_id>")
@access.requires("read")
def experiment(experiment_id: int) -> ResponseReturnValue:
    """What is tested, by which rule, on which page, and for which visitors."""
    return experiment_page(access.get(Experiment, experiment_id, "read"))


def _words() -> str:
    """The words that are searched for, '' for none."""
    return " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]


@bp.get("/")
@access.public
def home() -> ResponseReturnValue:
    """Home: the ideas, the log-in, or how to find the link for the owner."""
    if access.find_person() is not None:
        return redirect(url_for(".ideas"), 303)
    if people.has_owner():
        return redirect(url_for("team.login"), 303)
    return render_template("ideas/home.html")


@bp.post("/start/hide")
@access.requires("read")
def hide_start() -> ResponseReturnValue:
    """Show this member their ideas without the first steps from now on."""
    onboarding.hide_start(access.membership())
    flash("Removed. You’ll find them again under Help.")
    return redirect(url_for(".ideas"), 303)


class TestMailsForm(TypedForm):
    """Whether a member wants emails about tests."""

    is_wanted = BooleanField("Email me about tests")


class DailyMailForm(TypedForm):
    """Whether a member wants the daily email, and in which time zone the day begins."""

    is_wanted = BooleanField("Email me what’s new each morning", id="daily")
    # What it may be the verb says, in a sentence.
    time_zone = SelectField("Your time zone", choices=choices.time_zones, validate_choice=False)


@bp.get("/notifications")
@access.requires("read")
def notifications() -> ResponseReturnValue:
    """Which emails the asking person gets."""
    return _notifications_page()


@bp.post("/notifications")
@access.requires("read")
def choose_test_mails() -> ResponseReturnValue:
    """Store whether the asking person wants emails about tests."""
    form = TestMailsForm()
    if form.validate_on_submit():
        person_id = access.membership().person_id
        choices.choose_test_mails(person_id, is_wanted=form.is_wanted.data)
        flash("Saved.")
        return redirect(url_for(".notifications"), 303)
    return _notifications_page(), 422


@bp.route("/notifications/daily", methods=["GET", "POST"])
@access.requires("read")
@form_on(".notifications")
def choose_daily_mail() -> ResponseReturnValue:
    """Store whether the asking person wants the daily email, and when."""
    form = DailyMailForm()
    if form.validate_on_submit():
        try:
            choices.choose_daily_mail(
                access.person(),
                is_wanted=bool(form.is_wanted.data),
                time_zone=form.time_zone.data or "",
            )
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            flash("Saved.")
            return redirect(url_for(".notifications"), 303)
    return _notifications_page(form), 422


def _notifications_page(daily_form: DailyMailForm | None = None) -> str:
    wants_tests = choices.wants_test_mails(access.membership())
    chosen = choices.find_daily_choice(access.person())
    daily = {
        "is_wanted": chosen is None or chosen.is_wanted,
        "time_zone": (chosen.time_zone if chosen else "") or choices.usual_zone(),
    }
    return render_template(
        "ideas/notifications.html",
        form=TestMailsForm(None, data={"is_wanted": wants_tests}),
        daily_form=daily_form or DailyMailForm(None, data=daily),
        has_mail_server=bool(runtime().settings.mail_url),
    )


@bp.route("/mails/stop/<token>", methods=["GET", "POST"])
@access.public
def stop_mails(token: str) -> ResponseReturnValue:
    """Stop emails about tests: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    membership = choices.read_test_mail_stop(token)
    if membership is None:
        abort(404)
    is_done = request.method == "POST"
    if is_done:
        choices.choose_test_mails(membership.person_id, is_wanted=False)
    page = render_template("team/unsubscribe.html", mails="emails about tests", is_done=is_done)
    response = make_response(page)
    # Anybody with this address can use it, so no other page may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# A mail program has no page of ours to take a token from, and its request has the signed link.
csrf.exempt(stop_mails)


class Tab(NamedTuple):
    """A stage of the idea; ``url`` is '' while there is nothing to show."""

    key: str
    label: str
    url: str


class TestLink(NamedTuple):
    """One of several tests of an idea."""

    label: str
    url: str
    is_current: bool


class IdeaHead(NamedTuple):
    """What is above every page of an idea.

    ``page_url`` is the public page of the test in view, '' before its start; ``tests`` are empty
    unless there are several.
    """

    release_id: int
    name: str
    headline: str
    stage: Stage
    status: str
    page_url: str
    tabs: Sequence[Tab]
    tests: Sequence[TestLink]


def head_in_view(results: Evaluation | None = None) -> IdeaHead:
    """Return the head of the idea that the address of this request names.

    Its view has found the release or the test before, so it exists. ``results`` are those of the
    test, where the page shows them.
    """
    values = request.view_args or {}
    experiment_id = values.get("experiment_id")
    release_id = values.get("release_id")
    if release_id is None:
        release_id = db.session.get_one(Experiment, experiment_id).release_id
    return head_of(release_id, experiment_id, results)


def head_of(
    release_id: int, experiment_id: int | None = None, results: Evaluation | None = None
) -> IdeaHead:
    """Return the head of an idea; on a page of one of its tests, with the status of that test."""
    known = {experiment_id: results} if experiment_id and results else {}
    [listed] = listed_ideas(clock.now(), release_id, experiment_id, known)
    idea = listed.idea
    started = _started_in_view(idea, experiment_id)
    draft_id = 0 if started else experiment_id or next(reversed(idea.drafts), 0)
    tests = _tests(idea, started.id if started else draft_id)
    label = next((test.label for test in tests if test.is_current), "")
    is_named = label and started and experiment_id
    return IdeaHead(
        release_id,
        idea.name,
        idea.headline if idea.headline != idea.name else "",
        listed.stage,
        f"{label}: {listed.status}" if is_named else listed.status,
        url_for("audience.page", slug=started.slug) if started else "",
        _tabs(idea, listed.revision, started, draft_id),
        tests,
    )


def _started_in_view(idea: Idea, experiment_id: int | None) -> Started | None:
    """The test in view, if it has started; the newest where no test is named."""
    if experiment_id is None:
        return idea.newest
    return next((test for test in idea.tests if test.id == experiment_id), None)


def _tabs(
    idea: Idea, revision: NewestRevision, started: Started | None, draft_id: int
) -> list[Tab]:
    test_id = started.id if started else draft_id
    key = idea.release_id
    test = url_for("ideas.experiment", experiment_id=test_id) if test_id else ""
    if not test and revision.is_approved and access.has_permission("edit"):
        test = url_for("publishing.new_experiment", release_id=key, number=revision.number)
    review = ""
    if revision.number:
        review = url_for("review.revision", release_id=key, number=revision.number)
    results = url_for("results.results", experiment_id=started.id) if started else ""
    decision = url_for("decisions.decision", experiment_id=started.id) if started else ""
    return [
        Tab("release", "Release", url_for("writing.release", release_id=key)),
        Tab("review", "Review", review),
        Tab("test", "Test", test),
        Tab("results", "Results", results),
        Tab("decision", "Decision", decision),
    ]


def _tests(idea: Idea, current_id: int) -> list[TestLink]:
    """Links to all tests, the first one first, each to the tab that says most about it."""
    links = [
        TestLink(
            f"Test {number}",
            url_for("results.results", experiment_id=test.id),
            test.id == current_id,
        )
        for number, test in enumerate(reversed(idea.tests), 1)
    ]
    for number, key in enumerate(idea.drafts, 1):
        label = f"Draft test {number}" if len(idea.drafts) > 1 else "Draft test"
        url = url_for("ideas.experiment", experiment_id=key)
        links.append(TestLink(label, url, key == current_id))
    return links if len(links) > 1 else []
