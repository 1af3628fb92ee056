"""The page for outsiders: the figures of one experiment as members see them, no word about people.

Its address is a secret, so no page behind it tells another site where it is. The sentences are
those of the team's own page. Where they speak to the team they are turned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from wbtest.audience.traffic import agent_of, classify, hints_of
from wbtest.database import read_one_moment
from wbtest.errors import TITLES
from wbtest.extensions import clock, runtime
from wbtest.forms import TypedForm, add_form_error
from wbtest.publishing import rule_text
from wbtest.publishing.sources import group_of
from wbtest.results import captions, charts, exports, funnel, segments, shared_links, verdict_text
from wbtest.results.figures import Results, results_of
from wbtest.results.models import SharedLink
from wbtest.results.trust import Check, panel_of
from wbtest.results.views import bp
from wbtest.store import Invalid, Refused
from wbtest.team import access, passwords, rate_limits
from wbtest.web import as_csv, send_file
from wbtest.writing import document as documents

OUTSIDE = "/shared/"
ADDRESS = f"{OUTSIDE}<token>"
# Sources are left out: anybody who passes a link on may name one, even after a person.
SHARED_TABLES = ("variants", "evidence", "days", "funnel")
# The checks whose reasons may name sources. Of all others a source called “people” hides nothing.
NAME_SOURCES = ("sources", "passed_on", "footprint")
UNTOLD = "The team sees why: it’s about a source of visitors, which isn’t shown here."
_QUOTED = re.compile("(“[^”]*”)")
_TURNED = (
    (verdict_text.MAY_STOP, ""),
    (" before you decide", ""),
    ("Don’t decide on this data.", "Nothing is decided on this data."),
    ("Your ", "The "),
    ("your ", "the "),
)


def turned(sentence: str) -> str:
    """Return a sentence to the team as one about it; what stands in quotation marks stays.

    >>> turned("“Your kitchen” reached your 8 % target. You can decide now.")
    '“Your kitchen” reached the 8 % target.'
    """
    parts = _QUOTED.split(sentence)
    for k in range(0, len(parts), 2):
        for ours, theirs in _TURNED:
            parts[k] = parts[k].replace(ours, theirs)
    return "".join(parts)


def shared_figures(results: Results, stages: Sequence[funnel.FunnelStep]) -> dict[str, object]:
    """Return what the page shows of the figures; ``stages`` are those of the funnel."""
    everybody = results.everybody
    trust = [_of_nobody(check, results) for check in results.trust]
    panel = panel_of(trust)
    return {
        "results": results,
        "rule": results.rule,
        "verdict": results.verdict,
        "is_open": everybody.served > 0 or everybody.signups > 0,
        "badge": verdict_text.badge(results),
        "headline": turned(verdict_text.headline(results)),
        "evidence": turned(verdict_text.evidence_shown(results)),
        "claim": rule_text.claim(results.rule),
        "hope": rule_text.hope(results.rule),
        "conditions": rule_text.conditions(results.rule),
        "what_counts": rule_text.what_counts(results.rule),
        "act": verdict_text.act(results),
        "standings": verdict_text.STANDINGS,
        "trust_panel": panel,
        "trust_sentence": turned(panel.sentence),
        "fragility": verdict_text.fragility(results),
        "attempt": verdict_text.attempt_phrase(results),
        "seal": verdict_text.short_seal(results.seal),
        "stages": stages,
        "charts": charts,
        "of_intervals": turned(captions.of_intervals(results)),
        "of_evidence": turned(captions.of_evidence(results)),
        "of_funnel": turned(captions.of_funnel(results)),
    }


def _of_nobody(check: Check, results: Results) -> Check:
    """A check whose reason names no source but those that the rule names, and common ones."""
    named = results.rule.sources or ()
    private = [s for s in results.sources if s not in named and _is_private(s)]
    is_named = check.check in NAME_SOURCES and any(
        re.search(rf"(?<!\w){re.escape(source)}(?!\w)", check.reason) for source in private
    )
    return replace(check, reason=UNTOLD if is_named else turned(check.reason))


def _is_private(source: str) -> bool:
    """Whether a source may tell who somebody is; a host of mail is often that of one company."""
    return group_of(source) == "other" or "." in source


class OpenForm(TypedForm):
    password = PasswordField(
        "Password",
        [
            InputRequired("Enter the password."),
            Length(
                max=passwords.LONGEST_PASSWORD,
                message=f"Use at most {passwords.LONGEST_PASSWORD} characters.",
            ),
        ],
    )


class SharedUnknown(Refused):
    """A shared link that never was, or in whose place there is a new one."""

    status = 404


class SharedOver(Refused):
    """A shared link that was closed, or whose time is over."""

    status = 410


@bp.route(ADDRESS, methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.QUARTER)
def shared(token: str) -> ResponseReturnValue:
    """The figures of an experiment, once the link's password was typed if it has one."""
    link = _get(token)
    is_sent = request.method == "POST"
    if shared_links.may_open(link, request.cookies):
        return redirect(url_for(".shared", token=token), 303) if is_sent else _show(token)
    form = OpenForm()
    if form.validate_on_submit():
        try:
            shared_links.check_password(link, form.password.data or "")
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            return _let_in(link, token)
    return render_template("results/locked.html", form=form), 422 if is_sent else 200


@bp.get(f"{ADDRESS}/results.csv")
@access.public
def shared_csv(token: str) -> ResponseReturnValue:
    """A table of the page as a file; ``?table=`` says which."""
    link = _get(token)
    if not shared_links.may_open(link, request.cookies):
        return redirect(url_for(".shared", token=token), 303)
    table = request.args.get("table", "days")
    if table not in SHARED_TABLES:
        abort(400)
    read_one_moment()
    experiment = _get(token).experiment
    # Read here: a file is sent when the request, and with it its session, is over.
    rows = [
        *exports.TABLES[table](experiment, results_of(experiment, clock.now()), segments.Filters())
    ]
    return send_file(as_csv(rows), f"{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv")


def say_it_is_shut(error: Refused) -> ResponseReturnValue:
    """A link that opens nothing, as a page that says nothing of what it was."""
    page = render_template(
        "error.html",
        status=0,
        title=TITLES[error.status],
        sentence=str(error),
        error_id="",
        next_url="",
        next_label="",
    )
    return page, error.status


for _shut in (SharedUnknown, SharedOver):
    bp.register_error_handler(_shut, say_it_is_shut)


def _get(token: str) -> SharedLink:
    found = shared_links.find_shared_link(token)
    if found is None:
        raise SharedUnknown("This link doesn’t work. Ask the sender for a new one.")
    if shared_links.is_over(found):
        raise SharedOver("This link has expired. Ask the sender for a new one.")
    return found


def _show(token: str) -> str:
    link = _get(token)
    if _is_counted():
        shared_links.note_opened(link)
    read_one_moment()
    experiment = _get(token).experiment
    found = results_of(experiment, clock.now())
    return render_template(
        "results/shared.html",
        token=token,
        link=link,
        product=documents.from_json(experiment.revision.document).product,
        team_name=access.get_team().name,
        time_zone=experiment.time_zone,
        **shared_figures(found, funnel.shown_steps(experiment, found)),
    )


def _is_counted() -> bool:
    """Whether somebody outside looks: no member, and no machine that makes a card of the link."""
    is_machine = classify(agent_of(request.environ), hints_of(request.environ)) is not None
    is_asking = request.method == "GET" and not is_machine
    return is_asking and not access.is_member()


def _let_in(link: SharedLink, token: str) -> ResponseReturnValue:
    address = url_for(".shared", token=token)
    response = redirect(address, 303)
    response.set_cookie(
        shared_links.cookie_name(),
        shared_links.make_pass(link),
        max_age=int(shared_links.PASS_LIFE.total_seconds()),
        path=address,
        secure=runtime().settings.is_https,
        httponly=True,
        # A reader who follows the link from a mail again need not retype the password.
        samesite="Lax",
    )
    return response
